"""XML written from columns: one text a row, each element on a line of its own.

What an element holds are codes, dates and amounts of the region, in which nothing needs to be escaped.
"""

from __future__ import annotations

import polars as pl

Part = pl.Expr


def leaf(name: str, text: pl.Expr | str, depth: int) -> Part:
    """An element with a text; nothing where the text is null."""
    held = pl.lit(text) if isinstance(text, str) else text
    indent = "  " * depth
    return pl.concat_str(pl.lit(f"{indent}<gds:{name}>"), held, pl.lit(f"</gds:{name}>\n"))


def branch(name: str, parts: list[Part], depth: int, *, where: pl.Expr | None = None) -> Part:
    """An element with others in it; nothing where `where` does not hold."""
    indent = "  " * depth
    text = pl.concat_str(
        pl.lit(f"{indent}<gds:{name}>\n"), *parts, pl.lit(f"{indent}</gds:{name}>\n"), ignore_nulls=True
    )
    return text if where is None else pl.when(where).then(text)


def opening(root: str, namespace: str) -> str:
    """What a message begins with."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<gds:{root} xmlns:gds="{namespace}">\n'


def euros(cents: pl.Expr) -> pl.Expr:
    """An amount without its sign, with a point: 12.50."""
    size = cents.abs()
    return pl.format("{}.{}", size // 100, (size % 100).cast(pl.String).str.zfill(2))


def iso_date(date: pl.Expr) -> pl.Expr:
    """A date as 2025-12-31."""
    return date.dt.strftime("%Y-%m-%d")
