"""Numbers as exact fractions, so that no result depends on how or in which order it was worked out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from numbers import Integral

Number = int | float | Decimal | Fraction


@lru_cache(maxsize=4096)
def of_decimal(value: Decimal) -> Fraction:
    """A decimal as a fraction. Terms are few and applied often, so that each is converted once."""
    return Fraction(value)


def exact(value: Number) -> Fraction:
    """A number as a fraction: integers and decimals as they are, floats at their shortest notation."""
    if type(value) is Fraction:
        return value
    if type(value) is int:
        return Fraction(value)
    if type(value) is Decimal:
        return of_decimal(value)
    if isinstance(value, int | Decimal | Integral):
        return Fraction(value)
    return Fraction(repr(float(value)))
