"""The OCMO's agreements: one for each contract it serves, and beside it the next epoch's while a rotation is on.

agreements/<contract>.json        under which deliveries are opened
agreements/<contract>.next.json   under which those of the next epoch will be

Which epoch is now is told by the register, where it changes in one commit with the tables; the files follow.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.contract.shelf import served
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage.rotations import Rotations
from pseudonymisation.agreement import Agreement
from pseudonymisation.errors import AgreementError


def agreement_path(home: OcmoHome, contract: str) -> Path:
    """Where the agreement of now lies."""
    return home.agreements / f"{contract}.json"


def next_agreement_path(home: OcmoHome, contract: str) -> Path:
    """Where the agreement of the next epoch lies, until the rotation to it is done."""
    return home.agreements / f"{contract}.next.json"


def label_of_now(home: OcmoHome, contract: str) -> str | None:
    """The label of a contract's pseudonyms in the lake: the last rotation's, or the agreement's before the first one.

    None when there is neither.
    """
    if last := Rotations(open_lake(home).catalogue.engine).last(contract):
        return last.to_label
    path = agreement_path(home, contract)
    return Agreement.load(path).label if path.exists() else None


def is_of_now(home: OcmoHome, contract: str, label: str) -> bool:
    """Whether pseudonyms of a contract under this label are of the epoch in which the lake's are."""
    return label_of_now(home, contract) in (None, label)


def require_agreements(home: OcmoHome) -> None:
    """Asked when nobody known signed a delivery: its signer may stand in an agreement that is not here.

    What is refused is not tried again as it is, so a delivery must not be refused for a file that we lack.

    Raises:
        AgreementError: when the agreement of a contract is missing.
    """
    held = {path.stem for path in home.agreements.glob("*.json")}
    missing = [contract for contract in served(home.contracts) if contract not in held]
    if missing:
        raise AgreementError(
            f"The OCMO serves contracts without an agreement: {', '.join(missing)}",
            where=str(home.agreements),
            remedy="Put the agreement of each there, as <contract>.json; then run the night again.",
        )
