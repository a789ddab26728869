"""Tables as sealed chunks of Parquet in a drop folder, and back."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import polars as pl

from pseudonymisation import envelope
from pseudonymisation.dropfolder import read_file, write_file
from pseudonymisation.envelope import Context
from pseudonymisation.errors import BlobRefusedError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import Blob

TICKET = "ticket"
TICKET_BYTES = 16

_ASK_SENDER = "The sender must transport the folder again; if it stays so, seal a new delivery."


def seal_table(
    folder: Path, table: str, frame: pl.DataFrame, *, sealing_key: bytes, context: Context, chunk_rows: int
) -> tuple[Blob, ...]:
    """Write a table as sealed chunks of at most `chunk_rows` rows; an empty table is one empty chunk."""
    starts = range(0, max(frame.height, 1), chunk_rows)
    blobs = []
    for chunk, start in enumerate(starts, start=1):
        rows = frame.slice(start, chunk_rows)
        plain = io.BytesIO()
        rows.write_parquet(plain, compression="zstd", statistics=False)
        sealed = envelope.encrypt(plain.getvalue(), sealing_key, context.info(table, chunk, len(starts)))
        blob = Blob(table, chunk, len(starts), rows.height, hashlib.sha256(sealed).hexdigest())
        write_file(folder / blob.name, sealed)
        blobs.append(blob)
    return tuple(blobs)


def open_table(
    folder: Path, table: str, blobs: tuple[Blob, ...], *, ring: KeyRing, context: Context
) -> pl.DataFrame:
    """The rows of a table from its sealed chunks.

    Raises:
        DeliveryIncompleteError: when a chunk's file is not there.
        BlobRefusedError: when a chunk is not the one in the manifest, does not open under this
            context, or holds other rows than it should.
    """
    frames = [_open_chunk(folder, blob, ring, context) for blob in blobs if blob.table == table]
    try:
        return pl.concat(frames, how="vertical")
    except pl.exceptions.PolarsError:
        raise _refused(f"The chunks of {table} differ in their columns", folder) from None


def require_columns(frame: pl.DataFrame, widths: dict[str, int], where: str) -> None:
    """Raise BlobRefusedError unless a frame has exactly these binary columns, of these widths, without nulls.

    The first column must also be unique, and so must each other: one row is one person.
    """
    if dict(frame.schema) != dict.fromkeys(widths, pl.Binary()):
        raise BlobRefusedError(
            "A blob holds other columns than the protocol's", where=where, remedy=_ASK_SENDER
        )
    for column, width in widths.items():
        values = frame[column]
        if values.null_count() or not (values.bin.size() == width).all():
            raise BlobRefusedError(f"Column {column} holds malformed values", where=where, remedy=_ASK_SENDER)
        if values.n_unique() != frame.height:
            raise BlobRefusedError(f"A {column} occurs twice", where=where, remedy=_ASK_SENDER)


def _open_chunk(folder: Path, blob: Blob, ring: KeyRing, context: Context) -> pl.DataFrame:
    sealed = read_file(folder, blob.name)
    if hashlib.sha256(sealed).hexdigest() != blob.digest:
        raise _refused(f"{blob.name} is not the blob that its manifest lists", folder)
    plain = ring.decrypt(sealed, context.info(blob.table, blob.chunk, blob.of))
    try:
        frame = pl.read_parquet(io.BytesIO(plain))
    except (pl.exceptions.PolarsError, OSError):
        raise _refused(f"{blob.name} holds no Parquet table", folder) from None
    if frame.height != blob.rows:
        raise _refused(f"{blob.name} holds {frame.height} rows, its manifest says {blob.rows}", folder)
    return frame


def _refused(what: str, folder: Path) -> BlobRefusedError:
    return BlobRefusedError(what, where=folder.name, remedy=_ASK_SENDER)
