"""A contract's text and a year's figures, as plain as they come: what the second settlement reads from.

Every value of the contract stays the text that it is in the file; a date is compared as text, which sorts rightly.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import yaml


@lru_cache(maxsize=4)
def read(text: str) -> Any:
    """The YAML with every value as the text that it is."""
    return yaml.load(text, Loader=yaml.CBaseLoader)


SIXTY = Decimal(1).scaleb(-60)
CENT = Decimal(1)


class RefusedError(Exception):
    """The figures cannot be settled."""


class Book:
    """One contract year: what was agreed, and what was measured."""

    def __init__(
        self,
        text: str,
        year: int,
        figures: Mapping[tuple[str, int], Any],
        measured: Mapping[str, Any],
    ) -> None:
        self.raw = read(text)
        self.year, self.figures, self.measured = year, figures, measured
        self.counted_in = self.term("unit.counted_in") or "insured_year"

    def has(self, section: str) -> bool:
        return section in self.raw

    def term(self, key: str, year: int | None = None) -> Any:
        """What was agreed last by 1 January of the year; None when nothing was."""
        section, name = key.split(".")
        values = self.raw.get(section, {}).get(name, {}).get("values")
        if values is None:
            return None
        return values[max(day for day in values if day <= f"{year or self.year}-01-01")]

    def number(self, key: str) -> Decimal:
        return Decimal(self.term(key))

    def fig(self, name: str, year: int | None = None, **otherwise: Any) -> Any:
        key = (name, year or self.year)
        if key not in self.figures and "default" in otherwise:
            return otherwise["default"] if otherwise["default"] is None else Decimal(otherwise["default"])
        return Decimal(str(self.figures[key]))

    def indicator(self, code: str) -> Decimal:
        return Decimal(str(self.measured[code]))


def cut(amount: Decimal) -> Decimal:
    """To sixty decimals, so that what is equal compares as equal."""
    return amount.quantize(SIXTY)


def whole_cents(amount: Decimal) -> int:
    """Half a cent away from zero."""
    return int(cut(amount).quantize(CENT, rounding=ROUND_HALF_UP))
