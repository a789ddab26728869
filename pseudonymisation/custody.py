"""Who holds the key that wraps a ring's keys: two custodians with a share each, or one passphrase.

Shares   the key-encryption key is the XOR of two random shares; either alone says nothing about it
Passphrase   it comes from a passphrase (`passphrase`); the ring holds `passphrase.json`
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pseudonymisation.errors import AgreementError, KeyRingMissingError, UnsafeKeyRingError
from pseudonymisation.macs import KEY_BYTES
from pseudonymisation.passphrase import PARAMETERS_FILE, Passphrase
from pseudonymisation.privatefiles import make_private_folder, read_private, refuse_writable, write_private

CUSTODY_VARIABLE = "OCMO_CUSTODY"
SHARES, PASSPHRASE = "shares", "passphrase"
KINDS = (SHARES, PASSPHRASE)


class Custody(Protocol):
    """Something that yields the key-encryption key of a ring."""

    called: str
    remedy: str

    def key_encryption_key(self) -> bytes:
        """32 bytes."""
        ...

    def create(self) -> None:
        """Make a new one."""
        ...


@dataclass(frozen=True)
class Shares:
    """Two files of 32 random bytes, meant for two people."""

    first: Path
    second: Path

    called = "these custodians' shares"
    remedy = "Bring both shares that belong to this key ring, or restore the ring from its backup."

    @classmethod
    def of(cls, folder: Path) -> Shares:
        """Those in the ring's folder, or where OCMO_CUSTODY ("first:second") says.

        Raises:
            KeyRingMissingError: when the variable does not name two files.
        """
        elsewhere = os.environ.get(CUSTODY_VARIABLE)
        if not elsewhere:
            return cls(folder / "custody" / "first.share", folder / "custody" / "second.share")
        paths = elsewhere.split(os.pathsep)
        if len(paths) != 2 or not all(paths):
            raise KeyRingMissingError(
                f"{CUSTODY_VARIABLE} does not name two files",
                remedy="Give it as <first share>:<second share>.",
            )
        return cls(Path(paths[0]), Path(paths[1]))

    def paths(self) -> tuple[Path, Path]:
        """Both files."""
        return self.first, self.second

    def inside(self, folder: Path) -> int:
        """How many of both lie in a ring's folder, and so in its backups and with whoever takes it."""
        return sum(path.resolve().is_relative_to(folder.resolve()) for path in self.paths())

    def key_encryption_key(self) -> bytes:
        """The XOR of both.

        Raises:
            KeyRingMissingError: when one is not there.
            UnsafeKeyRingError: when one is readable by others or of another length, or both are the same.
        """
        first, second = (_read_share(path) for path in self.paths())
        if first == second:
            raise UnsafeKeyRingError(
                "Both custodians hold the same share, so that the key-encryption key is no secret",
                where=str(self.first.parent),
                remedy="Bring the two different shares that were made with this key ring.",
            )
        return bytes(a ^ b for a, b in zip(first, second, strict=True))

    def create(self) -> None:
        """Two new shares of a new key-encryption key.

        Raises:
            KeyRingExistsError: when one is already there.
        """
        for path in self.paths():
            make_private_folder(path.parent)
            write_private(path, secrets.token_bytes(KEY_BYTES))


def custody_of(folder: Path) -> Shares | Passphrase:
    """How the ring in this folder is kept."""
    parameters = folder / PARAMETERS_FILE
    return Passphrase(parameters) if parameters.exists() else Shares.of(folder)


def new_custody(folder: Path, kind: str) -> Shares | Passphrase:
    """Custody of a new ring, made.

    Raises:
        AgreementError: when the kind is unknown.
        KeyRingExistsError, KeyRingMissingError, UnsafeKeyRingError: see `create` of each kind.
    """
    if kind not in KINDS:
        raise AgreementError(f"'{kind}' is no way to keep a ring", remedy=f"Known: {', '.join(KINDS)}.")
    made = Shares.of(folder) if kind == SHARES else Passphrase(folder / PARAMETERS_FILE)
    made.create()
    return made


def _read_share(path: Path) -> bytes:
    share = read_private(path, "custodian's share")
    refuse_writable(path.parent)
    if len(share) != KEY_BYTES:
        raise UnsafeKeyRingError(
            f"A custodian's share has {len(share)} bytes instead of {KEY_BYTES}",
            where=str(path),
            remedy="Bring the share that was made with this key ring.",
        )
    return share
