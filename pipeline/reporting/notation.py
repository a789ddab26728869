"""Numbers, money and terms as people read them in a language: `€ 1.234,56` on a Dutch page.

Rounding here is for the eye only; nothing is computed with what this module returns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.contract import Term
from pipeline.contract.values import (
    AgreedAmount,
    Bracket,
    Indicator,
    Precedence,
    Provider,
    QualityGate,
    Requirement,
    Statistical,
)
from pipeline.money import round_cents
from pipeline.reporting.texts import texts
from pipeline.settlement import Quantity

NO_BREAK = "\u00a0"
MINUS = "\u2212"

Number = Fraction | Decimal | int


class Notation:
    """How one language writes numbers."""

    def __init__(self, language: str) -> None:
        self.words = texts(language)
        self.thousands, self.decimal = self.words["notation"]["thousands"], self.words["notation"]["decimal"]

    def number(self, value: Number, places: int = 0, *, least: int | None = None) -> str:
        """A number with `places` decimals, or fewer (down to `least`) when the last ones are zeros."""
        scaled = round_cents(Fraction(value) * 10**places)
        whole, rest = divmod(abs(scaled), 10**places)
        decimals = f"{rest:0{places}d}" if places else ""
        if least is not None:
            decimals = decimals[:least] + decimals[least:].rstrip("0")
        text = f"{whole:,}".replace(",", self.thousands) + (f"{self.decimal}{decimals}" if decimals else "")
        return f"{MINUS}{text}" if scaled < 0 else text

    def money(self, cents: Number) -> str:
        """Euros and cents of an amount in cents."""
        amount = self.number(abs(Fraction(cents)) / 100, 2)
        return f"{MINUS if round_cents(Fraction(cents)) < 0 else ''}€{NO_BREAK}{amount}"

    def euros(self, cents: Number) -> str:
        """Whole euros of an amount in cents, for estimates of which the cents mean nothing."""
        euros = Fraction(cents) / 100
        return f"{MINUS if round_cents(euros) < 0 else ''}€{NO_BREAK}{self.number(abs(euros))}"

    def percent(self, share: Number, places: int = 2) -> str:
        """A share as a percentage."""
        space = NO_BREAK if self.decimal == "," else ""
        return f"{self.number(Fraction(share) * 100, places, least=0)}{space}%"

    def date(self, day: dt.date) -> str:
        """A day as DD-MM-YYYY in Dutch, and in the international notation otherwise."""
        return f"{day:%d-%m-%Y}" if self.decimal == "," else day.isoformat()

    def quantity(self, quantity: Quantity) -> str:
        """A value of a statement's line, by its unit; counts stand bare, as their label says of what."""
        value, unit = quantity.value, quantity.unit
        if isinstance(value, str):
            return str(self.words["outcomes"][value])
        if unit.startswith("cents"):
            return self.money(value)
        if unit.startswith("share"):
            return self.percent(value)
        if unit == "ratio":
            return self.number(value, 5)
        if unit == "as measured":
            return self.number(value, 4, least=2)
        return self.number(value, 1 if unit.endswith("years") else 0)

    def term(self, term: Term[Any], subject: str = "") -> str:
        """A term's value; of indicators, only the one that the line is about."""
        value = term.value
        if isinstance(value, dict):
            parts = sorted(value.items())
            return ", ".join(f"{self._choice(key)}:{NO_BREAK}{self.percent(share)}" for key, share in parts)
        if isinstance(value, tuple):
            return self._several(value, subject)
        if term.unit.startswith("EUR"):
            return self.money(value * 100)
        if isinstance(value, Decimal):
            return self.percent(value)
        if isinstance(value, Statistical):
            return f"{self.percent(value.least)} - {self.percent(value.most)}"
        return self._choice(value) if isinstance(value, str) else self.number(value)

    def _choice(self, code: object) -> str:
        """A choice in words; a code that is no choice as it is."""
        return str(self.words["choices"].get(code, code))

    def _several(self, items: Sequence[Any], subject: str) -> str:
        if isinstance(items[0], Bracket):
            return "; ".join(self._bracket(item) for item in items)
        if isinstance(items[0], Indicator):
            weights = [item for item in items if subject in ("", item.id)]
            return ", ".join(
                f"{self.words['page']['weight']} {self.percent(item.weight)}" for item in weights
            )
        if isinstance(items[0], Provider | QualityGate | Requirement):
            return ", ".join(item.name for item in items if subject in ("", getattr(item, "id", "")))
        if isinstance(items[0], AgreedAmount):
            chosen = [item for item in items if subject in ("", item.id)]
            return ", ".join(f"{item.name} {self.money(item.amount * 100)}" for item in chosen)
        if isinstance(items[0], Precedence):
            rules = self.words["rules"]
            return ", ".join(f"{rules[item.after]['label']} → {rules[item.rule]['label']}" for item in items)
        return ", ".join(self._choice(item) for item in items)

    def _bracket(self, bracket: Bracket) -> str:
        rate = self.percent(bracket.rate)
        if bracket.to is not None:
            form = str(self.words["brackets"]["slope"])
            return form.format(start=self.number(bracket.start), rate=rate, to=self.percent(bracket.to))
        if bracket.end is not None:
            return str(self.words["brackets"]["below"]).format(end=self.number(bracket.end), rate=rate)
        form = self.words["brackets"]["from" if bracket.start else "all"]
        return str(form).format(start=self.number(bracket.start), rate=rate)
