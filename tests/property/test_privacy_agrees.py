"""The SQL counts the groups that a slow count, person by person, finds; and what must hold for any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.canonical import canonical_table
from pipeline.privacy.knowledge import COLUMNS, Known
from pipeline.privacy.measure import TABLES, gather_persons, group_sizes
from tests.oracles import privacy_slowly

PERSONS = st.sampled_from([bytes([number]) * 16 for number in range(1, 6)])
MONTHS = st.sampled_from([dt.date(2024, 1, 1), dt.date(2024, 7, 1), dt.date(2025, 1, 1)])

PERIODS = st.fixed_dictionaries(
    {
        "pid": PERSONS,
        "insurer_code": st.sampled_from(["9991", "9992"]),
        "birth_year": st.sampled_from([1950, 1951, 1955]),
        "sex_code": st.sampled_from(["F", "M"]),
        "postcode3_code": st.sampled_from(["531", "532"]),
        "from_month": MONTHS,
        "insured_months": st.integers(0, 2),
        "general_practice_code": st.sampled_from([None, "01990201", "01990202"]),
        "region_code": st.sampled_from([None, "north"]),
        "distance_class_code": st.sampled_from([None, "under_5_km", "from_20_km"]),
        "socioeconomic_class_code": st.sampled_from([None, "1", "3"]),
        "cover_module_code": st.sampled_from([None, "basic"]),
    }
)
OPERATIONS = st.fixed_dictionaries(
    {"pid": PERSONS, "event_ref": st.sampled_from(["a", "b", "c"]), "event_date": MONTHS}
)
OTHERS = st.fixed_dictionaries({"pid": PERSONS})
RAW = st.fixed_dictionaries(
    {
        "insured": st.lists(PERIODS, max_size=12),
        "claim_line": st.lists(OTHERS, max_size=6),
        "clinical_event": st.lists(OPERATIONS, max_size=6),
        "patient_report": st.lists(OTHERS, max_size=6),
    }
)
KNOWN = st.sets(st.sampled_from(COLUMNS)).map(lambda chosen: tuple(c for c in COLUMNS if c in chosen))


def by_sql(raw: Mapping[str, Sequence[dict[str, Any]]], *sets: Known) -> list[dict[str, dict[int, int]]]:
    """By set of known columns and table: groups by size."""
    with duckdb.connect() as connection:
        for name in TABLES:
            schema = canonical_table(name).raw_schema
            frame = pl.DataFrame([dict.fromkeys(schema) | row for row in raw[name]], schema=schema)
            connection.register(f"raw_{name}", frame.to_arrow())
        gather_persons(connection)
        return [
            {table: dict(groups.by_size) for table, groups in group_sizes(connection, known).items()}
            for known in sets
        ]


@given(RAW, KNOWN)
@settings(max_examples=60, deadline=None)
def test_the_sql_counts_as_the_slow_count_does(raw: dict[str, list[dict[str, Any]]], known: Known) -> None:
    (counted,) = by_sql(raw, known)
    assert counted == {table: dict(sizes) for table, sizes in privacy_slowly.group_sizes(raw, known).items()}


@given(RAW, KNOWN, st.sampled_from(COLUMNS))
@settings(max_examples=40, deadline=None)
def test_knowing_more_never_hides_anybody(
    raw: dict[str, list[dict[str, Any]]], known: Known, one_more: str
) -> None:
    more = tuple(c for c in COLUMNS if c in {*known, one_more})
    before, after = by_sql(raw, known, more)
    for table in TABLES:
        persons = sum(size * groups for size, groups in before[table].items())
        assert persons == sum(size * groups for size, groups in after[table].items())
        for bound in (2, 5, 10):
            small = [sum(s * n for s, n in one[table].items() if s < bound) for one in (before, after)]
            assert small[0] <= small[1]
