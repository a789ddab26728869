"""A key-encryption key from a passphrase: Argon2id (RFC 9106), its parameters and salt beside the keys.

The passphrase only wraps keys that were drawn at random: no key is ever made from one.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from pseudonymisation.errors import UnsafeKeyRingError
from pseudonymisation.jsonfields import misfits
from pseudonymisation.macs import KEY_BYTES
from pseudonymisation.privatefiles import read_private, replace_private
from pseudonymisation.secretinput import read_secret

PASSPHRASE_VARIABLE = "OCMO_PASSPHRASE_FILE"  # noqa: S105 (the name of a variable)
NEW_PASSPHRASE_VARIABLE = "OCMO_NEW_PASSPHRASE_FILE"  # noqa: S105
PARAMETERS_FILE = "passphrase.json"
MINIMUM_CHARACTERS = 15
"""NIST SP 800-63B-4, 3.1.1.2: the least for a password that stands alone."""

_SALT_BYTES = 16
_CEILING = {"iterations": 100, "lanes": 64, "memory_kib": 4 * 1024 * 1024}


@dataclass(frozen=True)
class Argon2Parameters:
    """How a passphrase becomes a key. The defaults are RFC 9106, section 4, second recommended option."""

    salt: str
    iterations: int = 3
    lanes: int = 4
    memory_kib: int = 64 * 1024

    @classmethod
    def new(cls) -> Argon2Parameters:
        """The recommended ones, with a new random salt."""
        return cls(base64.b64encode(secrets.token_bytes(_SALT_BYTES)).decode())

    @classmethod
    def read(cls, path: Path) -> Argon2Parameters:
        """Those in a file.

        Raises:
            UnsafeKeyRingError: when they are malformed, weaker than recommended, or beyond what is sensible.
        """
        data = read_private(path, "description of the passphrase")
        try:
            raw = json.loads(data)
            salt = base64.b64decode(raw["salt"], validate=True)
        except (ValueError, KeyError, TypeError, binascii.Error):
            raw, salt = None, b""
        recommended = asdict(cls(""))
        if (
            misfits(cls, raw)
            or len(salt) < _SALT_BYTES
            or not all(recommended[name] <= raw[name] <= most for name, most in _CEILING.items())
        ):
            raise UnsafeKeyRingError(
                f"{PARAMETERS_FILE} does not hold the parameters of RFC 9106 or stronger ones",
                where=str(path),
                remedy="Restore the ring from its backup.",
            )
        return cls(**cast("dict[str, object]", raw))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Passphrase:
    """One person holds the key ring: the passphrase is in a private file, or typed."""

    parameters_file: Path
    variable: str = PASSPHRASE_VARIABLE

    called = "this passphrase"
    remedy = "Give the passphrase that belongs to this key ring, or restore the ring from its backup."

    def key_encryption_key(self) -> bytes:
        """32 bytes: the passphrase through Argon2id, which takes about a tenth of a second.

        Raises:
            KeyRingMissingError, UnsafeKeyRingError: see `read_secret` and `Argon2Parameters.read`.
        """
        return _derive(self._ask(), Argon2Parameters.read(self.parameters_file))

    def create(self) -> None:
        """Write new parameters.

        Raises:
            UnsafeKeyRingError: when the passphrase is too short.
        """
        if len(self._ask(twice=True)) < MINIMUM_CHARACTERS:
            raise UnsafeKeyRingError(
                f"The passphrase has fewer than {MINIMUM_CHARACTERS} characters",
                remedy="Choose several words that nobody would put together.",
            )
        text = json.dumps(asdict(Argon2Parameters.new()), indent=1, sort_keys=True) + "\n"
        replace_private(self.parameters_file, text.encode())

    def _ask(self, *, twice: bool = False) -> str:
        called = "new passphrase" if self.variable == NEW_PASSPHRASE_VARIABLE else "passphrase"
        return read_secret(self.variable, os.environ.get(self.variable), called, twice=twice)


@functools.lru_cache(maxsize=2)
def _derive(passphrase: str, parameters: Argon2Parameters) -> bytes:
    """Remembered, for a ring is opened anew for each delivery."""
    return Argon2id(
        salt=base64.b64decode(parameters.salt),
        length=KEY_BYTES,
        iterations=parameters.iterations,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    ).derive(passphrase.encode())
