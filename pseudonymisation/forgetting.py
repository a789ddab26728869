"""The TTP forgets: once the OCMO is done with a delivery, tickets and pre-pseudonyms are removed.

What stays is what the TTP has seen (ids, digests, counts) and its audit log. A delivery that comes again after that
is removed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from pseudonymisation.agreement import Agreement
from pseudonymisation.audit import AuditLog, Entry
from pseudonymisation.audit_entries import entry_of, heads_of
from pseudonymisation.dropfolder import arrived, read_file, remove, storing, sweep
from pseudonymisation.errors import DeliveryIncompleteError, ManifestRefusedError
from pseudonymisation.manifest import Acknowledgement
from pseudonymisation.seen import SeenStore
from pseudonymisation.signing import MANIFEST_FILE, read_signed

_SAID = ("contract", "epoch", "key_version", "supplier", "delivery", "period", "replaces")
"""What an acknowledgement and the TTP's memory both say of a delivery."""


def forget(
    folder: Path, *, agreement: Agreement, seen: SeenStore, inbox: Path, audit: AuditLog | None = None
) -> Acknowledgement:
    """Remove the delivery that an acknowledgement is of from the TTP's inbox, and then the acknowledgement.

    Killed at any point and run again, it does the rest.

    Args:
        folder: the acknowledgement, in the inbox.
        agreement: the TTP's copy of the contract's agreement.
        seen: the TTP's memory of processed deliveries.
        inbox: where its deliveries lie.
        audit: the TTP's audit log, which gets a line.

    Raises:
        DeliveryIncompleteError, SignatureRefusedError, ManifestRefusedError: see `signing.read_signed`; also when
            no such delivery was processed here, under this agreement or one of an earlier epoch.
        StorageError: when something may not be removed.
    """
    manifest = read_acknowledgement(folder, agreement)
    with storing(agreement.ttp.name, inbox), seen.exclusive():
        _require_processed(manifest, seen, folder)
        seen.acknowledge(manifest.identifiers_digest)
        remove_forgotten(inbox, {manifest.identifiers_digest})
        if audit is not None:
            audit.append_once(_entry(manifest))
        remove(folder)
    return manifest


def read_acknowledgement(folder: Path, agreement: Agreement) -> Acknowledgement:
    """Manifest D, authentic. It may be of an epoch that is over: `forget` holds it against what was processed.

    Raises:
        DeliveryIncompleteError, SignatureRefusedError, ManifestRefusedError: see `signing.read_signed`.
    """
    return read_signed(folder, Acknowledgement, agreement=agreement, signers=[agreement.ocmo], any_epoch=True)


def remove_forgotten(inbox: Path, digests: Collection[str]) -> None:
    """Remove every folder whose manifest A has one of these digests, and what a killed removal left."""
    sweep(inbox)
    for folder in arrived(inbox):
        if manifest_digest(folder) in digests:
            remove(folder)


def manifest_digest(folder: Path) -> str:
    """SHA-256 of the manifest in a folder, whatever it is; empty when there is none."""
    try:
        return hashlib.sha256(read_file(folder, MANIFEST_FILE, "")).hexdigest()
    except DeliveryIncompleteError:
        return ""


def _require_processed(manifest: Acknowledgement, seen: SeenStore, folder: Path) -> None:
    """Raise ManifestRefusedError unless it says of a processed delivery what that one's own manifest said."""
    processed = (one for one in seen.deliveries() if one.manifest_digest == manifest.identifiers_digest)
    if not any(all(getattr(manifest, said) == getattr(one, said) for said in _SAID) for one in processed):
        raise ManifestRefusedError(
            "It acknowledges a delivery that was not processed here",
            where=folder.name,
            remedy=f"{manifest.ocmo} must acknowledge what it opened, and the TTP restore the list of what it has "
            "seen if that is an old one.",
        )


def _entry(manifest: Acknowledgement) -> Entry:
    digests = {
        "halves": manifest.halves_digest,
        "identifiers": manifest.identifiers_digest,
        "map": manifest.map_digest,
        "acknowledgement": manifest.digest,
    }
    counts = {"persons": manifest.persons}
    return entry_of("forget", manifest, counts=counts, digests=digests, heads=heads_of(manifest))
