"""Whether the OCMO holds an agreement for each contract it serves."""

from __future__ import annotations

from pipeline.contract.shelf import served
from pipeline.home import OcmoHome
from pseudonymisation.errors import AgreementError


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
