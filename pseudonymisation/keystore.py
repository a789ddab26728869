"""Key files of one role: wrapped at rest, opened on demand, refused when not safe.

Each key is a file wrapped with AES-KW (RFC 3394) under the key-encryption key, which is the XOR of two
custodians' shares: either share alone says nothing. The wrapping key of each file is derived from it with
the owner and the key's name, so that one key file cannot stand in for another.

A store keeps no key in memory: it reads the shares and the file at each call.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.errors import KeyRingExistsError, KeyRingMissingError, UnsafeKeyRingError
from pseudonymisation.macs import KEY_BYTES, KeyReference, derive_key, mac_batch

CUSTODY_VARIABLE = "OCMO_CUSTODY"

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyStore:
    """The key files in one folder. `owner` (role and name) is bound into every wrapped key."""

    def __init__(self, folder: Path, owner: tuple[str, str]) -> None:
        self._folder = folder
        self._owner = owner

    def __repr__(self) -> str:
        return f"KeyStore(owner={self._owner!r})"

    def names(self) -> list[str]:
        """The keys in the store, in alphabetical order."""
        return sorted(path.stem for path in self._folder.glob("*.key"))

    def put(self, name: str, key: bytes) -> None:
        """Wrap and write a key.

        Raises:
            KeyRingExistsError: when there is one of this name.
            KeyRingMissingError, UnsafeKeyRingError: see `get`.
        """
        write_private(self._path(name), aes_key_wrap(self._wrapping_key(name), key))

    def get(self, name: str) -> bytes:
        """Read and unwrap a key.

        Raises:
            KeyRingMissingError: when the key or a share is not there.
            UnsafeKeyRingError: when it is readable by others, under 256 bits, or does not open.
        """
        wrapped = read_private(self._path(name), f"key '{name}'")
        try:
            key = aes_key_unwrap(self._wrapping_key(name), wrapped)
        except (InvalidUnwrap, ValueError):
            raise UnsafeKeyRingError(
                f"Key '{name}' does not open with these custodians' shares",
                where=str(self._folder),
                remedy="Bring both shares that belong to this key ring, or restore the ring from its backup.",
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

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.key"

    def _wrapping_key(self, name: str) -> bytes:
        first, second = (_read_share(path) for path in custody_paths(self._folder))
        if first == second:
            raise UnsafeKeyRingError(
                "Both custodians hold the same share, so that the key-encryption key is no secret",
                where=str(self._folder),
                remedy="Bring the two different shares that were made with this key ring.",
            )
        key_encryption_key = bytes(a ^ b for a, b in zip(first, second, strict=True))
        return derive_key(key_encryption_key, lp(PROTOCOL, "key-wrap", *self._owner, name))


def custody_paths(folder: Path) -> tuple[Path, Path]:
    """Where the two shares are: in the ring's folder, or where OCMO_CUSTODY ("first:second") says.

    Raises:
        KeyRingMissingError: when the variable does not name two files.
    """
    elsewhere = os.environ.get(CUSTODY_VARIABLE)
    if not elsewhere:
        return folder / "custody" / "first.share", folder / "custody" / "second.share"
    paths = elsewhere.split(os.pathsep)
    if len(paths) != 2 or not all(paths):
        raise KeyRingMissingError(
            f"{CUSTODY_VARIABLE} does not name two files", remedy="Give it as <first share>:<second share>."
        )
    return Path(paths[0]), Path(paths[1])


def create_shares(folder: Path) -> None:
    """Two new shares of a new key-encryption key, each 32 random bytes."""
    for path in custody_paths(folder):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, secrets.token_bytes(KEY_BYTES))


def refuse_readable(path: Path) -> None:
    """Raise UnsafeKeyRingError when group or others have any right on a file or folder."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        raise UnsafeKeyRingError(
            f"The key ring is open to other users (mode {mode:04o})",
            where=str(path),
            remedy="Find out who read it; then take the rights away (chmod go=) or make a new ring.",
        )


def write_private(path: Path, data: bytes) -> None:
    """Write a new file of mode 0600, on disk when this returns.

    Raises:
        KeyRingExistsError: when the file is already there.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyRingExistsError(
            "A key file is already there",
            where=str(path),
            remedy="Keys are never overwritten; use another name.",
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_private(path: Path, called: str) -> bytes:
    """The contents of a file that only its owner may read.

    Raises:
        KeyRingMissingError: when it is not there.
        UnsafeKeyRingError: when others may read it.
    """
    if not path.is_file():
        raise KeyRingMissingError(
            f"There is no {called}", where=str(path), remedy="Restore it, or make the key ring first."
        )
    refuse_readable(path)
    return path.read_bytes()


def _read_share(path: Path) -> bytes:
    share = read_private(path, "custodian's share")
    if len(share) != KEY_BYTES:
        raise UnsafeKeyRingError(
            f"A custodian's share has {len(share)} bytes instead of {KEY_BYTES}",
            where=str(path),
            remedy="Bring the share that was made with this key ring.",
        )
    return share
