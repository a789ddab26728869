"""A settlement statement: the lines in order, and what they come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.contract import Contract
from pipeline.settlement.figures import IndicatorFigure
from pipeline.settlement.line import Line
from pipeline.settlement.told import Told
from pipeline.settlement.units import CountedUnit, counted_unit

State = Literal["draft", "provisional", "final", "recomputed", "corrected"]
"""Drafted on the figures of a night; issued while something is unknown, so that a final one follows; issued, for ever;
computed anew beside an issued one; or what a correction or a tranche of an issued one leads to."""

YEAR_WHOLE: tuple[State, ...] = ("recomputed", "corrected")
"""The states of statements that say what a year comes to, whatever was paid of it already."""


@dataclass(frozen=True)
class Statement:
    """What one contract year comes to, and why.

    `payable_cents` is signed: positive is what the insurer pays the consortium, negative what the
    consortium pays the insurer. `savings_cents` = `payable_cents` + `insurer_share_cents`, to the cent. `unknown`
    names indicators that were not known, other than by plan: the settlement is then provisional. `told` are the
    figures that nobody delivered, with who told them.
    """

    contract: Contract
    year: int
    state: State
    lines: tuple[Line, ...]
    indicators: Mapping[str, IndicatorFigure]
    sources: Mapping[str, str]
    notes: tuple[str, ...]
    business_date: dt.date | None = None
    unknown: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()

    @property
    def unit(self) -> CountedUnit:
        """What the contract counts, with the names of its rules."""
        return counted_unit(self.contract.for_year(self.year).unit_counted_in)

    @property
    def units(self) -> Fraction:
        """How many units the year has; one where the contract counts a total."""
        unit = self.unit
        return self.line(unit.count).amount if unit.figure else Fraction(1)

    @property
    def is_provisional(self) -> bool:
        """Whether something was not known yet, so that a final settlement follows."""
        return bool(self.unknown)

    @property
    def payable_cents(self) -> int:
        """What is paid, signed."""
        return int(self.line("payable").amount)

    @property
    def due_cents(self) -> int:
        """What is paid on this statement, signed as `payable_cents`: the advance, the balance, or all of it."""
        if self.state not in YEAR_WHOLE:
            for rule in ("advance", "balance"):
                if self.has(rule):
                    return int(self.line(rule).amount)
        return self.payable_cents

    @property
    def insurer_share_cents(self) -> int:
        """What the insurer keeps of the saving (or, negative, bears of the loss)."""
        return int(self.line("insurer_share").amount)

    @property
    def savings_cents(self) -> int:
        """The saving in whole cents; negative is a loss."""
        return self.payable_cents + self.insurer_share_cents

    @property
    def reason(self) -> str:
        """Why the payable is what it is: `gain`, `loss` or the gate that was not met."""
        return next(str(item.value) for item in self.line("payable").inputs if item.name == "reason")

    @property
    def quality_score(self) -> Fraction | None:
        """The indicators' score, from 0 to 1; None when the contract has no quality terms."""
        return self.line("quality_score").amount if self.has("quality_score") else None

    def line(self, rule: str, subject: object = None) -> Line:
        """The line of a rule; of several, that of a year or indicator.

        Raises:
            KeyError: when the statement has no such line.
        """
        for line in self.lines:
            if line.rule == rule and (subject is None or line.result.subject == str(subject)):
                return line
        raise KeyError(rule)

    def has(self, rule: str) -> bool:
        """Whether a rule was applied."""
        return any(line.rule == rule for line in self.lines)
