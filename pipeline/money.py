"""Money: integer cents end to end, rounded once.

Amounts that come in are integer cents. Rates, risk scores and amounts per insured year are floats or
fractions on the way. What is payable becomes a whole number of cents here and nowhere else, half a cent
going away from zero; parts that must add up to a whole are rounded by largest remainder.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def round_cents(amount: Decimal | Fraction | float | int) -> int:
    """Whole cents of an amount in cents, half a cent away from zero: 2.5 -> 3, -2.5 -> -3.

    A float is taken at its shortest decimal notation, so that 1.005 * 100 means what it prints.
    """
    if isinstance(amount, Fraction):
        whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
        return whole if amount >= 0 else -whole
    exact = Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split_cents(total: int, weights: Sequence[Decimal | Fraction | int]) -> list[int]:
    """Divide `total` cents by `weights` so that the parts add up exactly (largest remainder).

    Equal remainders go to the earlier part, so the order of the parties in the contract decides.

    Raises:
        ValueError: when a weight is negative or all are zero.
    """
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares, Fraction(0))
    if whole <= 0 or any(share < 0 for share in shares):
        raise ValueError("weights must be non-negative and not all zero")
    sign = -1 if total < 0 else 1
    quotas = [abs(total) * share / whole for share in shares]
    parts = [int(quota) for quota in quotas]
    missing = abs(total) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(quotas[i] - parts[i]), i))
    for i in by_remainder[:missing]:
        parts[i] += 1
    return [sign * part for part in parts]


def euros(cents: int) -> str:
    """Cents as a person reads them in English: 123456 -> 'EUR 1,234.56', negative with a minus sign."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}EUR {whole:,}.{rest:02d}"
