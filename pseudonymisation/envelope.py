"""Sealing bytes for one recipient: HPKE (RFC 9180), base mode, single shot.

HPKE says who can open and under which `info`; it does not say who sealed. That is what the signed manifest
is for. Two suites: X25519, and the hybrid of ML-KEM-768 and X25519 for data that must stay closed when
large quantum computers exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.errors import AgreementError, BlobRefusedError

X25519 = "X25519"
HYBRID = "MLKEM768X25519"

_SUITES = {
    X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    HYBRID: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}
_MLKEM_PUBLIC_BYTES = 1184
_MLKEM_SEED_BYTES = 64
_X25519_BYTES = 32
_PUBLIC_BYTES = {X25519: _X25519_BYTES, HYBRID: _MLKEM_PUBLIC_BYTES + _X25519_BYTES}


@dataclass(frozen=True)
class Context:
    """What a blob belongs to. It goes into HPKE's `info`: a blob opens nowhere else."""

    kind: str
    engine: str
    suite: str
    contract: str
    epoch: int
    key_version: int
    supplier: str
    delivery: str

    def info(self, table: str, chunk: int, of: int) -> bytes:
        """HPKE's `info` for chunk `chunk` (from 1) of `of` of a table."""
        return lp(
            PROTOCOL,
            self.kind,
            self.engine,
            self.suite,
            self.contract,
            self.epoch,
            self.supplier,
            self.delivery,
            table,
            chunk,
            of,
            self.key_version,
        )


def suites() -> tuple[str, ...]:
    """The suites on offer; the first is the default."""
    return tuple(_SUITES)


def suite_of(sealing_key: bytes) -> str:
    """The suite of a public sealing key, told by its length.

    Raises:
        AgreementError: when it is no key of any suite.
    """
    for name, length in _PUBLIC_BYTES.items():
        if len(sealing_key) == length:
            return name
    raise AgreementError(
        "A sealing key has the length of no known suite", remedy="Exchange identities again."
    )


def generate(suite: str) -> bytes:
    """A new private exchange key: the X25519 key, or the ML-KEM seed and the X25519 key after it.

    Raises:
        AgreementError: when the suite is not offered.
    """
    _suite(suite)
    private = X25519PrivateKey.generate().private_bytes_raw()
    if suite == HYBRID:
        return MLKEM768PrivateKey.generate().private_bytes_raw() + private
    return private


def public_key(suite: str, private: bytes) -> bytes:
    """The public sealing key that belongs to a private exchange key."""
    if suite == HYBRID:
        mlkem, x25519 = _split(private, _MLKEM_SEED_BYTES)
        first = MLKEM768PrivateKey.from_seed_bytes(mlkem).public_key().public_bytes_raw()
        return first + X25519PrivateKey.from_private_bytes(x25519).public_key().public_bytes_raw()
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def encrypt(plaintext: bytes, sealing_key: bytes, info: bytes) -> bytes:
    """Seal bytes under a public sealing key; different bytes each time."""
    suite = suite_of(sealing_key)
    if suite == HYBRID:
        mlkem, x25519 = _split(sealing_key, _MLKEM_PUBLIC_BYTES)
        hybrid = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(mlkem), X25519PublicKey.from_public_bytes(x25519)
        )
        return _SUITES[suite].encrypt(plaintext, hybrid, info)
    return _SUITES[suite].encrypt(plaintext, X25519PublicKey.from_public_bytes(sealing_key), info)


def decrypt(ciphertext: bytes, suite: str, private: bytes, info: bytes) -> bytes:
    """Open what was sealed for this key under this `info`.

    Raises:
        BlobRefusedError: when it was not, or a bit of it was changed.
    """
    try:
        if suite == HYBRID:
            mlkem, x25519 = _split(private, _MLKEM_SEED_BYTES)
            hybrid = MLKEM768X25519PrivateKey(
                MLKEM768PrivateKey.from_seed_bytes(mlkem), X25519PrivateKey.from_private_bytes(x25519)
            )
            return _SUITES[suite].decrypt(ciphertext, hybrid, info)
        return _suite(suite).decrypt(ciphertext, X25519PrivateKey.from_private_bytes(private), info)
    except InvalidTag:
        raise BlobRefusedError(
            "It does not open with this key ring: it was sealed for another, for something else, or was changed",
            remedy="Its sender must seal it again, with the agreement and the public keys that are in force.",
        ) from None


def _suite(name: str) -> Suite:
    if name not in _SUITES:
        raise AgreementError(f"'{name}' is no suite", remedy=f"Known suites: {', '.join(_SUITES)}.")
    return _SUITES[name]


def _split(key: bytes, at: int) -> tuple[bytes, bytes]:
    return key[:at], key[at:]
