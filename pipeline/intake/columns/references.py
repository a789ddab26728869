"""Claim, operation and trajectory numbers, and files, under the supplier's own key.

The same number gives the same reference in every delivery, so that a credit finds its claim; only the
supplier can tell which number, or which file, it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from pipeline.canonical import CanonicalTable
from pipeline.intake.between.placed import collected

Mac = Callable[[Sequence[bytes]], Sequence[bytes]]


def file_reference(sha256: str, mac: Mac) -> str:
    """The hex of the mac over a file's digest, for what leaves the supplier.

    The digest itself stays: whoever guesses a short file, with a person's number in it, could test the guess.
    """
    (digest,) = mac([bytes.fromhex(sha256)])
    return digest.hex()


def key_references(table: CanonicalTable, rows: pl.LazyFrame, mac: Mac) -> pl.LazyFrame:
    """The rows with every column of privacy class `pseudonym` replaced by the hex of its mac.

    Each different number (UTF-8) is computed once, over all columns together; empty stays empty. Only those
    columns are read for it.
    """
    names = [column.name for column in table.columns if column.privacy == "pseudonym"]
    if not names:
        return rows
    each = pl.concat([rows.select(number=name) for name in names])
    numbers = collected(each.drop_nulls().unique()).to_series().sort()
    references = keyed(numbers, mac)
    return rows.with_columns(pl.col(name).replace_strict(numbers, references, default=None) for name in names)


def keyed(numbers: pl.Series, mac: Mac) -> pl.Series:
    """The reference of each number, in hex, in their order; none is empty."""
    digests = mac([number.encode("utf-8") for number in numbers])
    return pl.Series([digest.hex() for digest in digests], dtype=pl.String)
