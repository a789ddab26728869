"""The figures of a settlement by name: their units, which are measured, and what to do about one that is not there."""

from __future__ import annotations

UNITS: dict[str, str] = {
    "insured_months": "months",
    "insured_months_without_cell": "months",
    "patient_months": "months",
    "episodes": "episodes",
    "persons": "persons",
    "actual_cents": "cents",
    "truncated_cents": "cents",
    "expected_cents": "cents",
    "demographic_cents": "cents",
    "comparison_observed_cents": "cents",
    "comparison_expected_cents": "cents",
    "risk_score": "ratio",
    "demographic_score": "ratio",
    "national_index": "ratio",
    "target_cents": "cents",
    "earned_cents": "cents",
    "moved_out_actual_cents": "cents",
    "moved_out_expected_cents": "cents",
    "price_effect_cents": "cents",
    "new_drug_cents": "cents",
    "disaster_relief_cents": "cents",
    "disaster_share": "share",
    "revenue_cents": "cents",
    "chosen_minimum_rate": "share",
    "left_within_year": "yes (1) or no (0)",
    "carried_loss_cents": "cents",
    "carried_gain_cents": "cents",
    "paid_provisionally_cents": "cents",
    "member_volume": "cents",
    "member_saving_cents": "cents",
    "member_lost_revenue_cents": "cents",
}
"""The figures of a year and their units; one of a stratum or member has its code after a colon. Expected cents
are those of the year's population at the standard's cost per cell in the settlement year; demographic cents
the same at age and sex alone; an index is of the price level; what moved out is care outside the domain."""

SIGNED = frozenset(
    {
        "actual_cents",
        "comparison_observed_cents",
        "earned_cents",
        "member_saving_cents",
        "moved_out_actual_cents",
        "paid_provisionally_cents",
        "price_effect_cents",
    }
)
"""Figures that may be negative."""

MEASURED = frozenset(
    {
        "insured_months",
        "insured_months_without_cell",
        "actual_cents",
        "truncated_cents",
        "expected_cents",
        "comparison_observed_cents",
        "comparison_expected_cents",
    }
)
"""The figures that the pipeline makes of deliveries, of a whole year; all others are told."""

EARLIER = {
    "carried_loss_cents": "the issued statement of the year before",
    "carried_gain_cents": "the issued statement of the year before",
    "paid_provisionally_cents": "the provisional statement that was issued of this year",
}
"""The figures that the OCMO takes from statements of its own, and from which."""


def cure_of_missing(name: str, year: int) -> str:
    """What to do when a figure of a year is not there: wait for deliveries, issue first, or have it told."""
    kind, _, subject = name.partition(":")
    if kind in MEASURED and not subject:
        return (
            "Run the nightly pipeline for a business date on which the deliveries over that year had come, then"
            " settle again."
        )
    told = (
        f"Nobody delivers it: ask who knows it, and give it with `ocmo settlement run --figures FILE` (name: {kind},"
        + (f' subject: "{subject}",' if subject else "")
        + f" year: {year}, in {UNITS[kind]}, with its source)."
    )
    if kind in EARLIER:
        return f"It stands on {EARLIER[kind]}: issue that first. Where there is none: {told[0].lower()}{told[1:]}"
    return told


def cure_of_unmeasured(code: str) -> str:
    """What to do when an indicator was not measured."""
    return (
        "Run the nightly pipeline for a business date on which the records that it is made of had come, then settle"
        " again; of what no delivery holds, give the value with `ocmo settlement run --figures FILE` (name: indicator,"
        f" subject: {code}, with its source)."
    )
