"""A ZH308 message of any size: the region's own messages, tiled, with a closing record that counts them all.

Each tile has references of its own, so that no line is delivered twice. The message is written tile by tile: making it
needs no more memory than one tile.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.demo.claims.standards import find
from pipeline.demo.defects.message_text import TARIFF, MessageText
from pipeline.demo.messages import write_standard
from pipeline.intake.messages.render import render

INSURED = 12_000
SEED = 1
MOST_CENTS = 50_000
"""Amounts are cut to less than this: the closing record's total has eleven digits."""


def make_message(path: Path, records: int) -> int:
    """Write a message of at least so many records; how many it has.

    Raises:
        LayoutError: when so many do not fit the closing record's counts.
    """
    tile = _one_tile()
    details = tile.lines.slice(1, tile.lines.height - 2)
    tiles = -(-records // details.height)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(tile.lines["line"][0] + "\r\n")
        for number in range(tiles):
            reference = pl.format("{}-{}", pl.lit(number), pl.int_range(pl.len()))
            own = replace(tile, lines=details).overwritten(TARIFF, "line_reference", reference)
            file.write("\r\n".join(own.lines["line"]) + "\r\n")
        file.write(_closing(tile, tiles) + "\r\n")
    return tiles * details.height + 2


def _one_tile() -> MessageText:
    """All messages of a small region in one."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_standard(Path(folder), find("ZH308")[1], insured=INSURED, seed=SEED)
        first, *others = (
            MessageText.read((Path(folder) / file.supplier / file.path).read_bytes()) for file in files
        )
    bodies = [other.lines.slice(1, other.lines.height - 2) for other in others]
    whole = replace(first, lines=pl.concat([first.lines.head(-1), *bodies, first.lines.tail(1)]))
    cents = whole.field(TARIFF, "declared_cents").cast(pl.Int64, strict=False) % MOST_CENTS
    return whole.overwritten(TARIFF, "declared_cents", cents.cast(pl.String)).closed()


def _closing(tile: MessageText, tiles: int) -> str:
    """The tile's closing record, its counts and total times the number of tiles."""
    trailer, code = tile.layout.trailer, tile.layout.trailer.record
    names = [*trailer.counts, *(total.field for total in trailer.totals)]
    said = tile.records(code).select(
        tile.field(code, name).cast(pl.Int64).alias(name) * tiles for name in names
    )
    signs = tile.records(code).select(
        tile.field(code, total.sign).alias(total.sign) for total in trailer.totals
    )
    return str(render(tile.layout, code, said.hstack(signs))[0])
