"""What every contract is: a header, sections of dated parameters, and the terms in force on a day or for a year.

`Economy` holds the sections from which a year is settled. A contract that an OCMO serves (`language`) adds whose
care and which care it is about, and who delivers data; a reference contract (`reference`) adds nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, PrivateAttr

from pipeline.contract.parameter import STRICT, Parameter
from pipeline.contract.scope import Header
from pipeline.contract.section import Section
from pipeline.contract.sections import Access, Adjustments, Baseline, CaseMix, Quality, Target, Trend
from pipeline.contract.shares import (
    CarryOver,
    Deduction,
    Division,
    Fee,
    Limits,
    Loss,
    Order,
    Provisional,
    QualityPayment,
    Sharing,
    Termination,
)
from pipeline.contract.terms import EconomicTerms
from pipeline.errors import ContractValueError
from pipeline.periods import first_day


class Dated(BaseModel):
    """A contract as agreed: its header, and parameters that hold from a date."""

    model_config = STRICT
    TERMS: ClassVar[type[EconomicTerms]] = EconomicTerms

    contract: Header
    _digest: str = PrivateAttr(default="")
    _source: str = PrivateAttr(default="")
    _terms: dict[dt.date, EconomicTerms] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Any) -> None:
        """Tell each parameter its place in the contract."""
        for section, name, parameter in self.parameters():
            parameter._key = f"{section}.{name}"

    @property
    def id(self) -> str:
        """The contract's short name, part of every file name and pseudonym label."""
        return self.contract.id

    @property
    def years(self) -> range:
        """The calendar years the contract runs."""
        return range(self.contract.first_year, self.contract.last_year + 1)

    @property
    def digest(self) -> str:
        """SHA-256 of what the contract says; comments, layout and order of keys do not count."""
        return self._digest

    @property
    def source(self) -> str:
        """The name of the file that it was read from."""
        return self._source

    def parameters(self) -> Iterator[tuple[str, str, Parameter[Any]]]:
        """All parameters as (section, name, parameter), in the language's order."""
        for section in type(self).model_fields:
            held = getattr(self, section)
            if isinstance(held, Section):
                for name, parameter in held.parameters():
                    yield section, name, parameter

    def at(self, day: dt.date) -> EconomicTerms:
        """The terms in force on a day.

        Raises:
            ContractValueError: when a parameter has no value yet on that day.
        """
        if day not in self._terms:
            resolved = {f"{section}_{name}": item.on(day) for section, name, item in self.parameters()}
            self._terms[day] = self.TERMS(day=day, **resolved)
        return self._terms[day]

    def for_year(self, year: int) -> EconomicTerms:
        """The terms on which a contract year is settled: those in force on its first day.

        Raises:
            ContractValueError: when the year is outside the contract's term.
        """
        if year not in self.years:
            raise ContractValueError(
                f"{year} is outside the term of contract '{self.id}'",
                where=self._source,
                remedy=f"It runs from {self.years[0]} up to and including {self.years[-1]}.",
            )
        return self.at(first_day(year))


class Economy(Dated):
    """The sections from which a year is settled; which of them must be there is in `arithmetic`."""

    case_mix: CaseMix | None = None
    target: Target | None = None
    baseline: Baseline | None = None
    trend: Trend | None = None
    adjustments: Adjustments | None = None
    quality: Quality | None = None
    access: Access | None = None
    sharing: Sharing
    loss: Loss | None = None
    deduction: Deduction | None = None
    limits: Limits
    carry_over: CarryOver | None = None
    termination: Termination | None = None
    quality_payment: QualityPayment | None = None
    division: Division | None = None
    provisional: Provisional | None = None
    order: Order | None = None
    fee: Fee | None = None
