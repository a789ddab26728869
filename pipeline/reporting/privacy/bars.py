"""The pictures of the report: persons by the size of their group, in per mille of a row; equal counts, equal bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipeline.privacy import Groups
from pipeline.reporting.picture import WIDTH
from pipeline.reporting.privacy.words import SIZES

TONES = ("loss", "up", "baseline", "consortium")
"""Of who is alone, in groups of 2 to 4, of 5 to 9, and of 10 or more."""


@dataclass(frozen=True)
class SizeBar:
    """A labelled row: its parts as (tone, start, width) in per mille, and where the limit stands, if there is one."""

    label: str
    value: str
    parts: tuple[tuple[str, int, int], ...]
    limit: int | None = None


def size_bar(label: str, value: str, groups: Groups, limit: Decimal | None = None) -> SizeBar:
    """Persons by the size of their group, the smallest first."""
    edges = [_place(groups.share_below(size)) for size in SIZES]
    parts = tuple(_parts([0, *edges, WIDTH if groups.persons else 0]))
    return SizeBar(label, value, parts, None if limit is None else _place(Fraction(limit)))


def _parts(edges: list[int]) -> Iterator[tuple[str, int, int]]:
    for tone, start, end in zip(TONES, edges, edges[1:], strict=False):
        if end > start:
            yield tone, start, end - start


def _place(share: Fraction) -> int:
    return round(share * WIDTH)
