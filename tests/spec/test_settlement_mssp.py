"""An outside truth: published settlements of the US Medicare Shared Savings Program.

The same share, threshold, floor, ceiling and cap rules settle real organisations. The thin rules hold for
Track 1 of 2018 (bonus only), and for Track 3 and ENHANCED (bonus and malus) of 2018 to 2020; the rules and the file are
described in the reference README. Sequestration (2 % in 2018, on gains only) goes into the gain rate, since the
rule says rate first, then the cap. The published score has four decimals (2019 and 2020: two), hence the tolerance.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline.settlement import settle
from tests.settlement_world import contract_from, plain_figures, raw_contract

ONE_INDICATOR = (
    {
        "id": "aco_quality",
        "name": "Quality score",
        "weight": 1,
        "floor": 0,
        "goal": 1,
        "direction": "higher_is_better",
    },
)


def rows(reference: Path) -> list[dict[str, str]]:
    with (reference / "mssp" / "settlements_2016_2021.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def score(row: dict[str, str]) -> Decimal:
    """The published score; 0 when the standard was failed."""
    return Decimal(row["quality_score"] or "0") if row["met_quality_standard"] == "1" else Decimal(0)


def paid_dollars(row: dict[str, str], gain_rate: Decimal, cap: str, *, two_sided: bool) -> Fraction:
    rate = Decimal(row["published_minimum_savings_rate"])
    flat = ({"from": 0, "rate": rate},)
    terms = {
        "trend.growth": 0,
        "quality.indicators": ONE_INDICATOR,
        "quality.minimum_score": 0,
        "population.minimum_insured_years": 0,
        "sharing.minimum_savings": flat,
        "sharing.gain_rate": gain_rate,
        "limits.cap": Decimal(cap),
    }
    if two_sided:
        terms |= {
            "loss.minimum_loss": flat,
            "loss.rate_floor": Decimal("0.40"),
            "loss.rate_ceiling": Decimal("0.75"),
            "limits.collar": Decimal("0.15"),
        }
    figures = plain_figures(
        target_cents=int(row["benchmark_total"]) * 100,
        actual_cents=int(row["expenditure_total"]) * 100,
        insured_months=int(row["person_years"]) * 12,
        indicators={"aco_quality": float(score(row))},
    )
    contract = contract_from(raw_contract(terms, bonus_only=not two_sided))
    return Fraction(settle(contract, 2025, figures).payable_cents, 100)


def tolerance(row: dict[str, str], gain_rate: Decimal, decimals: int) -> Fraction:
    """A dollar, and what the rounding of the published score can make."""
    rounding = Fraction(1, 2 * 10**decimals)
    return 1 + rounding * Fraction(gain_rate) * abs(int(row["generated_savings_losses"]))


def test_every_track_1_settlement_of_2018(reference: Path) -> None:
    gain_rate = Decimal("0.50") * Decimal("0.98")
    chosen = [
        row for row in rows(reference) if (row["performance_year"], row["track"]) == ("2018", "TRACK 1")
    ]
    gainers = 0
    for row in chosen:
        published = int(row["earned_savings_losses"])
        paid = paid_dollars(row, gain_rate, "0.10", two_sided=False)
        assert abs(paid - published) <= tolerance(row, gain_rate, 4), row["aco_id"]
        gainers += published > 0
    assert len(chosen) > 300
    assert gainers > 100


@pytest.mark.parametrize(
    ("year", "sequestered", "decimals"), [("2018", "0.98", 4), ("2019", "1", 2), ("2020", "1", 2)]
)
def test_two_sided_settlements(reference: Path, year: str, sequestered: str, decimals: int) -> None:
    """Gains of both, and losses before disaster relief; a loss knows no sequestration."""
    settled = 0
    for row in rows(reference):
        if row["performance_year"] != year or row["track"] not in ("TRACK 3", "ENHANCED"):
            continue
        published, is_gain = int(row["earned_savings_losses"]), int(row["generated_savings_losses"]) >= 0
        if not is_gain and int(row["disaster_adjustment"] or 0):
            continue
        gain_rate = Decimal("0.75") * (Decimal(sequestered) if is_gain else 1)
        paid = paid_dollars(row, gain_rate, "0.20", two_sided=True)
        assert abs(paid - published) <= tolerance(row, gain_rate, decimals), row["aco_id"]
        settled += published != 0
    assert settled >= 10
