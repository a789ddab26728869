"""Claim, operation and trajectory numbers under the supplier's own key.

The same number gives the same reference in every delivery, so that a credit finds its claim; only the
supplier can tell which number it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from pipeline.canonical import CanonicalTable

Mac = Callable[[Sequence[bytes]], Sequence[bytes]]


def key_references(table: CanonicalTable, frame: pl.DataFrame, mac: Mac) -> pl.DataFrame:
    """The frame with every column of privacy class `pseudonym` replaced by the hex of its mac.

    Each different number (UTF-8) is computed once, over all columns together; empty stays empty.
    """
    names = [column.name for column in table.columns if column.privacy == "pseudonym"]
    if not names:
        return frame
    numbers = pl.concat([frame[name].alias("number") for name in names]).drop_nulls().unique().sort()
    digests = mac([number.encode("utf-8") for number in numbers])
    keyed = pl.Series([digest.hex() for digest in digests], dtype=pl.String)
    return frame.with_columns(pl.col(name).replace_strict(numbers, keyed, default=None) for name in names)
