"""How many people it is about: insured years, who had no comparison, what truncation took out, and the gate.

The insurer bears the number and composition of the population, always (requirement DC 4).
"""

from __future__ import annotations

from fractions import Fraction

from pipeline.contract import Term
from pipeline.settlement.line import Line, Quantity

MONTHS_PER_YEAR = 12


def insured_years(months: Fraction, area: Term[tuple[str, ...]], year: int) -> Line:
    """Insured months as years: somebody insured for half the year counts half."""
    subject = str(year)
    return Line(
        "population",
        Quantity("insured_years", months / MONTHS_PER_YEAR, "insured years", subject),
        (Quantity("insured_months", months, "months", subject),),
        (area,),
        "insurer",
    )


def truncated_cost(truncated: Fraction, ceiling: Term[int], year: int) -> Line:
    """What persons cost above the ceiling; it stays with the insurer and counts nowhere."""
    subject = str(year)
    return Line(
        "population",
        Quantity("truncated_cost", truncated, "cents", subject),
        (Quantity("truncated_cents", truncated, "cents", subject),),
        (ceiling,),
        "insurer",
    )


def without_cell(without: Fraction, months: Fraction, cells: Term[tuple[str, ...]], year: int) -> Line:
    """The part of the population without people of its kind in the comparison group.

    They count at the comparison group's overall mean; a large part would make the comparison weak.
    """
    subject = str(year)
    return Line(
        "population",
        Quantity("without_cell", without / months, "share of insured months", subject),
        (
            Quantity("insured_months_without_cell", without, "months", subject),
            Quantity("insured_months", months, "months", subject),
        ),
        (cells,),
        "insurer",
    )


def population_gate(years: Fraction, minimum: Term[int], below: Term[str]) -> Line:
    """Whether the population is large enough to share a risk over."""
    outcome = "met" if years >= minimum.value else below.value
    return Line(
        "population",
        Quantity("population_gate", outcome, "outcome"),
        (Quantity("insured_years", years, "insured years"),),
        (minimum, below),
        "shared",
    )
