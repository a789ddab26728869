"""What `defects.yaml` says of each defect."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("defects.yaml")
_COMMON = ("says", "ends", "where")


@dataclass(frozen=True)
class Defect:
    """One entry of `defects.yaml`; `terms` is what it has beside the common keys."""

    name: str
    says: str
    ends: str
    where: Mapping[str, tuple[int, ...]]
    terms: Mapping[str, Any]

    def places(self) -> Iterator[tuple[str, int]]:
        """(supplier, period) of every place where it is made."""
        yield from ((supplier, period) for supplier, periods in self.where.items() for period in periods)


@cache
def defects() -> dict[str, Defect]:
    """All defects by name, in the order in which they are made."""
    raw = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        name: Defect(
            name=name,
            says=entry["says"],
            ends=entry["ends"],
            where={supplier: tuple(periods) for supplier, periods in entry["where"].items()},
            terms={key: value for key, value in entry.items() if key not in _COMMON},
        )
        for name, entry in raw.items()
    }


def described_digest() -> str:
    """SHA-256 of `defects.yaml`: with it, the same switches give the same files."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()
