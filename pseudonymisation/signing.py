"""Signed manifests in a drop folder: `manifest.json`, and `manifest.sig` over its bytes as sent.

The signature is checked before a byte of the manifest is interpreted, and the manifest before anything is
decrypted. A signed manifest is written last: a folder that has one is complete.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pseudonymisation.agreement import Agreement
from pseudonymisation.coherence import refuse_contradictions, refuse_other_agreement
from pseudonymisation.dropfolder import read_file, require_files, write_file
from pseudonymisation.errors import DeliveryIncompleteError, SignatureRefusedError
from pseudonymisation.identity import SENDERS, PublicIdentity
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import Manifest

MANIFEST_FILE = "manifest.json"
SIGNATURE_FILE = "manifest.sig"

_AnyManifest = TypeVar("_AnyManifest", bound=Manifest)


def write_signed(folder: Path, manifest: Manifest, ring: KeyRing) -> None:
    """Write a manifest and its signature; the signature last."""
    data = manifest.encode()
    write_file(folder / MANIFEST_FILE, data)
    write_file(folder / SIGNATURE_FILE, ring.sign(data))


def kind_of(folder: Path) -> str:
    """The kind of manifest that a folder claims to hold, unverified: who reads it. Empty when it says none."""
    try:
        return str(json.loads(read_file(folder, MANIFEST_FILE, ""))["kind"])
    except (DeliveryIncompleteError, ValueError, KeyError, TypeError):
        return ""


def is_signed(folder: Path) -> bool:
    """Whether a folder was written to its end."""
    return (folder / SIGNATURE_FILE).is_file()


def read_signed(
    folder: Path,
    kind: type[_AnyManifest],
    *,
    agreement: Agreement,
    signers: Sequence[PublicIdentity],
    any_epoch: bool = False,
) -> _AnyManifest:
    """The manifest in a drop folder, authentic and fitting the agreement; no blob is opened.

    With `any_epoch` its epoch and key version may be others than the agreement's: who asks for that holds them
    against what it knows of the delivery.

    Raises:
        DeliveryIncompleteError: when files are missing, or there are others than it lists.
        SignatureRefusedError: when none of the signers signed it, or another than it says.
        ManifestRefusedError: when it is malformed, contradicts itself, or is made under another agreement.
    """
    sender = SENDERS[signers[0].role]
    data = read_file(folder, MANIFEST_FILE, sender)
    signature = read_file(folder, SIGNATURE_FILE, sender)
    signer = next((one for one in signers if one.verifies(data, signature)), None)
    if signer is None:
        raise SignatureRefusedError(
            "The manifest was changed, or signed by nobody who may send it here",
            where=folder.name,
            remedy=f"{sender} must transport the folder again; or give all parties its new public "
            "key, if its key ring was renewed.",
        )
    manifest = kind.decode(data)
    if manifest.sender != signer.name:
        raise SignatureRefusedError(
            f"The manifest says it is from {manifest.sender}, and {signer.name} signed it",
            where=folder.name,
            remedy=f"{manifest.sender} must seal and sign its own deliveries, and {signer.name} none but its own.",
        )
    refuse_other_agreement(manifest, agreement, any_epoch=any_epoch)
    refuse_contradictions(manifest)
    files = (MANIFEST_FILE, SIGNATURE_FILE, *(blob.name for blob in manifest.blobs))
    require_files(folder, files, manifest.sender)
    return manifest
