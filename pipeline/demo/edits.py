"""Edits of a region's files: what goes wrong with a file after the supplier's system wrote it.

The file itself stays as it was. What comes out of its edits lies beside it, in a folder named after the
defects: `files/failing_bsn/verzekerden-2024.csv`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipeline.demo.files import publish
from pipeline.demo.streams import Streams


@dataclass(frozen=True)
class Material:
    """What an edit works on: the file's bytes and mapping, its own random numbers, and another file's bytes."""

    content: bytes = field(repr=False)
    mapping: str
    rng: np.random.Generator
    other: bytes = field(repr=False)


Change = Callable[[Material], bytes]
"""The file's new bytes."""


@dataclass(frozen=True)
class Edit:
    """A change that a defect makes; `other` is the path of a further file that it takes from, or empty."""

    defect: str
    change: Change
    other: str = ""


def write_edited(folder: Path, path: str, mapping: str, edits: tuple[Edit, ...], streams: Streams) -> str:
    """Write the edited file beside its own; the path from `folder`, or the file's own when nothing is edited.

    The same edits of the same file give the same bytes; what is there already is left.

    Args:
        folder: the suppliers' folder.
        path: the file, from there.
        mapping: the mapping that reads it, empty for a message.
        edits: in the order in which they are made.
        streams: where the random numbers come from.
    """
    if not edits:
        return path
    parent, name = path.rsplit("/", 1)
    target = f"{parent}/{'+'.join(edit.defect for edit in edits)}/{name}"
    if not (folder / target).exists():
        content = (folder / path).read_bytes()
        for edit in edits:
            rng = streams.generator(f"{edit.defect} in {path}")
            other = (folder / edit.other).read_bytes() if edit.other else b""
            content = edit.change(Material(content, mapping, rng, other))
        edited = content
        publish(folder / target, lambda unfinished: unfinished.write_bytes(edited))
    return target
