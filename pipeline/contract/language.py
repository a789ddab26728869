"""A whole contract: its sections together, and the terms in force on a day or for a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, PrivateAttr

from pipeline.contract.parameter import STRICT, Parameter
from pipeline.contract.sections import (
    Baseline,
    CaseMix,
    Deliveries,
    Domain,
    Header,
    Limits,
    Linkage,
    Loss,
    Parties,
    Population,
    Privacy,
    Quality,
    Reporting,
    Section,
    Sharing,
    Trend,
    Truncation,
    Valuation,
)
from pipeline.contract.terms import Terms
from pipeline.errors import ContractValueError
from pipeline.periods import first_day


class Contract(BaseModel):
    """A whole contract as agreed. `load` makes one from a file; `for_year` gives the terms of a year."""

    model_config = STRICT

    contract: Header
    parties: Parties
    population: Population
    domain: Domain
    valuation: Valuation
    truncation: Truncation
    case_mix: CaseMix
    baseline: Baseline
    trend: Trend
    quality: Quality | None = None
    sharing: Sharing
    loss: Loss | None = None
    limits: Limits
    reporting: Reporting
    linkage: Linkage
    deliveries: Deliveries
    privacy: Privacy
    _digest: str = PrivateAttr(default="")
    _source: str = PrivateAttr(default="")
    _terms: dict[dt.date, Terms] = PrivateAttr(default_factory=dict)

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

    def parameters(self) -> Iterator[tuple[str, str, Parameter[Any]]]:
        """All parameters as (section, name, parameter), in the language's order."""
        for section in type(self).model_fields:
            held = getattr(self, section)
            if isinstance(held, Section):
                for name, parameter in held.parameters():
                    yield section, name, parameter

    def at(self, day: dt.date) -> Terms:
        """The terms in force on a day.

        Raises:
            ContractValueError: when a parameter has no value yet on that day.
        """
        if day not in self._terms:
            resolved = {f"{section}_{name}": item.on(day) for section, name, item in self.parameters()}
            self._terms[day] = Terms(day=day, **resolved)
        return self._terms[day]

    def for_year(self, year: int) -> Terms:
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
