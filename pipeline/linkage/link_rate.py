"""How well suppliers' records meet: the share of operated patients whom the insurer's register knows."""

from __future__ import annotations

import datetime as dt

from pipeline.deliveries import raw_inputs
from pipeline.home import OcmoHome
from pipeline.lake import Step, connect, engine_settings, open_lake

KNOWN = """
SELECT
    count(DISTINCT event_ref),
    count(DISTINCT event_ref) FILTER (pid IN (SELECT pid FROM raw_insured WHERE pid IS NOT NULL))
FROM raw_clinical_event
"""
"""Operations, each once, and those whose patient is in the register."""


def link_rate(home: OcmoHome, contract_id: str, business_date: dt.date) -> float | None:
    """Of the operations delivered for a contract: the share whose patient the register knows, by pseudonym.

    None when no operation came, and when no register did: there is nothing to link with then.

    Raises:
        NoDataError: when no delivery was accepted up to `business_date`.
    """
    lake = open_lake(home)
    raw = raw_inputs(lake, contract_id, business_date)
    with connect(engine_settings(home)) as connection:
        raw.see(Step(lake, connection, label=""), "raw_insured", "raw_clinical_event")
        operations, known = connection.sql(KNOWN).fetchall()[0]
        insured = connection.table("raw_insured").limit(1).fetchall()
    return known / operations if operations and insured else None
