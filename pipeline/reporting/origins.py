"""Where what a statement's line takes in comes from, when it is no line itself: figures, terms, gates, nothing."""

from __future__ import annotations

from typing import Literal

Origin = Literal["line", "measured", "stated", "indicator", "gate", "agreed", "worked_out", "nothing"]
"""line: another line; measured: a table's; stated: told to the OCMO or agreed for this year; indicator: a measured
one; gate: the outcomes that decide; agreed: follows from the line's terms; worked_out: of figures that the line does
not show; nothing: no such line was applied, as nothing is shared."""

FIGURES, CELLS, RATES, INDICATORS = (
    "mart_expected_cost",
    "mart_casemix_cell",
    "mart_casemix_rate",
    "mart_indicator",
)

AGREED = frozenset(
    {
        "at_least",
        "at_most",
        "fee",
        "floor",
        "goal",
        "limit",
        "rate",
        "total",
        "trend_agreed",
        "years_of_growth",
    }
)
"""Inputs that follow from the terms of their line."""

WORKED_OUT = {
    "counting_score": ("no_quality_terms",),
    "insured_years": ("insured_months",),
    "patient_years": ("patient_months",),
    "earned": ("earned_cents",),
    "demographic_ratio": ("demographic_cents",),
    "uncapped_ratio": ("case_mix_level",),
    "trend_benchmark": ("comparison_observed_cents", "comparison_expected_cents"),
    "trend_national": ("national_index",),
    "used_cents": ("loss_set_off",),
    "unshared_loss_cents": ("savings",),
    "gain_above_cap": ("limited_share",),
    "payable_at_goal": ("payable",),
}
"""Inputs that are worked out before the line, by what they are worked out of: figures, or lines."""

GATES = (
    "counting_result",
    "population_gate",
    "access_gate",
    "quality_gate",
    "quality_standard",
    "termination_gate",
)
"""The lines that decide whether a result is shared."""
