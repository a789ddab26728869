"""The contracts an OCMO serves: YAML files in one folder, one for each version of a contract."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pipeline.contract.language import Contract
from pipeline.contract.load import parse, read
from pipeline.contract.versions import Versions, together
from pipeline.errors import ContractError


@lru_cache(maxsize=64)
def _parsed(text: str, source: str) -> Contract:
    """A text is parsed once, however often a night asks for it; another text is another contract."""
    return parse(text, source=source)


def served(folder: Path) -> dict[str, Versions]:
    """All contracts in `folder` by id, in alphabetical order, each with its versions.

    Raises:
        ContractError: when there is none, a file is no contract, or versions do not fit (see `together`).
    """
    found: dict[str, list[Contract]] = {}
    for path in sorted(folder.glob("*.yaml")):
        contract = _parsed(read(path), path.name)
        found.setdefault(contract.id, []).append(contract)
    if not found:
        raise ContractError(
            "There is no contract",
            where=str(folder),
            remedy="Put each contract's YAML file there, or set `contracts` in ocmo.yaml to the folder with them.",
        )
    return {contract_id: together(found[contract_id]) for contract_id in sorted(found)}


def versions_of(folder: Path, contract_id: str) -> Versions:
    """The versions of the contract with this id.

    Raises:
        ContractError: when no file in `folder` holds it.
    """
    contracts = served(folder)
    if contract_id not in contracts:
        raise ContractError(
            f"There is no contract '{contract_id}'",
            where=str(folder),
            remedy=f"Known: {', '.join(contracts)}.",
        )
    return contracts[contract_id]


def contract_of(folder: Path, contract_id: str, year: int | None = None) -> Contract:
    """The version of a contract on which a year is settled; without a year, the newest.

    Raises:
        ContractError: when no file in `folder` holds the contract.
        ContractValueError: when the year is outside its term.
    """
    versions = versions_of(folder, contract_id)
    return versions.newest if year is None else versions.settling(year)
