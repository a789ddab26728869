"""How many units it is about: their number, who had no comparison, what truncation took out, and the gate.

The insurer bears the number and composition of the population, always (requirement DC 4).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pipeline.contract import Term
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.units import INSURED_YEAR, CountedUnit


def rules(agreed: Agreed) -> Rules:
    """The rules about the population that a contract has for a year."""
    terms, year, unit = agreed.terms, agreed.year, agreed.unit
    area, cells, ceiling = terms.population_contracted_area, terms.case_mix_cells, terms.truncation_ceiling
    if unit.figure:
        yield Rule(unit.count, (), lambda at: counted_units(_count(at, unit), unit, area, year), (area,))
    if cells is not None:

        def uncovered(at: Course) -> Line:
            without = at.figures.amount("insured_months_without_cell", year)
            return without_cell(without, at.figures.positive("insured_months", year), cells, year)

        yield Rule("without_cell", (), uncovered, (cells,))
    if ceiling is not None:

        def truncated(at: Course) -> Line:
            return truncated_cost(at.figures.amount("truncated_cents", year), ceiling, year)

        yield Rule("truncated_cost", (), truncated, (ceiling,))
    minimum = terms.population_minimum_episodes if unit.code == "episode" else None
    minimum = minimum or terms.population_minimum_insured_years
    below = terms.population_below_minimum
    if minimum is not None and below is not None:
        sized = unit if unit.figure else INSURED_YEAR  # a total is shared over people all the same

        def gate(at: Course) -> Line:
            return population_gate(sized.number(at.figures, year), sized, minimum, below)

        yield Rule("population_gate", (), gate, (minimum, below))


def _count(at: Course, unit: CountedUnit) -> Fraction:
    return at.figures.positive(unit.figure, at.year)


def counted_units(
    counted: Fraction, unit: CountedUnit, area: Term[tuple[str, ...]] | None, year: int
) -> Line:
    """How many units: months as years (somebody insured for half the year counts half), episodes as they are."""
    subject = str(year)
    measured = "months" if unit.figure.endswith("months") else unit.unit
    return Line(
        "population",
        Quantity(unit.count, counted / unit.per_unit, unit.unit, subject),
        (Quantity(unit.figure, counted, measured, subject),),
        (area,) if area else (),
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


def population_gate(units: Fraction, unit: CountedUnit, minimum: Term[Any], below: Term[str]) -> Line:
    """Whether the population is large enough to share a risk over."""
    outcome = "met" if units >= minimum.value else below.value
    return Line(
        "population",
        Quantity("population_gate", outcome, "outcome"),
        (Quantity(unit.count, units, unit.unit),),
        (minimum, below),
        "shared",
    )
