"""How well suppliers' records meet: how many of them are of a person whom the insurer's register knows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipeline.canonical import canonical_tables
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

COUNTED = """
delivery_id,
count(*),
count(pid),
count(*) FILTER (pid IN (SELECT pid FROM raw_insured WHERE pid IS NOT NULL))
"""
"""By delivery: rows, rows with a pseudonym, rows of a person who is in the register."""


@dataclass(frozen=True)
class LinkRate:
    """Rows of one table about persons of one delivery.

    `linked` have a pseudonym; `known` are of a person whom the insurer's register knows.
    """

    delivery_id: str
    table: str
    rows: int
    linked: int
    known: int


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


def link_rates(home: OcmoHome, contract_id: str, business_date: dt.date) -> list[LinkRate]:
    """Each table about persons of each delivery that counts, by table and delivery.

    The register is that of all the contract's deliveries together.

    Raises:
        NoDataError: when no delivery was accepted up to `business_date`.
    """
    lake = open_lake(home)
    raw = raw_inputs(lake, contract_id, business_date)
    tables = [name for name, table in canonical_tables().items() if table.is_personal]
    rates = []
    with connect(engine_settings(home)) as connection:
        raw.see(Step(lake, connection, label=""), *(f"raw_{name}" for name in tables))
        for table in tables:
            counted = connection.table(f"raw_{table}").aggregate(COUNTED, "delivery_id").order("delivery_id")
            rates += [LinkRate(row[0], table, *row[1:]) for row in counted.fetchall()]
    return rates
