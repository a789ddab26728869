"""Estimates with their sampling error, from persons' exposure and cost.

Every estimate is the logarithm of a ratio, with a closed-form (delta) error: each person's influence on it,
over all years together, squared and summed. So a person who is dear every year counts as one, not as four.

Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 21 (influence function);
Rao and Scott (1992) for clusters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from pipeline.claims.terms_tables import COMPARISON, CONTRACTED

COVERAGE_95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A ratio with its interval of 95 %; `log_error` is the standard error of its logarithm."""

    value: float
    log_error: float

    @property
    def lower(self) -> float:
        """The lower limit."""
        return self.value * math.exp(-COVERAGE_95 * self.log_error)

    @property
    def upper(self) -> float:
        """The upper limit."""
        return self.value * math.exp(COVERAGE_95 * self.log_error)

    def holds(self, truth: float) -> bool:
        """Whether `truth` lies within the interval."""
        return self.lower <= truth <= self.upper


def relative_change(persons: pl.DataFrame, year: int) -> Estimate:
    """How cost of the contracted side changed into `year`, beside the comparison side, at equal case mix.

    Observed over expected in `year` and in the years before together, each side; expected is at the
    comparison side's rates of `year`. The estimate is contracted after / before over comparison after / before
    (difference in differences of logarithms).

    Args:
        persons: pid, group_code, year, cell, months, cents; one row per person, year and side.
        year: the contract year; all other years are the baseline.
    """
    cells = _cells(persons.with_columns(after=pl.col("year") == year))
    rates = _rates(cells, after=True)
    cells = cells.join(rates, on="cell", how="left").with_columns(expected=pl.col("months") * pl.col("rate"))
    sides = {
        (side, after): _sums(cells.filter(group_code=side, after=after))
        for side in (CONTRACTED, COMPARISON)
        for after in (True, False)
    }
    signs = {(CONTRACTED, True): 1, (CONTRACTED, False): -1, (COMPARISON, False): 1, (COMPARISON, True): -1}
    log = sum(sign * math.log(sides[key][0] / sides[key][1]) for key, sign in signs.items())
    weights = pl.DataFrame(
        [(side, after, sign / sides[side, after][0], sign / sides[side, after][1])
         for (side, after), sign in signs.items()],
        schema=["group_code", "after", "observed_weight", "expected_weight"], orient="row",
    )  # fmt: skip
    weighted = cells.join(weights, on=["group_code", "after"])
    # A rate is the comparison side's own cost per month, so its error runs through every expected sum.
    through = weighted.group_by("cell").agg(through=-(pl.col("months") * pl.col("expected_weight")).sum())
    own = cells.filter(group_code=COMPARISON, after=True).select("cell", rate_months="months")
    through = through.join(own, on="cell").with_columns(pl.col("through") / pl.col("rate_months"))
    rows = (
        persons.with_columns(after=pl.col("year") == year)
        .join(weighted.select("group_code", "after", "cell", "observed_weight", "mean"),
              on=["group_code", "after", "cell"])
        .join(through.select("cell", "through"), on="cell", how="left")
    )  # fmt: skip
    is_rate = (pl.col("group_code") == COMPARISON) & pl.col("after")
    weight = pl.col("observed_weight") + pl.when(is_rate).then(pl.col("through").fill_null(0)).otherwise(0)
    return Estimate(math.exp(log), _error(rows, weight * _residual()))


def relative_need(persons: pl.DataFrame, year: int) -> Estimate:
    """Expected cost per insured month of the contracted side over the comparison side's, in `year`.

    Expected is at the comparison side's rates by cell, so the ratio says how much more care the contracted
    persons need by their cells alone. Arguments as in `relative_change`.
    """
    own = persons.filter(pl.col("year") == year).with_columns(after=pl.lit(value=True))
    cells = _cells(own).join(_rates(_cells(own), after=True), on="cell", how="left")
    cells = cells.with_columns(expected=pl.col("months") * pl.col("rate"))
    here, there = cells.filter(group_code=CONTRACTED), cells.filter(group_code=COMPARISON)
    (_, e_here), (_, e_there) = _sums(here), _sums(there)
    m_here, m_there = float(here["months"].sum()), float(there["months"].sum())
    value = (e_here / m_here) / (e_there / m_there)
    share = there.select("cell", "rate", there_months="months").join(
        here.select("cell", here_months="months"), on="cell", how="left"
    )
    through = (pl.col("here_months").fill_null(0) / e_here - pl.col("there_months") / e_there) / pl.col(
        "there_months"
    )
    rows = own.join(share.select("cell", "rate", through=through), on="cell").join(
        cells.select("group_code", "cell", "mean"), on=["group_code", "cell"]
    )
    is_here = pl.col("group_code") == CONTRACTED
    mean = pl.when(is_here).then(e_here / m_here).otherwise(e_there / m_there)
    weight = pl.when(is_here).then(1 / e_here).otherwise(-1 / e_there)
    mixed = pl.col("months") * (pl.col("rate") - mean) * weight
    noise = pl.when(is_here).then(0.0).otherwise(pl.col("through") * _residual())
    return Estimate(value, _error(rows, mixed + noise))


def event_ratio(cells: pl.DataFrame) -> Estimate:
    """Observed over expected events of the contracted side, at the comparison side's rates by cell.

    Args:
        cells: group_code, cell, cases, events. A cell that the comparison side lacks is left out on both.
    """
    wide = cells.pivot("group_code", index="cell", values=["cases", "events"]).drop_nulls()
    here, there = (
        wide.select(cases=f"cases_{side}", events=f"events_{side}") for side in (CONTRACTED, COMPARISON)
    )
    rate = there["events"] / there["cases"]
    observed, expected = float(here["events"].sum()), float((here["cases"] * rate).sum())
    own_variance, rate_variance = here["events"] * (1 - here["events"] / here["cases"]), rate * (1 - rate)
    own = float(own_variance.sum()) / observed**2
    theirs = float((here["cases"] ** 2 * rate_variance / there["cases"]).sum()) / expected**2
    return Estimate(observed / expected, math.sqrt(own + theirs))


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.group_by("group_code", "after", "cell")
        .agg(pl.col("months").sum(), pl.col("cents").sum())
        .with_columns(mean=pl.col("cents") / pl.col("months"))
        .sort("group_code", "after", "cell")
    )


def _rates(cells: pl.DataFrame, *, after: bool) -> pl.DataFrame:
    return cells.filter(group_code=COMPARISON, after=after).select("cell", rate="mean")


def _sums(cells: pl.DataFrame) -> tuple[float, float]:
    """Observed and expected, over the cells that have a rate."""
    known = cells.filter(pl.col("rate").is_not_null())
    return float(known["cents"].sum()), math.fsum(known["expected"].to_list())


def _residual() -> pl.Expr:
    return pl.col("cents") - pl.col("months") * pl.col("mean")


def _error(rows: pl.DataFrame, influence: pl.Expr) -> float:
    by_person = rows.group_by("pid").agg(total=influence.sum())["total"]
    return math.sqrt(math.fsum((by_person**2).sort().to_list()))
