"""Refused deliveries that nothing can mend: the TTP need not keep who is in them.

A folder that was damaged on its way may be transported again, and one under an agreement that the TTP does not have
yet may be read later: those wait. A delivery that its supplier signed as it is, and that is against the rules, stays
against them: the supplier must seal another.
"""

from __future__ import annotations

from pathlib import Path

from pseudonymisation.agreement import Agreement
from pseudonymisation.errors import (
    BatchRefusedError,
    CanaryMismatchError,
    LiveDeliveryRefusedError,
    PseudonymisationError,
    ReplayRefusedError,
)
from pseudonymisation.manifest import IdentifiersManifest
from pseudonymisation.signing import read_signed

FOR_GOOD = (ReplayRefusedError, LiveDeliveryRefusedError, CanaryMismatchError, BatchRefusedError)
"""Refusals of what the supplier means, and not of how it came."""


def is_beyond_use(folder: Path, agreements: Path, refusal: PseudonymisationError) -> bool:
    """Whether a refused delivery is its supplier's, whole, and can never be processed.

    It was refused for good, or it is of an epoch that is over by every agreement of its contract.

    Args:
        folder: the delivery, in the TTP's inbox.
        agreements: the folder of the TTP's agreements.
        refusal: why it was refused.

    Raises:
        AgreementError: when an agreement cannot be read.
    """
    of_contract = [
        (agreed, manifest)
        for agreed in (Agreement.load(path) for path in sorted(agreements.glob("*.json")))
        if (manifest := _believed(folder, agreed)) is not None
    ]
    if not of_contract:
        return False
    is_over = all(manifest.epoch < agreed.epoch for agreed, manifest in of_contract)
    return is_over or isinstance(refusal, FOR_GOOD)


def _believed(folder: Path, agreed: Agreement) -> IdentifiersManifest | None:
    """A delivery's manifest A of whatever epoch, when it is authentic and of this agreement's contract."""
    try:
        return read_signed(
            folder, IdentifiersManifest, agreement=agreed, signers=agreed.suppliers, any_epoch=True
        )
    except PseudonymisationError:
        return None
