"""Reference contracts: real terms of settlements that were published, with which the engine is proven.

They have the sections from which a year is settled and no others: no parties, no kinds of Dutch care, no deliveries.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.contract.consistency import any_contract
from pipeline.contract.dated import Economy
from pipeline.contract.load import parse_as, read


class ReferenceContract(Economy):
    """The economics of a contract by itself."""


def load_reference(path: Path) -> ReferenceContract:
    """The reference contract in a file. Raises as `load.load` does."""
    return parse_as(ReferenceContract, any_contract, read(path), source=path.name)
