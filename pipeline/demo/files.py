"""Files appear whole or not at all, and the region knows what it put in each."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RegionFile:
    """One supplier's file: what it holds, for the reader, and what should come out of it, for the tests.

    `path` is relative to the region's folder. `mapping` names the mapping that reads it (see `mapping_path`),
    empty for a message that says itself what it is. `year` is the period of the delivery that it belongs to.
    `rows` and `cents` count rows of `table` and their signed amount.

    `first_invoiced` and `last_invoiced` are the days of the first and the last invoice in it (YYYY-MM-DD), so that a
    delivery can hold what was known on a day. A register or another state on a day has that day in both; what is
    not invoiced, such as a hospital's records, has neither (empty).
    """

    supplier: str
    path: str
    table: str
    mapping: str
    year: int
    rows: int
    cents: int
    sha256: str
    first_invoiced: str = ""
    last_invoiced: str = ""

    @property
    def period(self) -> str:
        """The period of the delivery that it belongs to."""
        return str(self.year)


def mapping_path(name: str) -> Path:
    """The mapping of this name that comes with the region."""
    return Path(__file__).parent / "mappings" / f"{name}.yaml"


def placed(supplier: str, name: str) -> str:
    """Where a supplier's file of this name lies, from the region's folder."""
    return f"{supplier}/files/{name}"


def publish(path: Path, write: Callable[[Path], object]) -> str:
    """Let `write` make the file under another name, then give it its own; the SHA-256 of its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    write(unfinished)
    with unfinished.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return digest
