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

State = Literal["draft", "final", "recomputed"]
"""Drafted on the figures of a night; issued, for ever; or computed anew beside an issued one."""


@dataclass(frozen=True)
class Statement:
    """What one contract year comes to, and why.

    `payable_cents` is signed: positive is what the insurer pays the consortium, negative what the
    consortium pays the insurer. `savings_cents` = `payable_cents` + `insurer_share_cents`, to the cent.
    """

    contract: Contract
    year: int
    state: State
    lines: tuple[Line, ...]
    indicators: Mapping[str, IndicatorFigure]
    sources: Mapping[str, str]
    notes: tuple[str, ...]
    business_date: dt.date | None = None

    @property
    def payable_cents(self) -> int:
        """What is paid, signed."""
        return int(self.line("payable").amount)

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
