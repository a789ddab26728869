"""A round of the TTP: every delivery in its inbox that it has not processed or refused before.

One bad delivery is refused and remembered; the others go on. What is refused is tried again only when
its folder or the TTP's agreements have changed. When the TTP's own keys or agreements cannot be used, no
delivery is to blame: the round ends with that error, and remembers nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from pseudonymisation.agreement import Agreement
from pseudonymisation.agreements import read_under
from pseudonymisation.dropfolder import arrived, contents_digest, part_of, read_file, replace_file
from pseudonymisation.encoding import lp
from pseudonymisation.errors import (
    OWN_FAULTS,
    AgreementError,
    DeliveryIncompleteError,
    PseudonymisationError,
)
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import IdentifiersManifest
from pseudonymisation.round_order import in_order
from pseudonymisation.seen import SeenStore
from pseudonymisation.signing import MANIFEST_FILE, read_signed
from pseudonymisation.ttp import process

MAPPED, REFUSED = "mapped", "refused"
HOME_VARIABLE = "OCMO_TTP_HOME"


@dataclass(frozen=True)
class TtpHome:
    """The TTP's own folder: `keys/`, `agreements/`, what it has seen; and its drop folders."""

    root: Path
    inbox: Path
    outbox: Path

    @classmethod
    def open(cls, root: Path | None = None) -> TtpHome:
        """Read the home's `ttp.json`: `inbox` and `outbox`, relative to the home.

        The home is the one given, or that in the environment variable `OCMO_TTP_HOME`.

        Raises:
            AgreementError: when the settings are missing or are not these two.
        """
        root = root or Path(os.environ.get(HOME_VARIABLE, "."))
        try:
            settings = json.loads((root / "ttp.json").read_text(encoding="utf-8"))
            inbox, outbox = root / settings["inbox"], root / settings["outbox"]
        except (OSError, ValueError, KeyError, TypeError):
            raise AgreementError(
                "The TTP's settings cannot be read",
                where=str(root / "ttp.json"),
                remedy='Write them as {"inbox": "<folder>", "outbox": "<folder>"}.',
            ) from None
        return cls(root.resolve(), inbox.resolve(), outbox.resolve())


@dataclass(frozen=True)
class TtpOutcome:
    """What became of one delivery: `mapped` or `refused`, with the reason and its kind (see `errors`)."""

    delivery: str
    outcome: str
    persons: int = 0
    reason: str = ""
    kind: str = ""


def process_inbox(home: TtpHome) -> list[TtpOutcome]:
    """Process what is new in the inbox, in the order of delivery (`round_order`).

    Raises:
        AgreementError: when there is no agreement, one cannot be used, or it is of another key ring.
        KeyRingMissingError, UnsafeKeyRingError: when the TTP's key ring cannot be used.
        ManifestRefusedError: when the list of processed deliveries cannot be read.
    """
    ring, seen = KeyRing.open(home.root / "keys"), SeenStore(home.root / "seen.json")
    refused = _refused_before(home)
    done = {entry.manifest_digest for entry in seen.deliveries()}
    tried = {folder: _trial_digest(home, folder) for folder in arrived(home.inbox)}
    new = [
        folder
        for folder, digest in tried.items()
        if refused.get(folder.name) != digest and not _is_mapped(home, folder, done)
    ]
    outcomes = []
    for folder in in_order((folder, _heard(home, folder)) for folder in new):
        outcome = _process_one(home, folder, ring, seen)
        if outcome.outcome == REFUSED:
            with seen.exclusive():
                _remember_refused(home, folder.name, tried[folder])
        outcomes.append(outcome)
    return outcomes


def _heard(home: TtpHome, folder: Path) -> IdentifiersManifest | None:
    """What a delivery's manifest says; None when it is not to be believed, which processing it will tell."""
    try:
        return _read(home, folder)[1]
    except OWN_FAULTS:
        raise
    except PseudonymisationError:
        return None


def _read(home: TtpHome, folder: Path) -> tuple[Agreement, IdentifiersManifest]:
    """A delivery's manifest A, whose signature was verified, and the agreement that it is under."""
    return read_under(
        home.root / "agreements",
        lambda agreed: read_signed(folder, IdentifiersManifest, agreement=agreed, signers=agreed.suppliers),
    )


def _process_one(home: TtpHome, folder: Path, ring: KeyRing, seen: SeenStore) -> TtpOutcome:
    try:
        agreement, _ = _read(home, folder)
        receipt = process(folder, agreement=agreement, ring=ring, seen=seen, outbox=home.outbox)
    except OWN_FAULTS:
        raise
    except PseudonymisationError as error:
        return TtpOutcome(folder.name, REFUSED, reason=str(error), kind=error.kind)
    return TtpOutcome(receipt.delivery_id, MAPPED, persons=receipt.persons)


def _is_mapped(home: TtpHome, folder: Path, done: set[str]) -> bool:
    """Whether this very delivery was processed, and not broken off before its map appeared."""
    if part_of(home.outbox / f"{folder.name}.map").exists():
        return False
    try:
        return hashlib.sha256(read_file(folder, MANIFEST_FILE)).hexdigest() in done
    except DeliveryIncompleteError:
        return False


def _trial_digest(home: TtpHome, folder: Path) -> str:
    """What the outcome of a trial depends on: the delivery, and the agreements it is held against."""
    parts = (contents_digest(folder), contents_digest(home.root / "agreements"))
    return hashlib.sha256(lp(*parts)).hexdigest()


def _refused_before(home: TtpHome) -> dict[str, str]:
    path = home.root / "refused.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _remember_refused(home: TtpHome, name: str, tried: str) -> None:
    """Add one; read again, for another round may have added others meanwhile."""
    refused = _refused_before(home) | {name: tried}
    replace_file(home.root / "refused.json", (json.dumps(refused, indent=1, sort_keys=True) + "\n").encode())
