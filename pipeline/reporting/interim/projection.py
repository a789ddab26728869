"""A year's figures as if all claims were in and the year were over, so that the settlement can look ahead.

Rule, per side of the comparison:

    run-out      completed cost / cost so far, over all kinds of care in the domain together; for each year by
                 itself, as the newest baseline year may still be running out when the next is looked at
    whole year   12 / months covered: the months to come cost, and count, as the mean of those behind
    rates        the comparison group's cost per insured month, on which every year's expected cost rests, is
                 too low by its own run-out and by the months that the register already counts and no claim has
                 covered; all expected cost is raised by that

One factor for a side, on cost after truncation: which person's cost is still to come is not known. The
seasons are not looked at. For a year that is over and complete all factors are 1 and nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import polars as pl

from pipeline.claims.terms_tables import COMPARISON, CONTRACTED
from pipeline.reporting.interim.state import MONTHS_PER_YEAR, Exposure
from pipeline.settlement import Figure, Figures
from pipeline.settlement.exact import exact


def run_out_factors(kinds: pl.DataFrame) -> dict[str, Fraction]:
    """The factor of both sides, by side; `kinds` as `by_kind` gives them for one year."""
    return {group: run_out_factor(kinds, group) for group in (CONTRACTED, COMPARISON)}


def run_out_factor(kinds: pl.DataFrame, group: str) -> Fraction:
    """Completed cost as a multiple of the cost so far, of all care in the domain of one side; 1 without any."""
    own = kinds.filter(pl.col("group_code") == group, pl.col("bucket_code") == "in_domain")
    so_far, completed = int(own["cents_so_far"].sum()), int(own["completed_cents"].sum())
    return Fraction(completed, so_far) if so_far > 0 and completed > 0 else Fraction(1)


def projected(
    figures: Figures,
    months: int,
    exposure: Mapping[str, Exposure],
    run_out: Mapping[str, Fraction],
    run_out_before: Mapping[int, Mapping[str, Fraction]],
) -> Figures:
    """The figures that a settlement of the whole, completed year would take in.

    Args:
        figures: what the night left; its settlement year is the one that is projected.
        months: how many months of that year the claims cover, 1 to 12.
        exposure: insured months by side.
        run_out: completed cost as a multiple of the cost so far, by side.
        run_out_before: the same of each baseline year; a year that is not there is complete.
    """
    year, whole_year = figures.year, Fraction(MONTHS_PER_YEAR, months)
    people = {group: _population(exposure[group], whole_year) for group in exposure}
    rates = run_out[COMPARISON] * _uncovered(exposure[COMPARISON])
    expected = {"expected_cents": rates, "comparison_expected_cents": rates}
    factors = {before: {**_observed(came), **expected} for before, came in run_out_before.items()}
    factors[year] = {
        "insured_months": people[CONTRACTED],
        "insured_months_without_cell": people[CONTRACTED],
        **_observed({group: factor * whole_year for group, factor in run_out.items()}),
        "expected_cents": rates * people[CONTRACTED],
        "comparison_expected_cents": rates * people[COMPARISON],
    }
    values = {
        (name, of): _times(figure, factors.get(of, expected).get(name, Fraction(1)))
        for (name, of), figure in figures.values.items()
    }
    return replace(figures, values=values)


def _observed(factor: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """What a year's observed cost is multiplied with, by figure; `factor` by side."""
    return {
        "actual_cents": factor[CONTRACTED],
        "truncated_cents": factor[CONTRACTED],
        "comparison_observed_cents": factor[COMPARISON],
    }


def _population(exposure: Exposure, whole_year: Fraction) -> Fraction:
    """Insured months of the whole year, as a multiple of those that the register already counts."""
    return whole_year * exposure.so_far / exposure.in_year if exposure.in_year else Fraction(1)


def _uncovered(exposure: Exposure) -> Fraction:
    """Insured months that the register counts, as a multiple of those that claims cover."""
    return Fraction(exposure.in_year, exposure.so_far) if exposure.so_far else Fraction(1)


def _times(figure: Figure, factor: Fraction) -> Figure:
    return figure if factor == 1 else replace(figure, value=float(exact(figure.value) * factor))
