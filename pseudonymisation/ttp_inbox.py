"""A round of the TTP: every folder in its inbox that it has not dealt with or refused before.

What a folder's manifest says it is decides who deals with it (`HANDLERS`). One bad folder is refused and
remembered, or removed when nothing can mend it (`beyond_use`); the others go on. What is remembered is tried again
only when the folder or the TTP's agreements have changed. When the TTP's own keys, agreements or disk cannot be used,
no delivery is to blame: the round ends with that error, and remembers nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pseudonymisation.agreement import Agreement
from pseudonymisation.agreements import read_under
from pseudonymisation.audit import AuditLog, Entry
from pseudonymisation.audit_entries import entry_of, heads_of
from pseudonymisation.beyond_use import is_beyond_use
from pseudonymisation.dropfolder import arrived, contents_digest, part_of, remove, replace_file, storing
from pseudonymisation.encoding import lp
from pseudonymisation.errors import OWN_FAULTS, AgreementError, AheadOfDateError, PseudonymisationError
from pseudonymisation.forgetting import forget, manifest_digest, read_acknowledgement, remove_forgotten
from pseudonymisation.identity import require_name
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import ACKNOWLEDGEMENT, IDENTIFIERS, OPENED, IdentifiersManifest
from pseudonymisation.round_order import in_order
from pseudonymisation.seen import SeenStore
from pseudonymisation.signing import kind_of, read_signed
from pseudonymisation.today import Today
from pseudonymisation.ttp import process
from pseudonymisation.ttp_home import TtpHome

MAPPED, FORGOTTEN, REFUSED = "mapped", "forgotten", "refused"


@dataclass(frozen=True)
class TtpOutcome:
    """What became of one folder: `mapped`, `forgotten`, or `refused` with the reason and its kind (see `errors`).

    Of a delivery that is forgotten unused, the reason says that.
    """

    delivery: str
    outcome: str
    persons: int = 0
    reason: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Round:
    """What a round works with. Without a day any date of delivery is taken."""

    home: TtpHome
    ring: KeyRing
    seen: SeenStore
    audit: AuditLog
    today: Today | None = None


def process_inbox(home: TtpHome, today: date | None = None) -> list[TtpOutcome]:
    """Deal with what is new in the inbox, in the order of delivery (`round_order`).

    Args:
        home: the TTP's.
        today: the day of the round; what is dated later than `home.days_ahead` days after it is refused, and tried
            again in the next round. Without it any date is taken.

    Raises:
        AgreementError: when there is no agreement, one cannot be used, or it is of another key ring.
        KeyRingMissingError, UnsafeKeyRingError: when the TTP's key ring cannot be used.
        ManifestRefusedError: when the list of processed deliveries cannot be read.
        AuditError, StorageError: when the audit log is broken; when nothing can be written or removed.
    """
    ring, seen = KeyRing.open(home.root / "keys"), SeenStore(home.root / "seen.json")
    day = None if today is None else Today(today, home.days_ahead)
    round_ = Round(home, ring, seen, AuditLog.of_home(home.root, ring.identity), day)
    with storing(ring.identity.name, home.inbox), seen.exclusive():
        remove_forgotten(home.inbox, seen.acknowledged())
    refused = _refused_before(home)
    done = {entry.manifest_digest for entry in seen.deliveries()}
    tried = {folder: _trial_digest(home, folder) for folder in arrived(home.inbox)}
    new = [
        folder
        for folder, digest in tried.items()
        if refused.get(folder.name) != digest and not _is_mapped(home, folder, done)
    ]
    return [
        _deal_with(round_, folder, tried[folder])
        for folder in in_order((folder, _heard(home, folder)) for folder in new)
    ]


def _deal_with(round_: Round, folder: Path, trial: str) -> TtpOutcome:
    handler = HANDLERS.get(kind_of(folder), _map)
    try:
        return handler(round_, folder)
    except OWN_FAULTS:
        raise
    except PseudonymisationError as error:
        _remember_refusal(round_, folder, trial, error)
        return TtpOutcome(folder.name, REFUSED, reason=str(error), kind=error.kind)


def _map(round_: Round, folder: Path) -> TtpOutcome:
    agreement, _ = _read(round_.home, folder)
    receipt = process(
        folder,
        agreement=agreement,
        ring=round_.ring,
        seen=round_.seen,
        outbox=round_.home.outbox,
        audit=round_.audit,
        today=round_.today,
    )
    return TtpOutcome(receipt.delivery_id, MAPPED, persons=receipt.persons)


def _forget(round_: Round, folder: Path) -> TtpOutcome:
    agreement, _ = read_under(
        round_.home.root / "agreements",
        lambda agreed: read_acknowledgement(folder, agreed),
    )
    manifest = forget(
        folder, agreement=agreement, seen=round_.seen, inbox=round_.home.inbox, audit=round_.audit
    )
    reason = "" if manifest.result == OPENED else "the OCMO could not use it"
    return TtpOutcome(manifest.delivery, FORGOTTEN, persons=manifest.persons, reason=reason)


HANDLERS: dict[str, Callable[[Round, Path], TtpOutcome]] = {IDENTIFIERS: _map, ACKNOWLEDGEMENT: _forget}
"""Who deals with a folder, by the kind of its manifest; each verifies the manifest before it believes it."""


def _heard(home: TtpHome, folder: Path) -> IdentifiersManifest | None:
    """What a delivery's manifest says; None when it is not to be believed, which processing it will tell."""
    if kind_of(folder) != IDENTIFIERS:
        return None
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


