"""The agreements that a role holds, one JSON file for each contract, and which of them a delivery is under."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pseudonymisation.agreement import Agreement
from pseudonymisation.errors import AgreementError, PseudonymisationError, SignatureRefusedError

Read = TypeVar("Read")


def read_under(folder: Path, read: Callable[[Agreement], Read]) -> tuple[Agreement, Read]:
    """What `read` reads under the first agreement in `folder` that it accepts.

    Raises:
        AgreementError: when the folder holds no agreement.
        PseudonymisationError: when none is accepted: the refusal under the first agreement that its signer
            is in, which says more than that the signer is not in another; else the first.
    """
    refusals: list[PseudonymisationError] = []
    for path in sorted(folder.glob("*.json")):
        agreement = Agreement.load(path)
        try:
            return agreement, read(agreement)
        except PseudonymisationError as refusal:
            refusals.append(refusal)
    of_the_signer = [refusal for refusal in refusals if not isinstance(refusal, SignatureRefusedError)]
    if refusals:
        raise (of_the_signer or refusals)[0]
    raise AgreementError(
        "There is no agreement to open deliveries under",
        where=str(folder),
        remedy="Put the agreement of each contract there, as <contract>.json.",
    )
