"""Key files of one role: wrapped at rest, opened on demand, refused when not safe.

Each key is a file wrapped with AES-KW (RFC 3394) under a key derived from the ring's key-encryption key
(`custody`) with the owner and the key's name, so that one key file cannot stand in for another.

A store keeps no key in memory: it asks custody and reads the file at each call.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pseudonymisation.custody import Custody, custody_of
from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.errors import UnsafeKeyRingError
from pseudonymisation.macs import KEY_BYTES, KeyReference, derive_key, mac_batch
from pseudonymisation.privatefiles import read_private, write_private

KEY_SUFFIX = ".key"


class KeyStore:
    """The key files in one folder. `owner` (role and name) is bound into every wrapped key."""

    def __init__(self, folder: Path, owner: tuple[str, str], custody: Custody | None = None) -> None:
        self._folder = folder
        self._owner = owner
        self._custody = custody

    def __repr__(self) -> str:
        return f"KeyStore(owner={self._owner!r})"

    def names(self) -> list[str]:
        """The keys in the store, in alphabetical order."""
        return sorted(path.name.removesuffix(KEY_SUFFIX) for path in self._folder.glob(f"*{KEY_SUFFIX}"))

    def put(self, name: str, key: bytes) -> None:
        """Wrap and write a key.

        Raises:
            KeyRingExistsError: when there is one of this name.
            KeyRingMissingError, UnsafeKeyRingError: see `get`.
        """
        write_private(self.path(name), aes_key_wrap(self._wrapping_key(name), key))

    def get(self, name: str) -> bytes:
        """Read and unwrap a key.

        Raises:
            KeyRingMissingError: when the key, a share or the passphrase is not there.
            UnsafeKeyRingError: when it is readable by others, under 256 bits, or does not open.
        """
        wrapped = read_private(self.path(name), f"key '{name}'")
        try:
            key = aes_key_unwrap(self._wrapping_key(name), wrapped)
        except (InvalidUnwrap, ValueError):
            custody = self._held()
            raise UnsafeKeyRingError(
                f"Key '{name}' does not open with {custody.called}",
                where=str(self._folder),
                remedy=custody.remedy,
            ) from None
        if len(key) < KEY_BYTES:
            raise UnsafeKeyRingError(
                f"Key '{name}' has fewer than 256 bits",
                where=str(self._folder),
                remedy="Make a new key ring; keys are made here, never from a passphrase.",
            )
        return key

    def mac(self, key: KeyReference, messages: Sequence[bytes]) -> list[bytes]:
        """The HMAC-SHA256 of each message under a stored key, or one derived from it. Raises as `get`."""
        secret = self.get(key.name)
        return mac_batch(derive_key(secret, key.derivation) if key.derivation else secret, messages)

    def path(self, name: str) -> Path:
        """The file of a key."""
        return self._folder / f"{name}{KEY_SUFFIX}"

    def _held(self) -> Custody:
        return self._custody or custody_of(self._folder)

    def _wrapping_key(self, name: str) -> bytes:
        return derive_key(self._held().key_encryption_key(), lp(PROTOCOL, "key-wrap", *self._owner, name))
