"""One key ring per role: what it signs, opens and hashes with. No key ever leaves this module unsealed.

supplier   signing, exchange, reference (for line_ref, its own alone), shared secret k_S per version
ttp        signing, exchange, pseudonym (k_T)
ocmo       signing, exchange
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pseudonymisation import envelope
from pseudonymisation.coredumps import forbid_core_dumps
from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.engine import shared_secret
from pseudonymisation.errors import AgreementError, BlobRefusedError, SignatureRefusedError
from pseudonymisation.identity import SUPPLIER, PublicIdentity
from pseudonymisation.keystore import KeyStore
from pseudonymisation.macs import KEY_BYTES, KeyReference
from pseudonymisation.ringfolder import EXCHANGE, REFERENCE, SIGNING, create_folder, open_folder

__all__ = ["KeyRing", "PublicIdentity"]

_REFERENCE_BYTES = 16
_SIGNATURE_BYTES = 64
_SHARED = "shared-secret"


class KeyRing:
    """The keys of one role, in a folder that only its owner can read. Holds no key itself."""

    def __init__(self, store: KeyStore, identity: PublicIdentity) -> None:
        self._store = store
        self._identity = identity

    def __repr__(self) -> str:
        return f"KeyRing(role={self._identity.role!r}, name={self._identity.name!r})"

    @property
    def identity(self) -> PublicIdentity:
        """What the others may know of this ring."""
        return self._identity

    @classmethod
    def create(cls, folder: Path, *, role: str, name: str, suite: str = envelope.X25519) -> KeyRing:
        """Make a ring with new keys and new custodians' shares; all of it appears, or nothing.

        Raises:
            KeyRingExistsError: when the folder, or a share kept elsewhere, is already there.
            AgreementError: when role, name or suite cannot be.
        """
        forbid_core_dumps()
        return cls(*create_folder(folder, role, name, suite))

    @classmethod
    def open(cls, folder: Path) -> KeyRing:
        """Open a ring and try every key of it.

        Raises:
            KeyRingMissingError: when there is none, or a key or share is missing.
            UnsafeKeyRingError: when anything of it is readable by others, or does not open.
        """
        forbid_core_dumps()
        return cls(*open_folder(folder))

    def has_shared_secret(self, key_version: int = 1) -> bool:
        """Whether this ring holds this version of k_S."""
        return shared_secret(key_version) in self._store.names()

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature (64 bytes) over exactly these bytes."""
        return Ed25519PrivateKey.from_private_bytes(self._store.get(SIGNING)).sign(data)

    def decrypt(self, ciphertext: bytes, info: bytes) -> bytes:
        """Open what was sealed for this ring under `info`; BlobRefusedError when it was not."""
        return envelope.decrypt(ciphertext, self._identity.suite, self._store.get(EXCHANGE), info)

    def mac(self, key: KeyReference, messages: Sequence[bytes]) -> list[bytes]:
        """HMAC-SHA256 (32 bytes each) under a key of this ring, in order."""
        return self._store.mac(key, messages)

    def reference_mac(self, messages: Sequence[bytes]) -> list[bytes]:
        """16 bytes for each message under the supplier's own reference key: the same in every delivery."""
        return [digest[:_REFERENCE_BYTES] for digest in self.mac(KeyReference(REFERENCE), messages)]

    def create_shared_secret(self, key_version: int = 1) -> None:
        """Make k_S, once for all suppliers of the contract: 32 random bytes.

        Raises:
            KeyRingExistsError: when this ring has this version already.
            AgreementError: when this is not a supplier's ring.
        """
        self._require_supplier(self._identity)
        self._store.put(shared_secret(key_version), secrets.token_bytes(KEY_BYTES))

    def wrap_shared_secret(self, for_identity: PublicIdentity, key_version: int = 1) -> bytes:
        """k_S sealed for another supplier, with our signature before it.

        Raises:
            AgreementError: when the other is no supplier: the TTP and the OCMO never hold k_S.
            KeyRingMissingError: when this ring has no such version.
        """
        self._require_supplier(for_identity)
        secret = self._store.get(shared_secret(key_version))
        info = _shared_info(self._identity, for_identity, key_version)
        sealed = envelope.encrypt(secret, for_identity.sealing_bytes, info)
        return self.sign(info + sealed) + sealed

    def receive_shared_secret(self, blob: bytes, *, sender: PublicIdentity, key_version: int = 1) -> None:
        """Take over k_S from another supplier. Whoever could plant it could reverse pseudonyms: hence signed.

        Raises:
            AgreementError: when sender or receiver is no supplier.
            SignatureRefusedError: when it is not signed by the sender, for us.
            BlobRefusedError: when it does not open.
            KeyRingExistsError: when this ring has this version already.
        """
        self._require_supplier(sender)
        self._require_supplier(self._identity)
        signature, sealed = blob[:_SIGNATURE_BYTES], blob[_SIGNATURE_BYTES:]
        info = _shared_info(sender, self._identity, key_version)
        if not sender.verifies(info + sealed, signature):
            raise SignatureRefusedError(
                f"The shared secret is not signed by {sender.name} for {self._identity.name}",
                remedy="Compare fingerprints by telephone and let the sender wrap it again.",
            )
        secret = self.decrypt(sealed, info)
        if len(secret) != KEY_BYTES:
            raise BlobRefusedError(
                "The shared secret does not have 256 bits", remedy="The sender must make a new one."
            )
        self._store.put(shared_secret(key_version), secret)

    @staticmethod
    def _require_supplier(identity: PublicIdentity) -> None:
        if identity.role != SUPPLIER:
            raise AgreementError(
                f"{identity.name} is no supplier, and only suppliers hold the shared secret",
                remedy="Exchange it between suppliers; the TTP and the OCMO must never have it.",
            )


def _shared_info(sender: PublicIdentity, receiver: PublicIdentity, key_version: int) -> bytes:
    return lp(PROTOCOL, _SHARED, sender.fingerprint, receiver.fingerprint, key_version)
