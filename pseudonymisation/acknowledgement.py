"""The OCMO tells the TTP that it is done with a delivery, so that the TTP need not keep who was in it.

The acknowledgement is a folder `<delivery>.ack/` with a signed manifest D and nothing else.
"""

from __future__ import annotations

from pathlib import Path

from pseudonymisation.agreement import Agreement
from pseudonymisation.audit import AuditLog
from pseudonymisation.audit_entries import entry_of
from pseudonymisation.dropfolder import exclusive, fresh_part, lock_of, publish, storing
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import OPENED, Acknowledgement, MapManifest, shared_fields
from pseudonymisation.recipient import read_map_manifest
from pseudonymisation.signing import read_signed, write_signed

SUFFIX = ".ack"


def acknowledge(
    map_folder: Path,
    *,
    agreement: Agreement,
    ring: KeyRing,
    outbox: Path,
    audit: AuditLog | None = None,
    result: str = OPENED,
) -> Path:
    """Write the acknowledgement of the delivery that this map belongs to, once nobody needs the TTP's half any more.

    It appears whole. Done twice it is one acknowledgement.

    Args:
        map_folder: the TTP's answer, in the OCMO's inbox.
        agreement: the OCMO's copy of the contract's agreement.
        ring: the OCMO's key ring.
        outbox: drop folder towards the TTP.
        audit: the OCMO's audit log, which gets a line; its head goes out with the acknowledgement.
        result: `OPENED`, or `NOT_USED` of one that was refused for good.

    Raises:
        AgreementError: when the ring is not the agreement's.
        DeliveryIncompleteError, SignatureRefusedError, ManifestRefusedError: see `signing.read_signed`.
        StorageError: when the outbox cannot be written to.
    """
    agreement.require_identity(ring.identity, agreement.ocmo)
    answer = read_map_manifest(map_folder, agreement)
    folder = outbox / f"{answer.delivery}{SUFFIX}"
    with storing(agreement.ocmo.name, folder):
        outbox.mkdir(parents=True, exist_ok=True)
        with exclusive(lock_of(map_folder)):
            if folder.exists():
                read_signed(folder, Acknowledgement, agreement=agreement, signers=[agreement.ocmo])
            else:
                write_signed(fresh_part(folder), _manifest(answer, agreement, audit, result), ring)
                publish(folder)
    return folder


def _manifest(
    answer: MapManifest, agreement: Agreement, audit: AuditLog | None, result: str
) -> Acknowledgement:
    digests = {
        "halves": answer.halves_digest,
        "identifiers": answer.identifiers_digest,
        "map": answer.digest,
    }
    entry = entry_of("acknowledge", answer, counts={"persons": answer.persons}, digests=digests)
    return Acknowledgement(
        **shared_fields(answer),
        persons=answer.persons,
        blobs=(),
        ocmo=agreement.ocmo.name,
        result=result,
        identifiers_digest=answer.identifiers_digest,
        map_digest=answer.digest,
        audit_head=audit.append_once(entry) if audit else "",
    )
