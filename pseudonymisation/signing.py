"""Signed manifests in a drop folder: `manifest.json`, and `manifest.sig` over its bytes as sent.

The signature is checked before a byte of the manifest is interpreted, and the manifest before anything is
decrypted. A signed manifest is written last: a folder that has one is complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pseudonymisation.agreement import Agreement
from pseudonymisation.coherence import refuse_contradictions, refuse_other_agreement
from pseudonymisation.dropfolder import read_file, require_files, write_file
from pseudonymisation.errors import SignatureRefusedError
from pseudonymisation.identity import PublicIdentity
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


def is_signed(folder: Path) -> bool:
    """Whether a folder was written to its end."""
    return (folder / SIGNATURE_FILE).is_file()


def read_signed(
    folder: Path, kind: type[_AnyManifest], *, agreement: Agreement, signers: Sequence[PublicIdentity]
) -> _AnyManifest:
    """The manifest in a drop folder, authentic and fitting the agreement; no blob is opened.

    Raises:
        DeliveryIncompleteError: when files are missing, or there are others than it lists.
        SignatureRefusedError: when none of the signers signed it, or another than it says.
        ManifestRefusedError: when it is malformed, contradicts itself, or is made under another agreement.
    """
    data = read_file(folder, MANIFEST_FILE)
    signature = read_file(folder, SIGNATURE_FILE)
    signer = next((one for one in signers if one.verifies(data, signature)), None)
    if signer is None:
        raise SignatureRefusedError(
            "The manifest was changed, or signed by nobody who may send it here",
            where=folder.name,
            remedy="Ask the sender whether its key ring was renewed; else let it transport the folder again.",
        )
    manifest = kind.decode(data)
    if manifest.sender != signer.name:
        raise SignatureRefusedError(
            f"The manifest says it is from {manifest.sender}, and {signer.name} signed it",
            where=folder.name,
            remedy="Each role seals and signs its own deliveries.",
        )
    refuse_other_agreement(manifest, agreement)
    refuse_contradictions(manifest)
    require_files(folder, (MANIFEST_FILE, SIGNATURE_FILE, *(blob.name for blob in manifest.blobs)))
    return manifest
