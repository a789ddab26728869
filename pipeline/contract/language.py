"""A contract that an OCMO serves: whose care, which care, on which economics, and who delivers data."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, cast

from pipeline.contract.dated import Dated, Economy
from pipeline.contract.scope import Deliveries, Domain, Linkage, Parties, Population, Privacy, Reporting, Unit
from pipeline.contract.sections import Truncation, Valuation
from pipeline.contract.terms import EconomicTerms, Terms


class Scope(Dated):
    """Who agreed, whose care and which care it is about."""

    parties: Parties
    unit: Unit | None = None
    population: Population
    domain: Domain
    valuation: Valuation
    truncation: Truncation


class Operations(Dated):
    """What may be shown, and who delivers what."""

    reporting: Reporting
    linkage: Linkage
    deliveries: Deliveries
    privacy: Privacy


class Contract(Operations, Economy, Scope):
    """A whole contract as agreed. `load` makes one from a file; `for_year` gives the terms of a year.

    Its sections stand in the order of the bases from last to first: scope, economics, operations.
    """

    TERMS: ClassVar[type[EconomicTerms]] = Terms

    def at(self, day: dt.date) -> Terms:
        """The terms in force on a day. Raises as `Dated.at` does."""
        return cast(Terms, super().at(day))

    def for_year(self, year: int) -> Terms:
        """The terms on which a contract year is settled. Raises as `Dated.for_year` does."""
        return cast(Terms, super().for_year(year))
