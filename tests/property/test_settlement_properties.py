"""Whatever the contract and the figures: a second settlement agrees, money is conserved, limits hold."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.settlement import Figure, Figures, settle
from pipeline.settlement.figures import UNITS
from tests.oracles.settlement_decimal import settle_plainly
from tests.settlement_world import RAW, contract_from, figures_of, raw_contract

YEARS = (2022, 2023, 2024, 2025)


def shares(low: str, high: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=3, allow_nan=False)


@st.composite
def brackets(draw: st.DrawFn) -> tuple[dict[str, Any], ...]:
    edges = [0, *sorted(draw(st.sets(st.integers(1, 30_000), max_size=3)))]
    ends = [*edges[1:], None]
    return tuple(
        {"from": start, "rate": draw(shares("0", "0.05")), **({} if end is None else {"below": end})}
        for start, end in zip(edges, ends, strict=True)
    )


@st.composite
def raw_contracts(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(st.integers(0, 100))
    second = draw(st.integers(0, 100 - first))
    weights = {2022: first, 2023: second, 2024: 100 - first - second}
    floor, ceiling = sorted((draw(shares("0", "1")), draw(shares("0", "1"))))
    quality = draw(shares("0", "1"))
    indicators = RAW["quality"]["indicators"]["values"]
    template = next(iter(indicators.values()))
    terms = {
        "baseline.weights": {year: Decimal(part) / 100 for year, part in weights.items()},
        "trend.method": draw(st.sampled_from(["agreed", "benchmark"])),
        "trend.growth": draw(shares("-0.1", "0.1")),
        "quality.indicators": tuple(
            {**item, "weight": weight} for item, weight in zip(template, (quality, 1 - quality), strict=True)
        ),
        "quality.minimum_score": draw(shares("0", "1")),
        "population.minimum_insured_years": draw(st.integers(0, 12_000)),
        "population.below_minimum": draw(st.sampled_from(["nothing_shared", "no_bonus"])),
        "sharing.minimum_savings": draw(brackets()),
        "sharing.starts_at": draw(st.sampled_from(["first_euro", "above_threshold"])),
        "sharing.gain_rate": draw(shares("0", "1")),
        "loss.minimum_loss": draw(brackets()),
        "loss.rate_floor": floor,
        "loss.rate_ceiling": ceiling,
        "limits.cap": draw(shares("0", "0.2")),
        "limits.collar": draw(shares("0", "0.2")),
    }
    raw = raw_contract(terms)
    if draw(st.booleans()):
        del raw["loss"], raw["limits"]["collar"]
    if draw(st.booleans()):
        del raw["quality"]
    return raw


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    by_year: dict[int, dict[str, int | float]] = {}
    for year in YEARS:
        months = draw(st.integers(1, 400_000))
        by_year[year] = {
            "insured_months": months,
            "actual_cents": months * draw(st.integers(9_000, 11_000)) + draw(st.integers(0, 99)),
            "expected_cents": draw(st.floats(months * 9_500.0, months * 10_500.0)),
            "comparison_observed_cents": draw(st.integers(9 * 10**9, 11 * 10**9)),
            "comparison_expected_cents": draw(st.floats(9.5e9, 10.5e9)),
        }
    return figures_of(
        by_year,
        {"complication_ratio": draw(st.floats(0.5, 1.5)), "eq5d_change": draw(st.floats(-0.1, 0.4))},
    )


def with_actual(given_figures: Figures, cents: int) -> Figures:
    values = {**given_figures.values, ("actual_cents", 2025): Figure(cents, UNITS["actual_cents"])}
    return Figures("maasoever", 2025, values, given_figures.indicators)


@given(raw_contracts(), figures())
@settings(max_examples=150, deadline=None)
def test_the_second_settlement_agrees_to_the_cent(raw: dict[str, Any], measured: Figures) -> None:
    statement = settle(contract_from(raw), 2025, measured)
    second = settle_plainly(raw, 2025, measured)
    assert (statement.payable_cents, statement.insurer_share_cents, statement.reason) == second


@given(raw_contracts(), figures())
@settings(max_examples=100, deadline=None)
def test_shares_add_up_and_limits_hold(raw: dict[str, Any], measured: Figures) -> None:
    contract = contract_from(raw)
    statement = settle(contract, 2025, measured)
    target, savings = statement.line("target").amount, statement.line("savings").amount
    terms = contract.for_year(2025)
    half = Fraction(1, 2)  # the one rounding

    assert abs(statement.payable_cents + statement.insurer_share_cents - savings) <= half
    assert statement.payable_cents <= Fraction(terms.limits_cap.value) * target + half
    collar = terms.limits_collar.value if terms.limits_collar else 0
    assert statement.payable_cents >= -Fraction(collar) * target - half
    assert statement.payable_cents * savings >= 0, "nobody pays for a gain and nobody is paid for a loss"
    assert abs(statement.payable_cents) <= abs(savings) + half


@given(raw_contracts(), figures(), st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_lower_cost_never_pays_less(raw: dict[str, Any], measured: Figures, less: int) -> None:
    contract = contract_from(raw)
    actual = int(measured.values["actual_cents", 2025].value)
    cheaper = with_actual(measured, max(actual - less, 0))
    assert settle(contract, 2025, cheaper).payable_cents >= settle(contract, 2025, measured).payable_cents


@given(raw_contracts(), figures(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_figures_does_not_matter(
    raw: dict[str, Any], measured: Figures, random: Any
) -> None:
    shuffled = list(measured.values.items())
    random.shuffle(shuffled)
    again = Figures(
        "maasoever", 2025, dict(shuffled), dict(reversed(measured.indicators.items())), measured.sources
    )
    contract = contract_from(raw)
    assert settle(contract, 2025, again).lines == settle(contract, 2025, measured).lines


@given(raw_contracts(), figures(), st.integers(2, 7))
@settings(max_examples=30, deadline=None)
def test_twice_the_cost_everywhere_is_twice_the_share(
    raw: dict[str, Any], measured: Figures, times: int
) -> None:
    contract = contract_from(raw)
    scaled = {
        key: Figure(int(figure.value) * times, figure.unit) if key[0] == "actual_cents" else figure
        for key, figure in measured.values.items()
    }
    many = settle(contract, 2025, Figures("maasoever", 2025, scaled, measured.indicators))
    once = settle(contract, 2025, measured)
    assert many.reason == once.reason
    if once.has("limited_share"):
        assert many.line("limited_share").amount == times * once.line("limited_share").amount
