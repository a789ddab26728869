"""The parts of an interim report that compute: quarters, run-out, projection, outlook, what is hidden, changes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from contextlib import nullcontext
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import FiguresError, SettingsError
from pipeline.reporting.interim import Quarter
from pipeline.reporting.interim.changes import changes
from pipeline.reporting.interim.disclosure import refuse_disclosure
from pipeline.reporting.interim.gather import truncated_persons
from pipeline.reporting.interim.hidden import Hidden, hidden
from pipeline.reporting.interim.measures import measures
from pipeline.reporting.interim.outlook import outlook
from pipeline.reporting.interim.projection import projected, run_out_factor
from pipeline.reporting.interim.state import Exposure, KindOfCare, Truncated
from pipeline.settlement import Figure, Figures
from pipeline.settlement.exact import exact
from pipeline.settlement.figures import UNITS
from tests.interim_world import KINDS, state


@pytest.mark.parametrize(
    ("text", "last", "reported"),
    [
        ("2025Q1", "2025-03-31", "2025-04-15"),
        ("2025Q2", "2025-06-30", "2025-07-15"),
        ("2025Q3", "2025-09-30", "2025-10-15"),
        ("2025Q4", "2025-12-31", "2026-01-15"),
    ],
)
def test_a_quarter_is_reported_on_the_fifteenth_after(text: str, last: str, reported: str) -> None:
    quarter = Quarter.of(text)
    assert (str(quarter), str(quarter.last_day), str(quarter.reported_on)) == (text, last, reported)
    assert Quarter.ended_before(quarter.reported_on) == quarter
    assert Quarter.ended_before(quarter.last_day) < quarter
    assert Quarter.ended_before(quarter.last_day + dt.timedelta(days=1)) == quarter


@pytest.mark.parametrize("text", ["2025", "2025Q5", "2025q3", "Q3 2025", "1999Q1"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="is no quarter"):
        Quarter.of(text)


def test_run_out_is_of_the_care_in_the_domain_of_one_side() -> None:
    kinds = pl.DataFrame(
        [
            ("contracted", "in_domain", 360, 400),
            ("contracted", "in_domain", 2_000, 4_800),
            ("contracted", "out_of_domain", 10, 90),
            ("comparison", "in_domain", 0, 0),
        ],
        schema=["group_code", "bucket_code", "cents_so_far", "completed_cents"],
        orient="row",
    )
    assert run_out_factor(kinds, "contracted") == Fraction(5_200, 2_360)
    assert run_out_factor(kinds, "comparison") == 1


@given(
    covered=st.integers(1, 12),
    came=st.tuples(st.fractions(Fraction(1, 5), 1), st.fractions(Fraction(1, 5), 1)),
    came_before=st.tuples(st.fractions(Fraction(1, 5), 1), st.fractions(Fraction(1, 5), 1)),
    register_months=st.integers(0, 12),
    years=st.lists(st.tuples(st.integers(60_000, 90_000), st.integers(900, 1_100)), min_size=3, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_projecting_an_even_year_gives_the_whole_year(
    covered: int,
    came: tuple[Fraction, Fraction],
    came_before: tuple[Fraction, Fraction],
    register_months: int,
    years: list[tuple[int, int]],
) -> None:
    """Each month is the same; some months and some of the cost have not come; the rest must be found back.

    The whole year: 120,000 insured months a side at EUR 100 a month contracted and EUR 90 compared. Before: each
    baseline year has its own months and cost on both sides; the newest of them is not all in either. The register
    may know of months to come.
    """
    whole: dict[tuple[str, int], Fraction] = {}
    early: dict[tuple[str, int], Fraction] = {}
    in_register = max(covered, register_months)
    seen = Fraction(covered, 12)
    rate, early_rate = Fraction(9_000), 9_000 * came[1] * covered / in_register
    for year, (insured, cost) in zip((2022, 2023, 2024), years, strict=True):
        in_by_then = came_before if year == 2024 else (Fraction(1), Fraction(1))
        for known, at, share in ((whole, rate, (1, 1)), (early, early_rate, in_by_then)):
            known["insured_months", year] = Fraction(insured)
            known["actual_cents", year] = insured * cost * Fraction(share[0])
            known["truncated_cents", year] = insured * Fraction(share[0])
            known["comparison_observed_cents", year] = 100_000 * cost * Fraction(share[1])
            known["expected_cents", year] = insured * at
            known["comparison_expected_cents", year] = 100_000 * at
    for known, share, part, counted, at in (
        (whole, (Fraction(1), Fraction(1)), Fraction(1), Fraction(120_000), rate),
        (early, came, seen, Fraction(120_000 * in_register, 12), early_rate),
    ):
        known["insured_months", 2025] = counted
        known["actual_cents", 2025] = 120_000 * 10_000 * part * share[0]
        known["expected_cents", 2025] = counted * at
        known["comparison_observed_cents", 2025] = 120_000 * 9_000 * part * share[1]
        known["comparison_expected_cents", 2025] = counted * at
    exposure = Exposure(10_000 * in_register, 10_000 * covered)
    found = projected(
        _figures(early),
        covered,
        {"contracted": exposure, "comparison": exposure},
        {"contracted": 1 / came[0], "comparison": 1 / came[1]},
        {2024: {"contracted": 1 / came_before[0], "comparison": 1 / came_before[1]}},
    )
    for key, value in whole.items():
        assert float(exact(found.values[key].value)) == pytest.approx(float(value), rel=1e-9), key


def _figures(values: dict[tuple[str, int], Fraction]) -> Figures:
    made = {key: Figure(float(value), UNITS[key[0]]) for key, value in values.items()}
    return Figures("maasoever", 2025, made, {})


def test_a_complete_year_is_projected_to_itself() -> None:
    given_state = state(measured=True)
    exposure = {group: Exposure(120_000, 120_000) for group in ("contracted", "comparison")}
    run_out = {"contracted": Fraction(1), "comparison": Fraction(1)}
    assert projected(given_state.figures, 12, exposure, run_out, {2024: run_out}) == given_state.figures


def test_what_was_not_measured_makes_the_payable_a_range() -> None:
    unmeasured, measured = outlook(state()), outlook(state(measured=True))
    assert unmeasured is not None
    assert measured is not None
    assert unmeasured.unmeasured == ("complication_ratio", "eq5d_change")
    assert unmeasured.low.payable_cents <= measured.low.payable_cents <= unmeasured.high.payable_cents
    assert (measured.unmeasured, measured.low.payable_cents) == ((), measured.high.payable_cents)


def test_without_baseline_years_nothing_is_expected() -> None:
    given_state = state()
    values = {key: figure for key, figure in given_state.figures.values.items() if key[1] != 2022}
    without = dataclasses.replace(
        given_state, figures=dataclasses.replace(given_state.figures, values=values)
    )
    assert outlook(without) is None
    assert "expected_savings" not in {measure.code for measure in measures(without, None)}


def kind(
    code: str, persons: int, *, in_domain: bool = True, fixed: bool = False, cents: int = 100, later: int = 0
) -> KindOfCare:
    return KindOfCare(code, in_domain, fixed, persons, cents, cents + later, 1.0, "chain_ladder")


NOBODY = Truncated(0, 0)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([kind("a", 50), kind("b", 10)], Hidden(frozenset())),
        ([kind("a", 50), kind("b", 9), kind("c", 30)], Hidden(frozenset("bc"))),
        ([kind("a", 50), kind("b", 9), kind("c", 3), kind("d", 60)], Hidden(frozenset("abc"))),
        ([kind("a", 50), kind("b", 9), kind("c", 0)], Hidden(frozenset("ab"))),
        ([kind("a", 50), kind("b", 9, fixed=True)], Hidden(frozenset("ab"), totals=True)),
        (
            [kind("a", 50), kind("b", 70), kind("c", 1, fixed=True), kind("d", 7, fixed=True)],
            Hidden(frozenset("acd"), totals=True),
        ),
        ([kind("a", 9), kind("b", 9)], Hidden(frozenset("ab"), totals=True, truncated=True)),
        ([kind("a", 50), kind("b", 9, in_domain=False)], Hidden(frozenset("b"))),
    ],
    ids=[
        "none",
        "the next with it",
        "two small ones may be of the same persons",
        "one without persons helps nobody",
        "alone, so one of the other group",
        "two small ones alone",
        "nothing but small ones",
        "outside",
    ],
)
def test_a_small_kind_cannot_be_subtracted_back(kinds: list[KindOfCare], expected: Hidden) -> None:
    assert hidden(kinds, NOBODY, 10) == expected


@pytest.mark.parametrize(
    ("kinds", "truncated", "expected"),
    [
        ([kind("a", 50), kind("b", 20)], Truncated(10, 60), Hidden(frozenset())),
        ([kind("a", 50), kind("b", 20)], Truncated(1, 60), Hidden(frozenset("b"), True, True)),
        ([kind("a", 50), kind("b", 20, cents=59)], Truncated(1, 60), Hidden(frozenset("a"), True, True)),
        ([kind("a", 50, later=90), kind("b", 20)], Truncated(1, 60), Hidden(frozenset("a"), True, True)),
        (
            [kind("a", 50, cents=59), kind("b", 20, cents=59)],
            Truncated(1, 60),
            Hidden(frozenset("ab"), True, True),
        ),
        ([kind("a", 50), kind("b", 20), kind("c", 1)], Truncated(1, 60), Hidden(frozenset("bc"), True, True)),
    ],
    ids=[
        "of enough persons",
        "of one, under the smallest kind",
        "which must cost as much",
        "and have as much to come",
        "no kind is large enough",
        "beside a small kind",
    ],
)
def test_truncated_cost_of_too_few_cannot_be_computed_back(
    kinds: list[KindOfCare], truncated: Truncated, expected: Hidden
) -> None:
    assert hidden(kinds, truncated, 10) == expected


def test_who_costs_more_than_the_ceiling_is_counted_by_year_and_side() -> None:
    person_years = pl.LazyFrame(
        [
            (2025, "contracted", 5),
            (2025, "contracted", 1),
            (2025, "contracted", 0),
            (2025, "comparison", 7),
            (2024, "contracted", 7),
        ],
        schema=["year", "group_code", "truncated_cents"],
        orient="row",
    )
    assert truncated_persons(person_years, 2025) == 2


def test_truncated_cost_of_one_person_is_nowhere() -> None:
    given_state = dataclasses.replace(state(), truncated_persons=1)
    found = {(m.code, m.subject): m.value for m in measures(given_state, outlook(given_state))}
    hides = {"truncated", "use", "use_completed", "fixed", "fixed_completed"}
    assert {code for code, subject in found if not subject and found[code, ""] is None} == hides
    # Intensive care is of six. To come is 0.395 of all cost: a cover for 20 million has 7.9 to come or more.
    assert [subject for code, subject in found if code == "kind" and found[code, subject] is None] == [
        "hospital_product",
        "addon_intensive_care",
        "dental",
    ]


@pytest.mark.parametrize(
    ("shows", "persons", "what"),
    [
        ({("kind", "addon_intensive_care")}, 25, "addon_intensive_care"),
        ({("kind", "geriatric_rehabilitation")}, 25, "use less the kinds that are shown"),
        ({("indicator_cases", "eq5d_change")}, 25, "eq5d_change"),
        (set(), 1, "truncated"),
    ],
    ids=["a small kind", "what covers a small kind", "an indicator", "truncated cost"],
)
def test_a_report_that_would_tell_of_too_few_is_stopped(
    shows: set[tuple[str, str]], persons: int, what: str
) -> None:
    given_state = state(measured=True)
    shown = {(m.code, m.subject) for m in measures(given_state, None) if m.value is not None}
    refuse_disclosure(given_state, shown)
    other = dataclasses.replace(given_state, truncated_persons=persons)
    with pytest.raises(FiguresError, match=f"fewer than 10 persons: {what}"):
        refuse_disclosure(other, shown | shows)


@pytest.mark.parametrize(("later", "stops"), [(0, True), (900, False)])
def test_what_is_still_to_come_may_tell_what_was_truncated(later: int, stops: bool) -> None:
    """One kind hidden, of which nothing is to come: the run-out of all the others gives cost before truncation."""
    kinds = (kind("a", 50, later=later), kind("b", 50, later=40))
    given_state = dataclasses.replace(state(), kinds=kinds, truncated_persons=1)
    shown = {("cost", ""), ("cost_completed", ""), ("kind", "b"), ("kind_completed", "b")}
    with pytest.raises(FiguresError, match="from what is still to come") if stops else nullcontext():
        refuse_disclosure(given_state, shown)


def test_a_population_of_too_few_is_not_shown_at_all() -> None:
    few = dataclasses.replace(
        state(), exposure={group: Exposure(100, 100) for group in ("contracted", "comparison")}
    )
    shown = {measure.code for measure in measures(few, None) if measure.value is not None}
    assert shown == {"tables_expected", "tables_came"}


def test_the_example_hides_its_small_kinds() -> None:
    found = {(m.code, m.subject): m.value for m in measures(state(), None)}
    assert found["kind", "addon_intensive_care"] is None
    assert found["kind", "geriatric_rehabilitation"] is None
    assert found["kind", "dental"] is None
    assert found["kind", "pharmacy"] == 205_000_000
    assert found["use", ""] == sum(k.cents_so_far for k in KINDS if k.is_in_domain and not k.is_fixed)


def report(**values: object) -> dict[str, object]:
    figures = [
        {"code": code, "subject": "", "value": value, "unit": "cents", "provisional": True}
        for code, value in values.items()
    ]
    return {"years": [{"year": 2025, "figures": figures}]}


def test_changes_are_told_figure_by_figure() -> None:
    before = report(cost=100, same=5, gone=7, hidden=None)
    after = report(cost="150.5", same=5, new=3, hidden=12)
    rows = {row["code"]: (row["before"], row["after"], row["difference"]) for row in changes(before, after)}
    assert rows == {
        "cost": (100, "150.5", "50.5"),
        "new": (None, 3, None),
        "hidden": (None, 12, None),
        "gone": (7, None, None),
    }
