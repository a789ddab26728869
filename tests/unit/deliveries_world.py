"""Raw tables of a few made-up people, in the lake's shape: only what a test names has a meaning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.contract import Contract, load
from pipeline.home import CHECKOUT

CONTRACT: Contract = load(CHECKOUT / "contracts" / "maasoever.yaml")


def raw_table(name: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """A canonical table as the lake holds it; what a row does not name is empty."""
    schema = canonical_table(name).raw_schema
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def pid(number: int) -> bytes:
    return number.to_bytes(16, "big")


def insured(persons: range, *, first: dt.date = dt.date(2025, 1, 1), months: int = 12) -> pl.DataFrame:
    """One period of insurance for each of the persons."""
    return raw_table(
        "insured",
        [
            {"pid": pid(n), "from_month": first, "insured_months": months, "insurer_code": "9991"}
            for n in persons
        ],
    )


def claims(
    persons: range,
    *,
    each: int = 2,
    cents: int = 10_000,
    year: int = 2025,
    kinds: Sequence[str] = ("pharmacy", "hospital_product"),
) -> pl.DataFrame:
    """`each` lines for every person, opened and invoiced in the months of a year in turn, of kinds in turn."""
    return raw_table(
        "claim_line",
        [
            {
                "pid": pid(person),
                "line_ref": f"{person} {number}",
                "care_type_code": kinds[(person + number) % len(kinds)],
                "opening_date": dt.date(year, 1 + number % 12, 1),
                "invoiced_date": dt.date(year, 1 + number % 12, 28),
                "declared_cents": cents,
            }
            for person in persons
            for number in range(each)
        ],
    )
