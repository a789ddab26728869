"""How the report says things: shares, limits and what is known, as the operator reads them."""

from __future__ import annotations

from fractions import Fraction

from pipeline.privacy import Assessment, Verdict
from pipeline.privacy.knowledge import Known, everything, in_words

SIZES = (2, 5, 10)
"""Groups smaller than these are told: alone, under five, under ten."""
LOWER_BOUND = (
    "At least so many: each person counts by the last insured period. Who knows earlier addresses, or who insured "
    "somebody, tells more people apart."
)
"""Where a limit is judged: the lake holds all periods, and no assessment tries what follows from their sequence."""
MOST_TELLING = 12
"""As many combinations of columns are shown; the JSON has them all."""


def size(smaller_than: int) -> str:
    """A limit's groups in words."""
    return "alone" if smaller_than == 2 else f"in a group under {smaller_than}"


def share(value: Fraction) -> str:
    """A share as a percentage with one decimal; what is not nothing never reads as nothing."""
    return "under 0.1%" if 0 < value < Fraction(1, 2000) else f"{float(value):.1%}"


def what_is_known(known: Known) -> str:
    """The columns in words; all quasi-identifiers by that name."""
    return "all quasi-identifiers together" if known == everything() else in_words(known)


def verdict(one: Verdict) -> str:
    """Whether a limit is kept."""
    return "over" if one.is_over else "within"


def headline(assessment: Assessment) -> str:
    """The whole outcome in one sentence."""
    over, all_limits = len(assessment.over), len(assessment.verdicts)
    if not over:
        return f"Within {'its limit' if all_limits == 1 else f'all {all_limits} limits'} of the contract."
    return f"Over {over} of {all_limits} limits of the contract."
