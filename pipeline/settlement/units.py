"""What a contract counts, and the names that its statement gives to what is counted (requirement DC 2)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pipeline.contract import Term
from pipeline.settlement.figures import Figures

MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class CountedUnit:
    """One kind of unit: the figure it is counted from, and the rules' names on the statement.

    `per_unit` is how many of the figure make one; `figure` is empty for a total, of which there is one.
    """

    code: str
    figure: str
    per_unit: int
    count: str
    cost: str
    target: str
    unit: str
    cents: str

    def number(self, figures: Figures, year: int, stratum: str = "") -> Fraction:
        """How many units a year has; above zero.

        Raises:
            FiguresError: when the figure is missing or zero.
        """
        if not self.figure:
            return Fraction(1)
        return figures.positive(in_stratum(self.figure, stratum), year) / self.per_unit


INSURED_YEAR = CountedUnit(
    code="insured_year",
    figure="insured_months",
    per_unit=MONTHS_PER_YEAR,
    count="insured_years",
    cost="cost_per_insured_year",
    target="target_per_insured_year",
    unit="insured years",
    cents="cents per insured year",
)
UNITS_COUNTED = {
    unit.code: unit
    for unit in (
        INSURED_YEAR,
        CountedUnit(
            code="patient_year",
            figure="patient_months",
            per_unit=MONTHS_PER_YEAR,
            count="patient_years",
            cost="cost_per_patient_year",
            target="target_per_patient_year",
            unit="patient years",
            cents="cents per patient year",
        ),
        CountedUnit(
            code="episode",
            figure="episodes",
            per_unit=1,
            count="episodes",
            cost="cost_per_episode",
            target="target_per_episode",
            unit="episodes",
            cents="cents per episode",
        ),
        CountedUnit(
            code="total",
            figure="",
            per_unit=1,
            count="total",
            cost="cost_in_total",
            target="target_in_total",
            unit="total",
            cents="cents in total",
        ),
    )
}
"""By what a contract writes under unit.counted_in."""


def counted_unit(counted_in: Term[str] | None) -> CountedUnit:
    """What a contract counts: insured years unless it says otherwise."""
    return INSURED_YEAR if counted_in is None else UNITS_COUNTED[counted_in.value]


def in_stratum(figure: str, stratum: str) -> str:
    """The name of a figure, of one stratum when the contract has strata."""
    return f"{figure}:{stratum}" if stratum else figure


def subject_of(year: int, stratum: str) -> str:
    """How a statement names a year, of one stratum when there are strata."""
    return f"{stratum} {year}" if stratum else str(year)


def key(rule: str, year: int, stratum: str) -> str:
    """Under which name the result of a rule for a year is found."""
    return f"{rule}:{subject_of(year, stratum)}"
