"""An outside truth: 2,915 published settlements and 856 benchmarks of the US Medicare Shared Savings Program.

The rules that settle a Dutch contract settle these, from reference contracts that are only YAML. What is expected
comes from what the program paid and from the description of its rules in the reference README.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline.home import CHECKOUT
from pipeline.settlement.replay import Agreement, Replay, agreement_of, replay
from pipeline.settlement.replay.fit import Equation, estimate, replay_fitted
from pipeline.settlement.replay.page import page
from pipeline.settlement.replay.page_fitted import fitted_page
from pipeline.settlement.replay.run import prepare

TERMS = Path("contracts/reference/mssp")
BENCHMARKS = Path("contracts/reference/mssp-benchmark")
REVENUE_BINDS = {("2019", "A2392"), ("2021", "A1515"), ("2021", "A2820"), ("2021", "A4627")}
"""The rows that the reference names: a limit of revenue binds there, and revenue is not published."""

OFFICIAL_SIZES = [
    (500, "0.122"), (999, "0.087"), (1000, "0.087"), (2999, "0.050"), (3000, "0.050"), (4999, "0.039"),
    (5000, "0.039"), (5999, "0.036"), (6000, "0.036"), (6999, "0.034"), (7000, "0.034"), (7999, "0.032"),
    (8000, "0.032"), (8999, "0.031"), (9000, "0.031"), (9999, "0.030"), (10000, "0.030"), (14999, "0.027"),
    (15000, "0.027"), (19999, "0.025"), (20000, "0.025"), (49999, "0.022"), (50000, "0.022"), (59999, "0.020"),
    (60000, "0.020"), (90000, "0.020"),
]  # fmt: skip
"""Persons and minimum savings rate at the ends of each band of 42 CFR 425.604(b)."""


@pytest.fixture(scope="module")
def settled(reference: Path) -> Replay:
    return replay(CHECKOUT / TERMS, reference / "mssp" / "settlements_2016_2021.csv")


@pytest.fixture(scope="module")
def agreement(settled: Replay) -> Agreement:
    return agreement_of(settled)


def test_every_gain_loss_and_zero_but_the_named_rows(agreement: Agreement) -> None:
    assert len(agreement.held) == 2_915
    cells = [one.settled.row.cells for one in agreement.differing]
    assert {(row["performance_year"], row["aco_id"]) for row in cells} == REVENUE_BINDS
    assert agreement.count("differs", "not published") == 0


def test_the_printed_rounding_excuses_no_more_than_it_can_make(agreement: Agreement) -> None:
    """A score printed to four decimals moves a gain by at most half of 0.0001, the rate, and a dollar."""
    for one in agreement.held:
        if one.verdict == "within printed rounding":
            moved = Fraction(1, 20_000) * abs(one.settled.course.value("savings")) * Fraction("0.75")
            assert abs(one.difference) <= 100 + moved


def test_from_2021_nothing_needs_the_printed_rounding(agreement: Agreement) -> None:
    """From then on the score decides no gain, so that every one must be met to the dollar."""
    late = [one for one in agreement.held if one.settled.figures.year == 2021]
    assert len(late) == 475
    assert {one.verdict for one in late} == {"agrees", "known"}


def test_thresholds_printed_with_nine_decimals_are_met_to_a_hundred_millionth(agreement: Agreement) -> None:
    by_year = {rate.year: rate for rate in agreement.rates}
    for year in (2016, 2017, 2018):
        assert by_year[year].largest <= Fraction(1, 10**8)
    assert all(rate.agree == rate.rows for rate in agreement.rates)
    assert by_year[2018].rows == 454


@pytest.mark.parametrize(("persons", "rate"), OFFICIAL_SIZES)
def test_the_ends_of_each_band_of_sizes(persons: int, rate: str, settled: Replay) -> None:
    """Each band is linear between its own ends: 999 steps from 5,000 to 5,999."""
    from pipeline.contract.values import Ladder

    terms = settled.plans.contract("track-1").for_year(2018).sharing_minimum_savings
    assert terms is not None
    assert Ladder(terms.value).at(Fraction(persons)) == Fraction(rate)


def halves(reference: Path) -> set[str]:
    """The half years of 2019 as the table itself shows them: half of what a head's amount and person-years come to."""
    with (reference / "mssp" / "settlements_2016_2021.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["performance_year"] == "2019"]
    parts = {
        row["aco_id"]: int(row["benchmark_total"])
        / (int(row["updated_benchmark_per_capita"]) * int(row["person_years"]))
        for row in rows
    }
    assert all(abs(part - 0.5) < 0.005 or abs(part - 1) < 0.005 for part in parts.values())
    return {name for name, part in parts.items() if part < 0.75}


def test_each_row_that_is_settled_as_a_half_year_was_one(settled: Replay, reference: Path) -> None:
    """And all that were: 166, whatever they are called."""
    exceptional = {
        one.row.cells["aco_id"]
        for one in settled.settled
        for each in settled.mapped.exceptional
        if settled.maker.is_exceptional(one.row, each)
    }
    assert exceptional == halves(reference)
    assert len(exceptional) == 166
    assert {"A1498", "A2021"} <= exceptional


def test_a_whole_year_has_its_whole_relief(agreement: Agreement) -> None:
    """A2392 of 2019: 30 % of 8,540,281 less the relief of 621, and not of half of it."""
    named = {"performance_year": "2019", "aco_id": "A2392"}
    (one,) = [each for each in agreement.held if named.items() <= each.settled.row.cells.items()]
    saved = int(one.settled.row.cells["generated_savings_losses"])
    assert one.ours == Fraction(3, 10) * saved * 100 + 62_100
    assert one.ours == -256_146_330


def test_what_is_known_is_a_loss_that_revenue_made_smaller(agreement: Agreement) -> None:
    for one in agreement.held:
        if one.verdict == "known":
            assert one.published is not None
            assert one.ours < one.published <= 0
            assert one.settled.row.cells["revenue_loss_limit_flag"] == "1"


def test_each_unknown_revenue_is_said_on_the_settlement(settled: Replay) -> None:
    told = [one for one in settled.settled if "limit_of_revenue_unknown" in one.course.notes]
    limited = {"basic-c", "basic-d", "basic-e", "track-1-plus"}
    assert {one.plan.contract_id for one in told} <= limited
    assert all(one.course.reason == "loss" for one in told)
    assert told


def test_the_page_in_the_documents_is_what_the_command_makes(settled: Replay, agreement: Agreement) -> None:
    kept = (CHECKOUT / "docs" / "validation" / "mssp.md").read_text(encoding="utf-8")
    command = next(line[2:] for line in kept.splitlines() if line.startswith("$ "))
    assert page(settled, agreement, command) == kept


def test_benchmarks_of_one_cohort_out_of_sample(reference: Path) -> None:
    """Growth is estimated on every other row of the agreements that began in 2018 and tested on the rest."""
    made, rows = prepare(CHECKOUT / BENCHMARKS, reference / "mssp" / "historical_benchmarks_2016_2018.csv")
    fit = made.mapped.fit
    assert fit is not None
    cohort = [row for row in rows if row.cells["initial_start_date"].startswith("1/1/2018")]
    equations = [Equation(made, fit, row, "benchmark") for row in cohort]
    growth = estimate(equations[::2])

    near = [abs(each.result(growth) - each.published) <= 1_000 for each in equations[1::2]]

    assert len(near) == 61
    assert all(near)
    assert all(Fraction(9, 10) < factor < Fraction(12, 10) for factor in growth)


@pytest.mark.slow
def test_all_benchmarks_and_wrong_specifications(reference: Path) -> None:
    """At least 99 % within 10 dollars out of sample; with equal weights or without a risk ratio hardly any."""
    fitted = replay_fitted(CHECKOUT / BENCHMARKS, reference / "mssp" / "historical_benchmarks_2016_2018.csv")
    assert len(fitted.right.tested) == 856
    assert fitted.right.share >= Fraction(99, 100)
    assert {each.name for each in fitted.wrong} == {"equal weights", "no risk ratio"}
    assert all(each.share < Fraction(1, 10) for each in fitted.wrong)
    kept = (CHECKOUT / "docs" / "validation" / "mssp-benchmark.md").read_text(encoding="utf-8")
    command = next(line[2:] for line in kept.splitlines() if line.startswith("$ "))
    assert fitted_page(fitted, command) == kept


def test_what_is_published_and_nothing_else_is_copied(reference: Path) -> None:
    """The tables stay where they are: no row of them lies in the project."""
    with (reference / "mssp" / "settlements_2016_2021.csv").open(encoding="utf-8", newline="") as file:
        header = ",".join(next(csv.reader(file)))
    for path in (*CHECKOUT.glob("contracts/**/*"), *CHECKOUT.glob("tests/data/*")):
        if path.is_file():
            assert header not in path.read_text(encoding="utf-8", errors="replace"), path