def _is_mapped(home: TtpHome, folder: Path, done: set[str]) -> bool:
    """Whether this very delivery was processed, and not broken off before its map appeared."""
    return not part_of(home.outbox / f"{folder.name}.map").exists() and manifest_digest(folder) in done


def _trial_digest(home: TtpHome, folder: Path) -> str:
    """What the outcome of a trial depends on: the delivery, and the agreements it is held against."""
    parts = (contents_digest(folder), contents_digest(home.root / "agreements"))
    return hashlib.sha256(lp(*parts)).hexdigest()


def _refused_before(home: TtpHome) -> dict[str, str]:
    path = home.root / "refused.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _remember_refusal(round_: Round, folder: Path, trial: str, error: PseudonymisationError) -> None:
    """Log a refusal; then remember it, or remove what nothing can mend. What another day undoes is left alone.

    A delivery that was processed leaves when it is acknowledged, whatever it is refused for now.
    """
    round_.audit.append_once(_refusal(round_.home, folder, error))
    if isinstance(error, AheadOfDateError):
        return
    with storing(round_.ring.identity.name, round_.home.root), round_.seen.exclusive():
        is_processed = round_.seen.knows(manifest_digest(folder))
        if not is_processed and is_beyond_use(folder, round_.home.root / "agreements", error):
            remove(folder)
        else:
            _remember_refused(round_.home, folder.name, trial)


def _refusal(home: TtpHome, folder: Path, error: PseudonymisationError) -> Entry:
    """What the log says of it: as much as its manifest is to be believed."""
    if manifest := _heard(home, folder):
        digests = {"halves": manifest.halves_digest, "identifiers": manifest.digest}
        counts = {"persons": manifest.persons}
        return entry_of(
            "map", manifest, counts=counts, digests=digests, heads=heads_of(manifest), result=error.kind
        )
    try:
        name = require_name(folder.name, "folder")
    except AgreementError:
        name = ""
    action = "forget" if kind_of(folder) == ACKNOWLEDGEMENT else "map"
    return Entry(
        action=action, result=error.kind, delivery=name, digests={"arrival": contents_digest(folder)}
    )


def _remember_refused(home: TtpHome, name: str, tried: str) -> None:
    """Add one; read again, for another round may have added others meanwhile."""
    refused = _refused_before(home) | {name: tried}
    replace_file(home.root / "refused.json", (json.dumps(refused, indent=1, sort_keys=True) + "\n").encode())
