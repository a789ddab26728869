"""A home whose lake holds a region so even that everything about it is known in advance.

Thirty contracted insured and thirty to compare with, all four years, all year. Each costs the same every month:
a hospital product of EUR 100 that is invoiced in the second month after, and EUR 20 of drugs in the month itself.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.casemix import build_casemix
from pipeline.completion import build_completion
from pipeline.home import OcmoHome
from pipeline.indicators import build_indicators
from tests.settlement_world import EXAMPLE
from tests.unit.lake_world import home_in, publish_delivery

PERSONS = 30
HOSPITAL_CENTS, PHARMACY_CENTS = 10_000, 2_000
YEARS = (2022, 2023, 2024, 2025)
INTERIM, FINAL = dt.date(2025, 10, 10), dt.date(2026, 7, 1)
INTERIM_NIGHT, FINAL_NIGHT = dt.date(2025, 10, 15), dt.date(2026, 7, 15)


def even_home(root: Path) -> OcmoHome:
    """The home, with deliveries over the baseline years and an interim one over 2025; no night has run."""
    contracts = root / "contracts"
    contracts.mkdir(parents=True)
    for name in ("maasoever.yaml", "polderzorg.yaml"):
        text = EXAMPLE.with_name(name).read_text(encoding="utf-8")
        few = text.replace("2025-01-01: 5000\n", "2025-01-01: 10\n")  # thirty insured are enough here
        (contracts / name).write_text(few, encoding="utf-8")
    home = home_in(root, contracts=contracts)
    for year in YEARS[:-1]:
        _deliver(home, year, dt.date(year, 12, 31), delivered_on=dt.date(year + 1, 7, 1))
    _deliver(home, 2025, dt.date(2025, 9, 30), delivered_on=INTERIM)
    return home


def deliver_all(home: OcmoHome) -> None:
    """The delivery that replaces the interim one: all of 2025, invoiced up to and including June."""
    _deliver(home, 2025, dt.date(2026, 6, 30), delivered_on=FINAL, number=2, replaces="zilverzorg-2025-01")


def night(home: OcmoHome, business_date: dt.date, contract_id: str = "maasoever") -> None:
    """The steps of a night for 2025."""
    build_casemix(home, contract_id, 2025, business_date)
    build_completion(home, contract_id, 2025, business_date)
    build_indicators(home, contract_id, 2025, business_date)


def redeliver(
    home: OcmoHome,
    delivered_on: dt.date,
    lines: Callable[[pl.DataFrame], pl.DataFrame],
    people: Callable[[pl.DataFrame], pl.DataFrame] = lambda frame: frame,
    *,
    number: int = 3,
) -> None:
    """All of 2025 once more, with claims and register of insured as these make them of what came before."""
    _deliver(
        home,
        2025,
        dt.date(2026, 6, 30),
        delivered_on=delivered_on,
        number=number,
        change=(lines, people),
        replaces=f"zilverzorg-2025-{number - 1:02d}",
    )


def _deliver(
    home: OcmoHome,
    year: int,
    last: dt.date,
    *,
    delivered_on: dt.date,
    number: int = 1,
    change: Sequence[Callable[[pl.DataFrame], pl.DataFrame]] = (lambda frame: frame, lambda frame: frame),
    **values: Any,
) -> None:
    delivery = f"zilverzorg-{year}-{number:02d}"
    first = dt.date(2022, 1, 1) if year == YEARS[0] else dt.date(year, 1, 1)
    lines = _lines().filter(pl.col("invoiced_date").is_between(first, last))
    register = _people().with_columns(from_month=pl.date(year, 1, 1), insured_months=pl.lit(12))
    frames = {
        "insured": _shaped("insured", change[1](register), delivery),
        "claim_line": _shaped("claim_line", change[0](lines), delivery),
    }
    accounts = {name: _account(frame) for name, frame in frames.items()}
    publish_delivery(
        home, delivery, frames, period=str(year), delivered_on=delivered_on, accounts=accounts, **values
    )


def copied(home: OcmoHome, root: Path) -> OcmoHome:
    """The same state in another place, to go on with."""
    origin = home.root.parent
    shutil.copytree(origin, root, dirs_exist_ok=True)
    return home_in(root, contracts=root / "contracts")


def _account(frame: pl.DataFrame) -> dict[str, int]:
    """What the supplier's manifest says of a table; nothing was rejected."""
    cents = int(frame["declared_cents"].sum()) if "declared_cents" in frame.columns else 0
    counted = {"rows": frame.height, "cents": cents}
    return {
        f"{quantity}_{what}": 0 if what == "rejected" else number
        for quantity, number in counted.items()
        for what in ("delivered", "accepted", "rejected")
    }


def _people() -> pl.DataFrame:
    number = pl.int_range(2 * PERSONS, eager=True)
    return pl.DataFrame(
        {
            "pid": [bytes([n]) * 16 for n in number],
            "insurer_code": "9991",
            "birth_year": 1970,
            "sex_code": ["F" if n % 2 else "M" for n in number],
            "postcode3_code": ["531" if n < PERSONS else "541" for n in number],
        }
    )


def _lines() -> pl.DataFrame:
    months = pl.DataFrame(
        {"opening_date": pl.date_range(dt.date(2022, 1, 1), dt.date(2025, 12, 1), "1mo", eager=True)}
    )
    kinds = pl.DataFrame(
        {
            "care_type_code": ["hospital_product", "pharmacy"],
            "declared_cents": [HOSPITAL_CENTS, PHARMACY_CENTS],
            "lag": ["2mo", "0mo"],
        }
    )
    made = _people().join(months, how="cross").join(kinds, how="cross")
    return made.with_row_index("line_ref").select(
        "pid",
        "insurer_code",
        "care_type_code",
        "declared_cents",
        "opening_date",
        pl.col("line_ref").cast(pl.String),
        invoiced_date=pl.col("opening_date").dt.offset_by(pl.col("lag")).dt.offset_by("14d"),
        closing_date="opening_date",
        financing_law_code=pl.lit("Zvw"),
        performance_list_code=pl.lit("041"),
        performance_code=pl.lit("x"),
        billing_provider_code=pl.lit("06990001"),
        quantity=pl.lit(1),
    )


def _shaped(table: str, frame: pl.DataFrame, delivery_id: str) -> pl.DataFrame:
    """The frame as the lake holds the table; what it does not say is empty."""
    schema = canonical_table(table).raw_schema
    given = frame.with_columns(delivery_id=pl.lit(delivery_id))
    complete = given.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in given.columns
    )
    return complete.select(pl.col(name).cast(kind) for name, kind in schema.items())
