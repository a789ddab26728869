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
    empty for a message that says itself what it is. `rows` and `cents` count rows of `table` and their signed
    amount; `defective_rows` and `defective_cents` are the part of them with a BSN that fails on purpose.
    """

    supplier: str
    path: str
    table: str
    mapping: str
    year: int
    rows: int
    cents: int
    defective_rows: int
    defective_cents: int
    sha256: str


def mapping_path(name: str) -> Path:
    """The mapping of this name that comes with the region."""
    return Path(__file__).parent / "mappings" / f"{name}.yaml"


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
