"""Tables as sealed chunks of Parquet in a drop folder, and back.

Chunks are made, and opened, two at a time, so that a table of any size takes the memory of two chunks beside the
table itself.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import polars as pl

from pseudonymisation import envelope
from pseudonymisation.dropfolder import read_file, write_file
from pseudonymisation.envelope import Context
from pseudonymisation.errors import BlobRefusedError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import MAP, Blob

TICKET = "ticket"
TICKET_BYTES = 16

_AT_A_TIME = 2
_COMPRESSION_LEVEL = 1  # of zstd: 3 % larger than its default, in three quarters of the time

Made = TypeVar("Made")


def seal_table(
    folder: Path, table: str, frame: pl.DataFrame, *, sealing_key: bytes, context: Context, chunk_rows: int
) -> tuple[Blob, ...]:
    """Write a table as sealed chunks of at most `chunk_rows` rows; an empty table is one empty chunk."""
    starts = chunk_starts(frame.height, chunk_rows)
    return seal_chunks(
        folder,
        table,
        lambda chunk: frame.slice(starts[chunk], chunk_rows),
        len(starts),
        sealing_key=sealing_key,
        context=context,
    )


def chunk_starts(rows: int, chunk_rows: int) -> range:
    """Where the chunks of a table begin, from 0; there is one at least."""
    return range(0, max(rows, 1), chunk_rows)


def seal_chunks(
    folder: Path,
    table: str,
    rows_of: Callable[[int], pl.DataFrame],
    number: int,
    *,
    sealing_key: bytes,
    context: Context,
) -> tuple[Blob, ...]:
    """Write a table as `number` sealed chunks; `rows_of` gives the rows of each, counted from 0."""

    def seal(index: int) -> Blob:
        rows, plain = rows_of(index), io.BytesIO()
        rows.write_parquet(plain, compression="zstd", compression_level=_COMPRESSION_LEVEL, statistics=False)
        sealed = envelope.encrypt(plain.getvalue(), sealing_key, context.info(table, index + 1, number))
        blob = Blob(table, index + 1, number, rows.height, hashlib.sha256(sealed).hexdigest())
        write_file(folder / blob.name, sealed)
        return blob

    return tuple(_side_by_side(seal, range(number)))


def open_table(
    folder: Path,
    table: str,
    blobs: tuple[Blob, ...],
    *,
    ring: KeyRing,
    context: Context,
    then: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows,
) -> pl.DataFrame:
    """The rows of a table from its sealed chunks; `then` makes of each chunk's rows what is kept of it.

    Raises:
        DeliveryIncompleteError: when a chunk's file is not there.
        BlobRefusedError: when a chunk is not the one in the manifest, does not open under this
            context, or holds other rows than it should.
    """
    own = [blob for blob in blobs if blob.table == table]
    frames = _side_by_side(
        lambda index: then(_open_chunk(folder, own[index], ring, context)), range(len(own))
    )
    try:
        return pl.concat(frames, how="vertical", rechunk=False)
    except pl.exceptions.PolarsError:
        raise _refused(f"The chunks of {table} differ in their columns", folder, context) from None


def in_ticket_order(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows in the order of their tickets: a shuffle, for tickets are random. Their first eight bytes do."""
    start = frame[TICKET].bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big")
    return frame[start.arg_sort()]


def in_one_piece(frame: pl.DataFrame) -> None:
    """Put each column of a frame into one piece of memory: drawing rows from many pieces takes eight times as long.

    Column by column, so that there is never a second copy of the whole.
    """
    for index in range(frame.width):
        frame.replace_column(index, frame.to_series(index).rechunk())


def require_columns(frame: pl.DataFrame, widths: dict[str, int], where: Path, context: Context) -> None:
    """Raise BlobRefusedError unless a frame has exactly these binary columns, of these widths, without nulls.

    No value occurs twice in a column: one row is one person.
    """
    if dict(frame.schema) != dict.fromkeys(widths, pl.Binary()):
        raise _refused("A blob holds other columns than the protocol's", where, context)
    for column, width in widths.items():
        values = frame[column]
        if values.null_count() or not (values.bin.size() == width).all():
            raise _refused(f"Column {column} holds malformed values", where, context)
        if values.n_unique() != frame.height:
            raise _refused(f"A {column} occurs twice", where, context)


def _open_chunk(folder: Path, blob: Blob, ring: KeyRing, context: Context) -> pl.DataFrame:
    sealed = read_file(folder, blob.name, _sender(context))
    if hashlib.sha256(sealed).hexdigest() != blob.digest:
        raise _refused(f"{blob.name} is not the blob that its manifest lists", folder, context)
    try:
        plain = ring.decrypt(sealed, context.info(blob.table, blob.chunk, blob.of))
    except BlobRefusedError:
        raise _sealed_for_another(blob, folder, context) from None
    try:
        frame = pl.read_parquet(io.BytesIO(plain))
    except (pl.exceptions.PolarsError, OSError):
        raise _refused(f"{blob.name} holds no Parquet table", folder, context) from None
    if frame.height != blob.rows:
        said = f"{blob.name} holds {frame.height} rows, its manifest says {blob.rows}"
        raise _refused(said, folder, context)
    return frame


def _side_by_side(make: Callable[[int], Made], indices: range) -> list[Made]:
    """What `make` gives for each index, in order, `_AT_A_TIME` at a time; after a failure no more are begun."""
    if len(indices) == 1:
        return [make(indices[0])]
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        waiting = [pool.submit(make, index) for index in indices]
        try:
            return [one.result() for one in waiting]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _refused(what: str, folder: Path, context: Context) -> BlobRefusedError:
    return BlobRefusedError(
        what,
        where=folder.name,
        remedy=f"{_sender(context)} must transport the folder again; if it stays so, {context.supplier} must seal "
        "a new delivery.",
    )


def _sealed_for_another(blob: Blob, folder: Path, context: Context) -> BlobRefusedError:
    """Its sender signed it as it lies here: to transport it again would not help."""
    sender = _sender(context)
    seal_anew = "seal a new delivery, for the keys and the epoch of the agreement."
    return BlobRefusedError(
        f"{blob.name} does not open with this key ring for this contract, epoch, delivery, table and chunk",
        where=folder.name,
        remedy=f"{sender} must {seal_anew}"
        if context.kind != MAP
        else f"{sender} must compare its agreement with the OCMO's; then {context.supplier} must {seal_anew}",
    )


def _sender(context: Context) -> str:
    return "The TTP" if context.kind == MAP else context.supplier
