"""The rules between records a second time, row by row in plain loops, over any small delivery: both find the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.between.between_rows import judge_between
from tests.spec.test_intake_between_rows import ANN, BOB, FILES, Found, Row, claim, part, period

few = settings(max_examples=60, deadline=None)

places = st.lists(st.tuples(st.sampled_from(FILES), st.integers(1, 40)), max_size=12, unique=True)
"""Files and lines, in any order."""

claims = places.flatmap(
    lambda where: st.tuples(
        *(
            st.builds(
                claim,
                st.sampled_from(["r1", "r2", "r3", "r4", "r5", "r6"]),
                line=st.just(line),
                file=st.just(file),
                bsn=st.sampled_from([ANN, BOB]),
                insurer_code=st.sampled_from(["9991", "9991", "9992"]),
                corrected_line_ref=st.sampled_from([None, None, "r1", "r2", "gone"]),
                opening_date=st.dates(dt.date(2023, 11, 1), dt.date(2026, 2, 28)),
            )
            for file, line in where
        )
    ).map(list)
)

registers = places.flatmap(
    lambda where: st.tuples(
        *(
            st.builds(
                period,
                st.integers(1, 12),
                st.integers(0, 14),
                year=st.sampled_from([2024, 2025, 2025]),
                line=st.just(line),
                file=st.just(file),
                bsn=st.sampled_from([ANN, BOB]),
                insurer_code=st.sampled_from(["9991", "9991", "9992"]),
            )
            for file, line in where
        )
    ).map(list)
)


def slowly(rows: list[Row], register: list[Row]) -> set[Found]:
    """What is wrong, by looking at every row and every other one."""
    kept, found = _once(rows, lambda row: row["line_ref"])
    periods, repeated = _once(register, lambda row: (row["bsn"], row["insurer_code"], row["from_month"]))
    found |= repeated
    references = {row["line_ref"] for _, _, row in kept}
    for file, line, row in kept:
        if row.get("corrected_line_ref") and row["corrected_line_ref"] not in references:
            found.add((file, line, "credit_without_claim", "warning"))
        if register and _is_told(row, periods) and not _is_insured(row, periods):
            found.add((file, line, "not_insured", "warning"))
    for one in periods:
        file, line, row = one
        before = [
            other
            for _, _, other in periods
            if _person(other) == _person(row) and _begins(other) < _begins(row)
        ]
        if any(_begins(other) + other["insured_months"] > _begins(row) for other in before):
            found.add((file, line, "overlapping_period", "warning"))
    return found


def _once(rows: list[Row], key: Any) -> tuple[list[Row], set[Found]]:
    """The first row of each key, and a finding on each other one."""
    seen, kept, found = set(), [], set()
    for row in sorted(rows, key=lambda row: (FILES.index(row[0]), row[1])):
        if key(row[2]) in seen:
            found.add((row[0], row[1], "duplicate", "rejected"))
        else:
            seen.add(key(row[2]))
            kept.append(row)
    return kept, found


def _person(row: dict[str, Any]) -> tuple[str, str]:
    return row["bsn"], row["insurer_code"]


def _begins(row: dict[str, Any]) -> int:
    return _month(row["from_month"])


def _month(day: dt.date) -> int:
    return 12 * day.year + day.month - 1


def _is_told(row: dict[str, Any], periods: list[Row]) -> bool:
    """Whether the register tells of the claim's label in the year that its care began."""
    return any(
        one["insurer_code"] == row["insurer_code"] and month // 12 == row["opening_date"].year
        for _, _, one in periods
        for month in range(_begins(one), _begins(one) + max(one["insured_months"], 1))
    )


def _is_insured(row: dict[str, Any], periods: list[Row]) -> bool:
    """Whether the care began in a month of a period, or beside it in a year of the period."""
    care = _month(row["opening_date"])
    for _, _, one in periods:
        first, months = _begins(one), one["insured_months"]
        years = {month // 12 for month in range(first, first + max(months, 1))}
        low, high = (first - 1, first + months) if months else (first, first + 1)
        if _person(one) == _person(row) and low <= care <= high and care // 12 in years:
            return True
    return False


@given(claims, registers)
@few
def test_both_find_the_same(rows: list[Row], register: list[Row]) -> None:
    parts = {"claim_line": part("claim_line", rows)}
    parts |= {"insured": part("insured", register)} if register else {}
    findings = judge_between(parts)
    found = list(findings.select("file", "row_number", "rule", "severity").iter_rows())
    assert len(set(found)) == len(found)
    assert set(found) == slowly(rows, register)


@given(claims, st.randoms(use_true_random=False))
@few
def test_how_rows_lie_in_parts_does_not_matter(rows: list[Row], chance: Any) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    one, other = (judge_between({"claim_line": part("claim_line", each)}) for each in (rows, shuffled))
    assert one.equals(other)
