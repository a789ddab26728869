"""Change one byte of a delivery, in every kind of place in turn, and see who refuses it.

Every field of every manifest, the signatures, and of every blob its head (the encapsulated key), its middle and its
end (the tag) are changed in transit; and every file is cut by one byte. Blobs are changed once more as only their own
sender could: the digest put right in the manifest, and that signed anew, so that nothing but the seal is left to
notice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.demo.tamper_line import OCMO, SUPPLIER, TTP, Line
from pipeline.errors import OcmoError
from pseudonymisation.envelope import X25519
from pseudonymisation.errors import PseudonymisationError
from pseudonymisation.manifest import IdentifiersManifest, Manifest, MapManifest, TablesManifest
from pseudonymisation.signing import MANIFEST_FILE, SIGNATURE_FILE, write_signed

IN_TRANSIT, BY_ITS_SENDER = "in transit", "by its sender"

_FIELD = re.compile(rb'"(\w+)": ?"?')
_TAG_BYTES = 16


class NotRefusedError(OcmoError):
    """A changed delivery was not refused."""

    exit_code = 78


@dataclass(frozen=True)
class Attempt:
    """One byte that was changed: in which file, in what of it, where, and by whom on its way.

    `refused_by`, `kind` and `reason` say who refused it and why; they are empty when nobody did.
    """

    file: str
    what: str
    offset: int
    by: str
    refused_by: str = ""
    kind: str = ""
    reason: str = ""


@dataclass(frozen=True)
class _Half:
    """A folder of a delivery: who signed it, who reads it and how."""

    folder: Path
    kind: type[Manifest]
    sender: str
    reader: str
    read: Callable[[], None]


def tamper(root: Path, suite: str = X25519) -> Iterator[Attempt]:
    """Make a delivery under `root`, and change one byte of it after the other.

    Raises:
        PseudonymisationError: when the delivery does not go through unchanged.
    """
    line = Line.make(root, suite)
    line.map_anew()
    line.open()
    halves = (
        _Half(line.identifiers, IdentifiersManifest, SUPPLIER, TTP, line.map_anew),
        _Half(line.tables, TablesManifest, SUPPLIER, OCMO, line.open),
        _Half(line.answer, MapManifest, TTP, OCMO, line.open),
    )
    for half in halves:
        for path in sorted(half.folder.iterdir()):
            yield from _attempts(line, half, path)


def require_all_refused(attempts: list[Attempt]) -> None:
    """Raise NotRefusedError unless every attempt was refused."""
    accepted = [one for one in attempts if not one.refused_by]
    if accepted:
        first = accepted[0]
        raise NotRefusedError(
            f"{len(accepted)} of {len(attempts)} changes were not refused",
            where=f"{first.file}, {first.what}",
            remedy="This is a defect of the software: do not use it, and report it.",
        )


def _attempts(line: Line, half: _Half, path: Path) -> Iterator[Attempt]:
    whole = path.read_bytes()
    is_blob = path.name not in (MANIFEST_FILE, SIGNATURE_FILE)
    name = f"{half.folder.parent.name}/{half.folder.name}/{path.name}"
    try:
        for what, offset in _places(path.name, whole):
            changed = bytearray(whole)
            changed[offset] ^= 1
            path.write_bytes(changed)
            yield _judged(half, Attempt(name, what, offset, IN_TRANSIT))
            if is_blob:
                with _SignedAnew(line, half, path):
                    yield _judged(half, Attempt(name, what, offset, BY_ITS_SENDER))
        path.write_bytes(whole[:-1])
        yield _judged(half, Attempt(name, "cut by one byte", len(whole) - 1, IN_TRANSIT))
    finally:
        path.write_bytes(whole)


def _places(name: str, data: bytes) -> Iterator[tuple[str, int]]:
    """What can be changed in a file, and at which byte."""
    last = len(data) - 1
    if name == MANIFEST_FILE:
        yield from (("first byte", 0), ("middle", last // 2), ("last byte", last))
        yield from ((f"field {found[1].decode()}", found.end()) for found in _FIELD.finditer(data))
    elif name == SIGNATURE_FILE:
        yield from (("first byte", 0), ("middle", last // 2), ("last byte", last))
    else:
        yield from (("first byte of the key", 0), ("middle", last // 2))
        yield from (("first byte of the tag", len(data) - _TAG_BYTES), ("last byte of the tag", last))


class _SignedAnew:
    """While in here the manifest lists a changed blob as it lies there, signed by its true sender."""

    def __init__(self, line: Line, half: _Half, path: Path) -> None:
        self._line, self._half, self._path = line, half, path
        self._files = (half.folder / MANIFEST_FILE, half.folder / SIGNATURE_FILE)

    def __enter__(self) -> None:
        self._before = [file.read_bytes() for file in self._files]
        manifest = self._half.kind.decode(self._before[0])
        digest = hashlib.sha256(self._path.read_bytes()).hexdigest()
        old = next(blob.digest for blob in manifest.blobs if blob.name == self._path.name)
        lists: dict[str, Any] = {
            field: tuple(digest if one == old else one for one in getattr(manifest, field))
            for field in ("identifier_blobs", "table_blobs")
        }
        blobs = tuple(replace(blob, digest=digest) if blob.digest == old else blob for blob in manifest.blobs)
        write_signed(
            self._half.folder,
            replace(manifest, blobs=blobs, **lists),
            self._line.rings[self._half.sender],
        )

    def __exit__(self, *_: object) -> None:
        for file, data in zip(self._files, self._before, strict=True):
            file.write_bytes(data)


def _judged(half: _Half, attempt: Attempt) -> Attempt:
    try:
        half.read()
    except PseudonymisationError as error:
        return replace(attempt, refused_by=half.reader, kind=error.kind, reason=str(error))
    return attempt
