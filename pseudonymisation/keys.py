"""One key ring per role: what it signs, opens and hashes with. No key ever leaves this module unsealed.

supplier   signing, exchange, reference (for line_ref, its own alone), shared secret k_S per version
ttp        signing, exchange, k_T per contract and epoch
ocmo       signing, exchange
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pseudonymisation import envelope, secretexchange
from pseudonymisation.agreement import Agreement
from pseudonymisation.coredumps import forbid_core_dumps
from pseudonymisation.custody import SHARES
from pseudonymisation.engine import Scope, epoch_secret, pre_pseudonym_key, pseudonym_key, shared_secret
from pseudonymisation.errors import AgreementError, KeyInUseError
from pseudonymisation.identity import TTP, PublicIdentity, require_name
from pseudonymisation.keyfacts import KeyFacts
from pseudonymisation.macs import KEY_BYTES, KeyReference
from pseudonymisation.ringfolder import EXCHANGE, REFERENCE, SIGNING, create_folder, open_folder
from pseudonymisation.ringkeys import RingKeys
from pseudonymisation.tokenplace import TokenPlace

__all__ = ["KeyRing", "PublicIdentity"]

_REFERENCE_BYTES = 16


class KeyRing:
    """The keys of one role, in a folder that only its owner can read. Holds no key itself."""

    def __init__(self, store: RingKeys, identity: PublicIdentity) -> None:
        self._store = store
        self._identity = identity

    def __repr__(self) -> str:
        return f"KeyRing(role={self._identity.role!r}, name={self._identity.name!r})"

    @property
    def identity(self) -> PublicIdentity:
        """What the others may know of this ring."""
        return self._identity

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        role: str,
        name: str,
        suite: str = envelope.X25519,
        made_on: date | None = None,
        custody: str = SHARES,
    ) -> KeyRing:
        """Make a ring with new keys, under new custodians' shares or a passphrase; all of it appears, or nothing.

        Raises:
            KeyRingExistsError: when the folder, or a share kept elsewhere, is already there.
            AgreementError: when role, name, suite or custody cannot be.
            KeyRingMissingError, UnsafeKeyRingError: when there is no passphrase, or it is too short.
        """
        forbid_core_dumps()
        return cls(*create_folder(folder, role, name, suite, made_on, custody))

    @classmethod
    def open(cls, folder: Path) -> KeyRing:
        """Open a ring and try every key that it keeps in a file.

        Raises:
            KeyRingMissingError: when there is none, or a key, a share or the passphrase is missing.
            UnsafeKeyRingError: when anything of it is readable by others, or does not open.
        """
        forbid_core_dumps()
        return cls(*open_folder(folder))

    def names(self, *, ever: bool = False) -> list[str]:
        """The keys of this ring, by name; with `ever`, those that were destroyed too."""
        return self._store.ever() if ever else self._store.names()

    def facts(self, name: str) -> KeyFacts:
        """What may be known of a key: see `KeyFacts`. Raises KeyDestroyedError, KeyRingMissingError."""
        return self._store.facts(name)

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

    def create_shared_secret(self, key_version: int = 1, made_on: date | None = None) -> None:
        """Make k_S, once for all suppliers of the contract: 32 random bytes.

        Raises:
            KeyRingExistsError, KeyDestroyedError: when this ring has, or had, this version already.
            AgreementError: when this is not a supplier's ring.
        """
        secretexchange.require_supplier(self._identity)
        self._store.add(shared_secret(key_version), secrets.token_bytes(KEY_BYTES), made_on)

    def wrap_shared_secret(self, for_identity: PublicIdentity, key_version: int = 1) -> bytes:
        """k_S sealed for another supplier, with our signature before it.

        Raises:
            AgreementError: when the other is no supplier: the TTP and the OCMO never hold k_S.
            KeyRingMissingError, KeyDestroyedError: when this ring has no such version.
            TokenError: when it is in a token.
        """
        secretexchange.require_supplier(for_identity)
        secret = self._store.get(shared_secret(key_version))
        return secretexchange.wrap(secret, self._identity, for_identity, key_version, self.sign)

    def receive_shared_secret(
        self, blob: bytes, *, sender: PublicIdentity, key_version: int = 1, made_on: date | None = None
    ) -> None:
        """Take over k_S from another supplier.

        Raises:
            AgreementError: when sender or receiver is no supplier.
            SignatureRefusedError, BlobRefusedError: when it is not signed by the sender for us, or does not open.
            KeyRingExistsError, KeyDestroyedError: when this ring has, or had, this version already.
        """
        for identity in (sender, self._identity):
            secretexchange.require_supplier(identity)
        secret = secretexchange.unwrap(blob, sender, self._identity, key_version, self.decrypt)
        self._store.add(shared_secret(key_version), secret, made_on)

    def create_pseudonym_key(
        self, contract: str, epoch: int, made_on: date | None = None, *, in_token: bool = False
    ) -> None:
        """Make k_T of one epoch of a contract: 32 random bytes, or a key that a token draws.

        Raises:
            KeyRingExistsError, KeyDestroyedError: when this ring has, or had, this epoch's already.
            AgreementError: when this is not the TTP's ring, or the contract or epoch cannot be one.
            KeyRingMissingError, TokenError: when the token cannot be used.
        """
        if self._identity.role != TTP:
            raise AgreementError(
                f"{self._identity.name} is no TTP, and only the TTP makes pseudonyms",
                remedy="Let the TTP make the key of the epoch.",
            )
        require_name(contract, "name of the contract")
        if epoch < 1:
            raise AgreementError("Epochs count from 1", remedy="Give the epoch of the agreement.")
        if in_token:
            self._store.generate_in_token(pseudonym_key(Scope(contract, epoch, 1)), made_on)
        else:
            self._store.add(epoch_secret(contract, epoch), secrets.token_bytes(KEY_BYTES), made_on)

    def use_token(self, module: Path, label: str) -> None:
        """Remember which token keeps keys for this ring; TokenError when it cannot be opened."""
        self._store.use_token(TokenPlace(str(module), label))

    def move_to_token(self, key: KeyReference, agreements: Iterable[Agreement] = ()) -> None:
        """Move a key that hashes from its file into this ring's token, for one contract.

        Raises:
            KeyInUseError: when another of the agreements, those this role works under, needs it from its file.
            TokenError: when the token cannot be reached, or holds another key of this name.
        """
        for agreed in agreements:
            scope = Scope(agreed.contract, agreed.epoch, agreed.key_version)
            needed = [pre_pseudonym_key(scope), pseudonym_key(scope)]
            if any(one.name == key.name and one != key for one in needed):
                raise KeyInUseError(
                    f"Key '{key.name}' is in use: contract {agreed.contract} needs it from its file",
                    remedy="What the token takes serves one contract. Rotate first, so that each contract names a"
                    " version of its own.",
                )
        self._store.move_to_token(key)
