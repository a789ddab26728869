"""Who counts as alike: small tables in, groups by size out; and how a limit is held against them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.canonical import canonical_tables
from pipeline.contract.linking import quasi_identifiers
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.privacy import Assessment, Groups, assess
from pipeline.privacy.knowledge import COLUMNS, everything, few_at_once, remedies
from pipeline.privacy.measure import TABLES, Linked
from tests.spec.sql_table_case import PERSON_A, PERSON_B, PERSON_C, run_sql
from tests.unit.deliveries_world import pid, raw_table
from tests.unit.lake_world import DAY, home_in, publish_delivery

JANUARY, JULY = dt.date(2025, 1, 1), dt.date(2025, 7, 1)
SOMEBODY = {
    "insurer_code": "9991", "birth_year": 1950, "sex_code": "F", "postcode3_code": "531", "from_month": JANUARY,
    "insured_months": 6, "general_practice_code": "01990201",
}  # fmt: skip
DEMOGRAPHIC = ("birth_year", "sex_code", "postcode3_code")


def persons(folder: Path, insured: list[dict[str, Any]], **others: list[dict[str, Any]]) -> pl.DataFrame:
    """What is known of each person."""
    sources = {
        f"raw_{name}": raw_table(name, rows)
        for name, rows in {"claim_line": [], "clinical_event": [], "patient_report": [], **others}.items()
    }
    return run_sql(
        folder, "privacy", "core_privacy_person", {"raw_insured": raw_table("insured", insured), **sources}
    )


def test_a_person_is_as_in_the_period_that_began_last(tmp_path: Path) -> None:
    moved = SOMEBODY | {"from_month": JULY, "postcode3_code": "541", "general_practice_code": None}
    found = persons(tmp_path, [{"pid": PERSON_A, **SOMEBODY}, {"pid": PERSON_A, **moved}])
    assert found.select("postcode3_code", "general_practice_code", "from_month", "insured_months").rows() == [
        ("541", None, JANUARY, 12)
    ]


def test_a_birth_year_has_its_band_of_five(tmp_path: Path) -> None:
    rows = [
        {"pid": person, **SOMEBODY, "birth_year": year}
        for person, year in zip((PERSON_A, PERSON_B, PERSON_C), (1949, 1950, 1954), strict=True)
    ]
    assert persons(tmp_path, rows)["birth_band_year"].to_list() == [1945, 1950, 1950]


def test_operations_count_once_and_the_last_year_tells(tmp_path: Path) -> None:
    found = persons(
        tmp_path,
        [{"pid": PERSON_A, **SOMEBODY}, {"pid": PERSON_B, **SOMEBODY}],
        clinical_event=[
            {"pid": PERSON_A, "event_ref": "first", "event_date": dt.date(2024, 3, 1)},
            {"pid": PERSON_A, "event_ref": "first", "event_date": dt.date(2024, 3, 1)},
            {"pid": PERSON_A, "event_ref": "second", "event_date": dt.date(2025, 3, 1)},
        ],
    )
    known = found.select("operations", "operation_year", "is_in_clinical_event").rows()
    assert known == [(2, 2025, True), (0, None, False)]


def test_groups_are_counted_among_the_persons_of_each_table(tmp_path: Path) -> None:
    """Three alike in the register, two of them operated; a fourth person is alone everywhere."""
    insured = [{"pid": pid(n), **SOMEBODY} for n in range(3)] + [
        {"pid": pid(3), **SOMEBODY, "birth_year": 1990}
    ]
    operated = [{"pid": pid(n), "event_ref": str(n), "event_date": dt.date(2025, 3, 1)} for n in (0, 1, 3)]
    sources = {"core_privacy_person": persons(tmp_path, insured, clinical_event=operated)}
    knows = {f"knows_{column}": column == "birth_year" for column in COLUMNS}
    found = run_sql(tmp_path, "privacy", "mart_privacy_group", sources, knows)
    assert found.select("table_name", "group_size", "groups").sort("table_name", "group_size").rows() == [
        ("clinical_event", 1, 1),
        ("clinical_event", 2, 1),
        ("insured", 1, 1),
        ("insured", 3, 1),
    ]


def test_whoever_the_register_does_not_know_is_counted_apart(tmp_path: Path) -> None:
    sources = {f"raw_{name}": raw_table(name, []) for name in TABLES}
    sources["raw_insured"] = raw_table("insured", [{"pid": PERSON_A, **SOMEBODY}] * 2)
    sources["raw_claim_line"] = raw_table("claim_line", [{"pid": PERSON_A}, {"pid": PERSON_B}, {"pid": None}])
    found = run_sql(tmp_path, "privacy", "mart_linked_person", sources)
    assert sorted(found.rows()) == [("claim_line", 2, 1), ("insured", 1, 1)]


def test_sizes_add_up_to_persons() -> None:
    groups = Groups({1: 2, 4: 1, 12: 1})
    assert (groups.persons, groups.groups) == (18, 4)
    assert [groups.below(size) for size in (1, 2, 4, 5, 13)] == [0, 2, 2, 6, 18]
    assert (str(groups.share_below(2)), str(groups.mean_risk)) == ("1/9", "2/9")
    assert (Groups({}).persons, str(Groups({}).share_below(5))) == (0, "0")


def test_every_table_and_column_that_could_tell_is_looked_at() -> None:
    """When a quasi-identifier or a table about persons comes, this says that the SQL must learn it."""
    assert set(TABLES) == {name for name, table in canonical_tables().items() if table.is_personal}
    assert set(everything()) == set(quasi_identifiers())
    assert set(COLUMNS) >= set(everything())
    kept = ("birth_year", "sex_code", "postcode3_code", "from_month")
    assert len(few_at_once(kept)) == 7 + 21 + 35
    assert len(remedies(kept)) == len(kept) + 1


def test_what_nobody_delivered_is_no_column_to_try(home: OcmoHome) -> None:
    """The practice is; region, distance, class and cover are empty for everybody."""
    kept = assess(home, "maasoever", DAY).measured.kept
    assert kept == ("birth_year", "sex_code", "postcode3_code", "from_month", "general_practice_code")


@pytest.fixture
def home(tmp_path: Path) -> OcmoHome:
    """Forty insured: 38 alike, and two whose birth year is their own."""
    home = home_in(tmp_path)
    years = {38: 1960, 39: 1970}
    insured = [{"pid": pid(n), **SOMEBODY, "birth_year": years.get(n, 1950)} for n in range(40)]
    claims = [{"pid": pid(n), "line_ref": str(n)} for n in (*range(10), 99)]
    tables = {"insured": raw_table("insured", insured), "claim_line": raw_table("claim_line", claims)}
    publish_delivery(home, "insurer", tables)
    return home


def limits_of(assessment: Assessment) -> list[tuple[tuple[str, ...], int, int, bool]]:
    return [(one.known, one.smaller_than, one.persons, one.is_over) for one in assessment.verdicts]


def test_the_linked_set_is_held_against_the_contracts_limits(home: OcmoHome) -> None:
    """2 of 40 alone is exactly the 5 % that Maasoever allows: a limit is exceeded above it, not at it."""
    assessment = assess(home, "maasoever", DAY)
    assert limits_of(assessment) == [
        (DEMOGRAPHIC, 2, 2, False),
        (DEMOGRAPHIC, 5, 2, False),
        (everything(), 2, 2, False),
    ]
    assert not assessment.over
    assert assessment.measured.linked["claim_line"] == Linked(persons=11, in_register=10)


def test_one_person_more_is_over(home: OcmoHome) -> None:
    one_more = raw_table("insured", [{"pid": pid(50), **SOMEBODY, "birth_year": 1980}])
    publish_delivery(home, "second", {"insured": one_more}, period="2024")
    assessment = assess(home, "maasoever", DAY)
    assert [one.is_over for one in assessment.verdicts] == [True, False, False]
    assert assessment.most_telling[0][0] == "birth_year"


def test_the_limits_are_those_of_the_version_in_force_on_the_day(home: OcmoHome, tmp_path: Path) -> None:
    text = (home.contracts / "maasoever.yaml").read_text(encoding="utf-8")
    stricter = text.replace("smaller_than: 2, share: 0.05}", "smaller_than: 2, share: 0.01}")
    header = "  version: 2\n  supersedes_from: 2027-01-01\n  because: Minder mensen mogen herkenbaar zijn.\n"
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "maasoever.yaml").write_text(text, encoding="utf-8")
    (shelf / "amended.yaml").write_text(stricter.replace("  version: 1\n", header), encoding="utf-8")
    amended = replace(home, contracts=shelf)
    assert not assess(amended, "maasoever", DAY).over
    assert assess(amended, "maasoever", dt.date(2027, 1, 1)).over


def test_without_data_there_is_nothing_to_assess(tmp_path: Path) -> None:
    with pytest.raises(NoDataError):
        assess(home_in(tmp_path), "maasoever", DAY)
