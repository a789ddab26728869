"""Keyed hashing: HMAC-SHA256 in batches, keys derived with HKDF-SHA256, and who may hold the key.

Sources: RFC 2104 and 4231 (HMAC), RFC 5869 (HKDF). Everything that hashes asks a `MacService` and never
holds a key itself, so that a key file, a hardware module or a vault can stand behind the same calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


@dataclass(frozen=True)
class KeyReference:
    """Which key: its name in the store, and the HKDF info it is derived with (empty: the key itself)."""

    name: str
    derivation: bytes = b""


class MacService(Protocol):
    """Something that holds keys and hashes with them on request."""

    def mac(self, key: KeyReference, messages: Sequence[bytes]) -> list[bytes]:
        """The HMAC-SHA256 (32 bytes) of each message, in order."""
        ...


def mac_batch(key: bytes, messages: Sequence[bytes]) -> list[bytes]:
    """The HMAC-SHA256 of each message under one key; the key is set up once and copied."""
    keyed = HMAC(key, SHA256())
    digests = []
    for message in messages:
        one = keyed.copy()
        one.update(message)
        digests.append(one.finalize())
    return digests


def derive_key(key: bytes, info: bytes) -> bytes:
    """32 bytes by HKDF-SHA256 with an empty salt."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)
