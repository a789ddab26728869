"""Groups of persons who are alike, counted person by person from raw rows: slow, and written unlike the SQL."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]
OPTIONAL = ("region_code", "distance_class_code", "socioeconomic_class_code", "cover_module_code")
TABLES = ("insured", "claim_line", "clinical_event", "patient_report")


def known_of_each(raw: Mapping[str, Sequence[Row]]) -> dict[bytes, Row]:
    """By person of the register: what is kept and what follows from it."""
    periods: dict[bytes, list[Row]] = {}
    for row in raw["insured"]:
        if row["pid"] is not None:
            periods.setdefault(row["pid"], []).append(row)
    return {pid: _known(rows, raw["clinical_event"], pid) for pid, rows in periods.items()}


def group_sizes(raw: Mapping[str, Sequence[Row]], columns: Sequence[str]) -> dict[str, Counter[int]]:
    """By table: how many groups of each size are alike in these columns."""
    known = known_of_each(raw)
    sizes = {}
    for table in TABLES:
        persons = {row["pid"] for row in raw[table]} & known.keys()
        groups = Counter(tuple(known[pid][column] for column in columns) for pid in persons)
        sizes[table] = Counter(groups.values())
    return sizes


def _known(periods: list[Row], operations: Sequence[Row], pid: bytes) -> Row:
    last = min(periods, key=_preference)
    own = [row for row in operations if row["pid"] == pid]
    return {
        **{
            name: last.get(name)
            for name in ("birth_year", "sex_code", "postcode3_code", "general_practice_code", *OPTIONAL)
        },
        "birth_band_year": last["birth_year"] // 5 * 5,
        "from_month": min(row["from_month"] for row in periods),
        "insured_months": sum(row["insured_months"] for row in periods),
        "operations": len({row["event_ref"] for row in own}),
        "operation_year": max((row["event_date"].year for row in own), default=None),
    }


def _preference(row: Row) -> tuple[object, ...]:
    """The period that began last; then by the row's own values, an empty practice after all others."""
    practice = row["general_practice_code"]
    return (
        -(row["from_month"] - dt.date(1900, 1, 1)).days,
        row["insurer_code"],
        row["postcode3_code"],
        row["birth_year"],
        row["sex_code"],
        row["insured_months"],
        (practice is None, practice or ""),
        *((row.get(name) is None, row.get(name) or "") for name in OPTIONAL),
    )
