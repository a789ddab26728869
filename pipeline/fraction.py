"""Exact fractions, compiled: what `fractions.Fraction` is, several times as fast (ADR 0060).

Everything in the pipeline takes its fractions from here, so that none is of another kind than the next: fractions of
the two kinds are equal and add up, but the sum is of one kind, and a slow one would spread unseen. Types are checked
against the standard library's, whose interface it keeps; tests use the standard library's as a reference of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction
else:
    from quicktions import Fraction

__all__ = ["Fraction"]
