"""The contracts an OCMO serves: one YAML file each, in one folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pipeline.contract.language import Contract
from pipeline.contract.load import parse, read
from pipeline.errors import ContractError, ContractKeyError


@lru_cache(maxsize=64)
def _parsed(text: str, source: str) -> Contract:
    """A text is parsed once, however often a night asks for it; another text is another contract."""
    return parse(text, source=source)


def served(folder: Path) -> dict[str, Contract]:
    """All contracts in `folder` by id, in alphabetical order.

    Raises:
        ContractError: when there is none, a file is no contract, or two files hold the same one.
    """
    contracts: dict[str, Contract] = {}
    if not any(folder.glob("*.yaml")):
        raise ContractError(
            "There is no contract",
            where=str(folder),
            remedy="Put each contract's YAML file there, or set `contracts` in ocmo.yaml to the folder with them.",
        )
    for path in sorted(folder.glob("*.yaml")):
        contract = _parsed(read(path), path.name)
        if contract.id in contracts:
            raise ContractKeyError(
                f"Contract '{contract.id}' stands in two files",
                where=str(folder),
                remedy="Keep one; an amendment is a later value in the same file.",
            )
        contracts[contract.id] = contract
    return dict(sorted(contracts.items()))


def contract_of(folder: Path, contract_id: str) -> Contract:
    """The contract with this id.

    Raises:
        ContractError: when no file in `folder` holds it.
    """
    contracts = served(folder)
    if contract_id not in contracts:
        raise ContractError(
            f"There is no contract '{contract_id}'",
            where=str(folder),
            remedy=f"Known: {', '.join(contracts) or 'none'}.",
        )
    return contracts[contract_id]
