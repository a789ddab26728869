"""The rules between records, over all files of a delivery: kept, broken, and at the edge.

A row is written as (file, line, what it holds); a finding comes back as (file, line, rule, severity).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.intake.between.between_rows import judge_between
from pipeline.intake.rules.findings import PLACED

ANN, BOB = "900000012", "900000024"
FILES = ["a.asc", "b.csv"]

Row = tuple[str, int, dict[str, Any]]
Found = tuple[str, int, str, str]

CLAIM: dict[str, Any] = {
    "bsn": ANN,
    "insurer_code": "9991",
    "care_type_code": "pharmacy",
    "opening_date": dt.date(2025, 5, 20),
    "invoiced_date": dt.date(2025, 6, 1),
    "declared_cents": 1_000,
}
PERIOD: dict[str, Any] = {"bsn": ANN, "insurer_code": "9991", "insured_months": 12}
BOOK: dict[str, Any] = {
    "insurer_code": "9991",
    "year_of_loss": 2025,
    "care_type_code": "pharmacy",
    "as_of_date": dt.date(2026, 6, 30),
}


def claim(ref: str, *, line: int = 2, file: str = "a.asc", **values: Any) -> Row:
    return file, line, CLAIM | {"line_ref": ref} | values


def period(
    month: int, months: int, *, line: int = 2, file: str = "b.csv", year: int = 2025, **values: Any
) -> Row:
    return file, line, PERIOD | {"from_month": dt.date(year, month, 1), "insured_months": months} | values


def book(lines: int, cents: int, *, line: int = 2, **values: Any) -> Row:
    return "b.csv", line, BOOK | {"booked_lines": lines, "booked_cents": cents} | values


def part(table: str, rows: list[Row]) -> pl.LazyFrame:
    """Rows as the engine leaves them: where each came from, and the canonical columns."""
    canonical = canonical_table(table)
    person = {"bsn": pl.String()} if canonical.is_personal else {}
    schema = {
        "file_number": pl.UInt32(),
        "file": pl.String(),
        "record_code": pl.String(),
        "row_number": pl.UInt32(),
        **person,
        **canonical.polars_schema,
    }
    return pl.LazyFrame(
        [
            {"file_number": FILES.index(file), "file": file, "record_code": "04", "row_number": line} | values
            for file, line, values in rows
        ],
        schema=schema,
    )


def found(year: int | None = None, **tables: list[Row]) -> list[Found]:
    findings = judge_between({name: part(name, rows) for name, rows in tables.items()}, year)
    assert findings.schema == PLACED
    return list(findings.select("file", "row_number", "rule", "severity").iter_rows())


def test_a_key_that_comes_twice_is_rejected_the_second_time() -> None:
    rows = [
        claim("r1", line=2),
        claim("r2", line=3),
        claim("r1", line=4, declared_cents=5),
        claim("r1", line=5),
    ]
    assert found(claim_line=rows) == [
        ("a.asc", 4, "duplicate", "rejected"),
        ("a.asc", 5, "duplicate", "rejected"),
    ]


def test_the_order_of_files_says_which_is_the_second_whatever_the_order_of_parts() -> None:
    rows = [claim("r1", file="b.csv", line=2), claim("r1", file="a.asc", line=9)]
    assert found(claim_line=rows) == [("b.csv", 2, "duplicate", "rejected")]


@pytest.mark.parametrize(
    "other", [{"bsn": BOB}, {"insurer_code": "9992"}, {"from_month": dt.date(2025, 8, 1)}]
)
def test_of_a_key_of_several_columns_all_must_be_the_same(other: dict[str, Any]) -> None:
    twins = [period(1, 6), period(1, 6, line=3)]
    assert [rule for _, _, rule, _ in found(insured=twins)] == ["duplicate"]
    assert found(insured=[period(1, 6), period(1, 6, line=3, **other)]) == []


def test_a_credit_finds_its_claim_in_another_file_before_it_or_after_it() -> None:
    credit = claim("r2", line=2, corrected_line_ref="r1", declared_cents=-1_000)
    assert found(claim_line=[credit, claim("r1", file="b.csv")]) == []
    assert found(claim_line=[claim("r1", line=1), credit]) == []
    assert found(claim_line=[credit]) == [("a.asc", 2, "credit_without_claim", "warning")]


def test_a_credit_of_a_credit_that_came_is_no_matter() -> None:
    rows = [
        claim("r1"),
        claim("r2", line=3, corrected_line_ref="r1"),
        claim("r3", line=4, corrected_line_ref="r2"),
    ]
    assert found(claim_line=rows) == []


@pytest.mark.parametrize(
    ("first", "second", "is_fault"),
    [
        (period(1, 6), period(7, 6, line=3), False),  # the one ends in June, the other begins in July
        (period(1, 7), period(7, 6, line=3), True),
        (period(7, 6), period(1, 7, line=3), True),  # whatever the order of lines
        (period(1, 12), period(4, 0, line=3), True),  # no month of its own, but within another period
        (period(1, 0), period(2, 6, line=3), False),
        (period(1, 12), period(7, 6, line=3, bsn=BOB), False),
        (period(1, 12), period(7, 6, line=3, insurer_code="9992"), False),
        (period(1, 12, year=2024), period(1, 12, line=3), False),
    ],
)
def test_one_insured_period_at_a_time_per_person_and_label(first: Row, second: Row, is_fault: bool) -> None:
    later = max((first, second), key=lambda row: row[2]["from_month"])
    expected = [("b.csv", later[1], "overlapping_period", "warning")] if is_fault else []
    assert found(insured=[first, second]) == expected


def test_a_long_period_reaches_past_a_short_one_to_a_third() -> None:
    rows = [period(1, 12), period(2, 1, line=3), period(6, 2, line=4)]
    assert [line for _, line, _, _ in found(insured=rows)] == [3, 4]


@pytest.mark.parametrize(
    ("begun", "is_fault"),
    [
        ("2025-02-28", True),
        (
            "2025-03-16",
            False,
        ),  # the period may have begun on the 16th: the first month whose 15th counts is April
        ("2025-04-01", False),
        ("2025-06-30", False),
        ("2025-07-14", False),  # it may have ended on the 14th
        ("2025-08-01", True),
        ("2024-05-20", False),  # of another year than the register tells of
        ("2026-05-20", False),
    ],
)
def test_a_claim_lies_within_an_insured_period(begun: str, is_fault: bool) -> None:
    rows = [claim("r1", opening_date=dt.date.fromisoformat(begun))]
    expected = [("a.asc", 2, "not_insured", "warning")] if is_fault else []
    assert found(claim_line=rows, insured=[period(4, 3)]) == expected


@pytest.mark.parametrize(
    ("begun", "is_fault"),
    [("2025-02-28", True), ("2025-03-20", False), ("2025-04-10", False), ("2025-05-01", True)],
)
def test_a_period_without_a_15th_lies_in_its_month_and_may_end_in_the_next(
    begun: str, is_fault: bool
) -> None:
    rows = [claim("r1", opening_date=dt.date.fromisoformat(begun))]
    assert bool(found(claim_line=rows, insured=[period(3, 0)])) == is_fault


@pytest.mark.parametrize(
    ("values", "is_fault"),
    [
        ({"bsn": BOB}, True),  # whom the register does not know
        ({"insurer_code": "9992"}, False),  # of a label that the register does not tell of
    ],
)
def test_a_claim_is_of_somebody_in_the_register_of_its_label(values: dict[str, Any], is_fault: bool) -> None:
    assert bool(found(claim_line=[claim("r1", **values)], insured=[period(1, 12)])) == is_fault


def test_a_register_over_two_years_tells_of_both() -> None:
    register = [period(11, 4, year=2024)]
    begun = [dt.date(2024, 10, 20), dt.date(2024, 9, 20), dt.date(2025, 3, 10), dt.date(2025, 4, 10)]
    rows = [claim(f"r{line}", line=line, opening_date=day) for line, day in enumerate(begun)]
    assert [line for _, line, _, _ in found(claim_line=rows, insured=register)] == [1, 3]


def test_two_periods_of_a_year_are_looked_at_together() -> None:
    register = [period(1, 3), period(9, 4, line=3)]
    begun = [dt.date(2025, month, 20) for month in range(1, 13)]
    rows = [claim(f"r{line}", line=line, opening_date=day) for line, day in enumerate(begun, start=1)]
    assert [line for _, line, _, _ in found(claim_line=rows, insured=register)] == [5, 6, 7]


def test_without_a_register_nobody_is_judged_by_it() -> None:
    assert found(claim_line=[claim("r1")]) == []


@pytest.mark.parametrize(
    ("lines", "cents", "is_fault"), [(2, 3_000, False), (3, 3_000, True), (2, 2_999, True), (0, 0, True)]
)
def test_books_of_the_delivery_s_year_agree_with_its_lines(lines: int, cents: int, is_fault: bool) -> None:
    rows = [claim("r1"), claim("r2", line=3, declared_cents=2_000)]
    expected = [("b.csv", 2, "control_total", "warning")] if is_fault else []
    assert found(2025, claim_line=rows, control_total=[book(lines, cents)]) == expected


def test_both_figures_are_told() -> None:
    parts = {"claim_line": [claim("r1")], "control_total": [book(1_200, 123_456)]}
    (reason,) = judge_between({name: part(name, rows) for name, rows in parts.items()}, 2025)["reason"]
    assert reason == (
        "of pharmacy in 2025 the books hold 1,200 lines and EUR 1,234.56, the accepted lines of this delivery up to "
        "the same day are 1 and EUR 10.00"
    )


def test_books_of_other_years_and_of_a_file_without_a_period_are_not_judged() -> None:
    books = [book(1, 1_000), book(500, 1, line=3, year_of_loss=2024)]
    assert found(2025, claim_line=[claim("r1")], control_total=books) == []
    assert found(None, claim_line=[claim("r1")], control_total=[book(9, 9)]) == []


@pytest.mark.parametrize(("invoiced", "is_fault"), [("2026-06-30", False), ("2026-07-01", True)])
def test_what_is_invoiced_after_the_books_is_in_none(invoiced: str, is_fault: bool) -> None:
    rows = [claim("r1", invoiced_date=dt.date.fromisoformat(invoiced))]
    assert bool(found(2025, claim_line=rows, control_total=[book(1, 1_000)])) == is_fault


def test_a_credit_is_booked_in_the_year_of_its_claim() -> None:
    rows = [claim("r1"), claim("r2", line=3, corrected_line_ref="r1", declared_cents=-1_000)]
    assert found(2025, claim_line=rows, control_total=[book(2, 0)]) == []


def test_a_kind_of_care_that_the_books_leave_out_is_told_on_their_first_row() -> None:
    rows = [
        claim("r1"),
        claim("r2", line=3, care_type_code="dental"),
        claim("r3", line=4, insurer_code="9992"),
    ]
    assert found(2025, claim_line=rows, control_total=[book(1, 1_000, line=7)]) == [
        ("b.csv", 7, "control_total", "warning")
    ]


def test_a_row_that_is_rejected_gives_no_warnings_and_counts_nowhere() -> None:
    rows = [claim("r1"), claim("r1", line=3, bsn=BOB)]
    parts = {"insured": [period(1, 12), period(1, 12, line=3)], "control_total": [book(1, 1_000)]}
    assert found(2025, claim_line=rows, **parts) == [
        ("a.asc", 3, "duplicate", "rejected"),
        ("b.csv", 3, "duplicate", "rejected"),
    ]


def test_a_clean_delivery_gives_no_finding_and_nothing_that_identifies_stands_in_one() -> None:
    clean = {"claim_line": [claim("r1")], "insured": [period(1, 12)], "control_total": [book(1, 1_000)]}
    assert found(2025, **clean) == []
    faulty = {
        "claim_line": [claim("SECRET", bsn=BOB, corrected_line_ref="OTHER")] * 2,
        "insured": [period(1, 12)],
    }
    text = judge_between({name: part(name, rows) for name, rows in faulty.items()}).write_csv()
    assert "duplicate" in text
    assert not any(secret in text for secret in (ANN, BOB, "SECRET", "OTHER"))
