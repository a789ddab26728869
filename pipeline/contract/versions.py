"""The versions of one contract: a version never changes, a new one supersedes it from a day on.

Each version is a whole file, so that it can be read and signed by itself. The version in force on a day is the
highest of those that hold by that day: an amendment from 2026-01-01 leaves 2025 as it was agreed, and one that
goes back to 2025-01-01 changes 2025 too. A year is settled on the version in force on its 1 January.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.contract.language import Contract
from pipeline.errors import ContractKeyError, ContractValueError
from pipeline.periods import first_day

ANY_DAY = ("linkage", "deliveries", "privacy")
"""Sections whose terms may change on any day; all others hold for whole years."""


@dataclass(frozen=True)
class Versions:
    """All versions of one contract, by number from 1 on. Made by `together`, which sees that they fit."""

    all: tuple[Contract, ...]

    @property
    def id(self) -> str:
        """The contract's short name."""
        return self.newest.id

    @property
    def newest(self) -> Contract:
        """The version with the highest number."""
        return self.all[-1]

    @property
    def years(self) -> range:
        """The calendar years the contract runs, by its newest version."""
        return self.newest.years

    def on(self, day: dt.date) -> Contract:
        """The version in force on a day; before any day of the contract, its first."""
        held = [version for version in self.all if holds_from(version) <= day]
        return held[-1] if held else self.all[0]

    def settling(self, year: int) -> Contract:
        """The version on which a year is settled.

        Raises:
            ContractValueError: when the year is outside the contract's term.
        """
        if year not in self.years:
            self.newest.for_year(year)  # tells what the term is
        return self.on(first_day(year))

    def number(self, version: int) -> Contract:
        """The version with a number.

        Raises:
            ContractValueError: when there is none.
        """
        if not 1 <= version <= len(self.all):
            raise ContractValueError(
                f"There is no version {version} of contract '{self.id}'",
                remedy=f"Its versions: 1 to {len(self.all)}.",
            )
        return self.all[version - 1]


def holds_from(version: Contract) -> dt.date:
    """The day from which a version holds, until a higher one does."""
    header = version.contract
    return header.supersedes_from or first_day(header.first_year)


def settled_from(day: dt.date) -> dt.date:
    """The first 1 January on or after a day: from then on what is settled by whole years is settled on it."""
    return day if day == first_day(day.year) else first_day(day.year + 1)


def together(contracts: Iterable[Contract]) -> Versions:
    """The versions of one contract, which must fit: numbered from 1 on, each from a day of its own.

    Raises:
        ContractKeyError: when two files hold one version, or one is missing.
        ContractValueError: when two amendments hold from one day, or the first year is another one.
    """
    versions = sorted(contracts, key=lambda contract: contract.contract.version)
    for place, version in enumerate(versions, start=1):
        earlier = versions[: place - 1]
        if earlier and earlier[-1].contract.version == version.contract.version:
            raise _twice(earlier[-1], version)
        if version.contract.version != place:
            raise _missing(version, place)
        for other in earlier:
            _refuse_same_day(other, version)
        _refuse_other_beginning(versions[0], version)
    return Versions(tuple(versions))


def _where(version: Contract, key: str) -> str:
    return f"{version.source}, key 'contract.{key}'"


def _twice(one: Contract, other: Contract) -> ContractKeyError:
    number = one.contract.version
    return ContractKeyError(
        f"Version {number} of contract '{one.id}' stands in two files: {one.source} and {other.source}",
        where=_where(other, "version"),
        remedy=f"Keep one. An amendment is a whole file with `version: {number + 1}` and `supersedes_from:` the day "
        "from which it holds.",
    )


def _missing(version: Contract, number: int) -> ContractKeyError:
    return ContractKeyError(
        f"Contract '{version.id}' has a version {version.contract.version} and no version {number}",
        where=_where(version, "version"),
        remedy=f"Put the file of version {number} back, or write `version: {number}`: numbers leave no gap.",
    )


def _refuse_same_day(earlier: Contract, version: Contract) -> None:
    day = holds_from(version)
    if earlier.contract.version > 1 and holds_from(earlier) == day:
        raise ContractValueError(
            f"Contract '{version.id}' has two amendments for {day}: version {earlier.contract.version} in"
            f" {earlier.source} and version {version.contract.version} in {version.source}",
            where=_where(version, "supersedes_from"),
            remedy="Put both changes in one amendment, or give the later one a day of its own.",
        )


def _refuse_other_beginning(first: Contract, version: Contract) -> None:
    begins = first.contract.first_year
    if version.contract.first_year != begins:
        raise ContractValueError(
            f"Version {version.contract.version} of contract '{version.id}' begins in {version.contract.first_year},"
            f" version 1 in {begins}",
            where=_where(version, "first_year"),
            remedy=f"Write `first_year: {begins}`: an amendment may change when a contract ends, not when it began.",
        )
