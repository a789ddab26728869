"""What each cause has done to each line of a statement, between what was issued and what the year comes to now.

A year is settled several times, from what was issued to now, and from one time to the next only one thing changes.
What a line differs between two neighbouring times is the part of that cause. So the parts of a line add up to its
whole difference, exactly, whatever the rules do. Another order would divide the same whole otherwise, as a later
cause works on top of the earlier ones: therefore the order is fixed, and stands in `CAUSES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

CAUSES = (
    "program",
    "judged_later",
    "removed",
    "persons",
    "new_claims",
    "credits",
    "quality",
    "model",
    "terms",
    "stated",
    "late_quality",
)
"""Why a year comes to something else, in the order in which it is settled again:

program       another version of the program, on the deliveries and terms of then
judged_later  a delivery of then that was accepted or stopped only afterwards, by the same version of the program
removed       records of persons who objected, or whom a new epoch left behind: gone from the deliveries of then too
persons       re-linkage and the register of insured: who is counted, and to whom a known claim belongs
new_claims    claims that were not there
credits       credits, withdrawn claims, and later decisions on claims that were there
quality       the records that indicators are made of
model         the comparison group's own claims and persons: the standard of the case mix, and its growth
terms         an amendment of the contract
stated        facts that the OCMO was told, such as that a party left
late_quality  indicators that were late by plan: the one cause of a tranche, and never one of a correction
"""

Key = tuple[str, str]
"""A line of a statement: its rule, and the year, indicator or member that it is about (or nothing)."""


@dataclass(frozen=True)
class Result:
    """What a line came to: a number, or the code of an outcome, with its unit."""

    value: Fraction | str
    unit: str


Results = Mapping[Key, Result]


@dataclass(frozen=True)
class Stage:
    """The year settled once more, after one more thing has changed: the `cause`."""

    cause: str
    results: Results


@dataclass(frozen=True)
class CorrectedLine:
    """One line before and after, and the part of each cause in its difference.

    A line that only one of the two statements has, is None in the other, and counts as nothing there. `parts` has
    the causes that changed the line; they add up to `difference`. A line that is an outcome, or that is stated in
    another unit than before, has no difference; its `parts` are empty and `causes` says what changed it.
    """

    rule: str
    subject: str
    unit: str
    before: Result | None
    after: Result | None
    parts: Mapping[str, Fraction]
    causes: tuple[str, ...]

    @property
    def difference(self) -> Fraction | None:
        """After minus before; None for what is no number."""
        return sum(self.parts.values(), Fraction(0)) if self._is_number else None

    @property
    def _is_number(self) -> bool:
        both = [side for side in (self.before, self.after) if side is not None]
        return all(isinstance(side.value, Fraction) and side.unit == self.unit for side in both)


def corrected_lines(issued: Results, stages: Sequence[Stage]) -> tuple[CorrectedLine, ...]:
    """Every line of what was issued or of what the last stage gives, in the order of the last stage.

    Raises:
        ValueError: when stages are not in the order of `CAUSES`, each once.
    """
    places = [CAUSES.index(stage.cause) for stage in stages]
    if places != sorted(set(places)):
        raise ValueError(f"stages out of order: {', '.join(stage.cause for stage in stages)}")
    last = stages[-1].results if stages else issued
    keys = [*last, *(key for key in issued if key not in last)]
    return tuple(_line(key, issued, stages) for key in keys)


def _line(key: Key, issued: Results, stages: Sequence[Stage]) -> CorrectedLine:
    course = [issued.get(key), *(stage.results.get(key) for stage in stages)]
    shown = course[-1] or course[0]
    unit = shown.unit if shown else ""
    changed = tuple(
        stage.cause for stage, was, is_ in zip(stages, course, course[1:], strict=False) if was != is_
    )
    numbers = [_number(result, unit) for result in course]
    parts: dict[str, Fraction] = {}
    for place, stage in enumerate(stages):
        was, is_ = numbers[place], numbers[place + 1]
        if was is None or is_ is None:
            parts = {}
            break
        if was != is_:
            parts[stage.cause] = is_ - was
    return CorrectedLine(key[0], key[1], unit, course[0], course[-1], parts, changed)


def _number(result: Result | None, unit: str) -> Fraction | None:
    """A result as a number: nothing is zero; None when it is none, or in another unit."""
    if result is None:
        return Fraction(0)
    return result.value if isinstance(result.value, Fraction) and result.unit == unit else None
