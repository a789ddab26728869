"""What a supplier has sealed: a receipt per delivery in `sealed/`, by which nothing is sealed twice.

A receipt holds the digests of the files as they lay on disk. They stay here: what leaves names a file by a
reference under the supplier's own key.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.cli.supplier.planning import PlannedDelivery
from pipeline.errors import FileRefusedError, SettingsError
from pseudonymisation.agreement import Agreement
from pseudonymisation.dropfolder import replace_file


@dataclass(frozen=True)
class Receipt:
    """One sealed delivery: under which agreement, for which period, persons, accounts, and its files' SHA-256.

    `replaces` is the delivery whose place it takes. `kept_back` and `accepted_after_all` are claims by reference under
    the supplier's own key: see `KeptBack`.
    """

    contract: str
    epoch: int
    period: str
    persons: int
    accounts: dict[str, Any]
    files: list[str]
    replaces: str = ""
    kept_back: list[str] = field(default_factory=list)
    accepted_after_all: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Receipt:
        """The receipt at this path.

        Raises:
            SettingsError: when it is none of this version's.
        """
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise SettingsError(
                "This is no receipt of a sealed delivery",
                where=str(path),
                remedy="Put it back from a backup; do not seal this delivery under another id.",
            ) from error

    def is_under(self, agreement: Agreement) -> bool:
        """True when it was sealed for this contract, in whatever epoch: a rotation moves what the OCMO has."""
        return self.contract == agreement.contract

    def write(self, path: Path) -> None:
        """Put the receipt at this path, whole."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"
        replace_file(path, text.encode("utf-8"))


def receipt_path(root: Path, delivery_id: str) -> Path:
    """Where the receipt of a delivery is, in the home at `root`."""
    return root / "sealed" / f"{delivery_id}.json"


def digests(planned: PlannedDelivery) -> list[str]:
    """The SHA-256 of each file, in the order of the plan.

    Raises:
        FileRefusedError: when one cannot be read.
    """
    try:
        return [_digest(file.path) for file in planned.files]
    except OSError as error:
        raise FileRefusedError(
            f"A file of delivery {planned.delivery_id} cannot be read ({error.strerror})",
            where=Path(str(error.filename)).name,
            remedy="Put it back, or take the delivery out of supplier.yaml; what was sealed stays sealed.",
        ) from error


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def require_same_files(planned: PlannedDelivery, earlier: Receipt) -> None:
    """Raise when a delivery that was sealed before is planned with other files.

    Raises:
        SettingsError: saying so.
    """
    if sorted(earlier.files) != sorted(digests(planned)):
        raise SettingsError(
            f"Delivery {planned.delivery_id} was sealed from other files than there are now",
            remedy="Plan a delivery with a new id for the new files, which `replaces` this one.",
        )


def sealed_from(root: Path, planned: PlannedDelivery, agreement: Agreement) -> tuple[str, Receipt] | None:
    """The first delivery, by id, that was sealed from exactly these files for this period for this contract.

    The same files for another period are another delivery: a list of providers may serve every year.

    Raises:
        FileRefusedError: when a file cannot be read.
    """
    files = sorted(digests(planned))
    for path in sorted((root / "sealed").glob("*.json")):
        receipt = Receipt.read(path)
        is_of_it = receipt.is_under(agreement) and receipt.period == planned.period
        if is_of_it and sorted(receipt.files) == files:
            return path.stem, receipt
    return None


def kept_back_before(root: Path, planned: PlannedDelivery, agreement: Agreement) -> frozenset[str]:
    """The claims that sealed deliveries kept back and none has brought since, but for what this one replaces."""
    receipts = {path.stem: Receipt.read(path) for path in sorted((root / "sealed").glob("*.json"))}
    replaced = {planned.replaces, *(receipt.replaces for receipt in receipts.values())}
    live = [
        receipt
        for name, receipt in receipts.items()
        if name not in replaced and name != planned.delivery_id and receipt.is_under(agreement)
    ]
    kept = {reference for receipt in live for reference in receipt.kept_back}
    return frozenset(kept - {reference for receipt in live for reference in receipt.accepted_after_all})


def require_replaceable(root: Path, planned: PlannedDelivery, agreement: Agreement) -> None:
    """Raise unless what the delivery replaces was sealed from here, for the same contract and period.

    Raises:
        SettingsError: saying what it names.
    """
    path = receipt_path(root, planned.replaces)
    earlier = Receipt.read(path) if path.is_file() else None
    if earlier is None or not earlier.is_under(agreement) or earlier.period != planned.period:
        raise SettingsError(
            f"Delivery {planned.delivery_id} replaces {planned.replaces}, which was not sealed from here for "
            f"{agreement.contract} and {planned.period}",
            where=str(root / "supplier.yaml"),
            remedy="Name the delivery whose place it takes, or leave `replaces` out when nothing was sealed.",
        )
