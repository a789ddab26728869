"""How k_S passes from one supplier to another: sealed for the receiver, signed by the sender.

    blob = signature (64 bytes) over info + sealed, then sealed = HPKE(receiver's key, k_S, info)
    info = lp(protocol, "shared-secret", sender's fingerprint, receiver's fingerprint, key version)

Who could plant a secret of his own could reverse pseudonyms: hence the signature. The TTP and the OCMO never
hold it: hence suppliers only.
"""

from __future__ import annotations

from collections.abc import Callable

from pseudonymisation import envelope
from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.errors import AgreementError, BlobRefusedError, SignatureRefusedError
from pseudonymisation.identity import SUPPLIER, PublicIdentity
from pseudonymisation.macs import KEY_BYTES

_SIGNATURE_BYTES = 64
_SHARED = "shared-secret"


def wrap(
    secret: bytes,
    sender: PublicIdentity,
    receiver: PublicIdentity,
    key_version: int,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """k_S sealed for another supplier, with the sender's signature before it."""
    info = _info(sender, receiver, key_version)
    sealed = envelope.encrypt(secret, receiver.sealing_bytes, info)
    return sign(info + sealed) + sealed


def unwrap(
    blob: bytes,
    sender: PublicIdentity,
    receiver: PublicIdentity,
    key_version: int,
    decrypt: Callable[[bytes, bytes], bytes],
) -> bytes:
    """k_S from such a blob.

    Raises:
        SignatureRefusedError: when it is not signed by the sender, for the receiver.
        BlobRefusedError: when it does not open, or is no 256 bits.
    """
    signature, sealed = blob[:_SIGNATURE_BYTES], blob[_SIGNATURE_BYTES:]
    info = _info(sender, receiver, key_version)
    if not sender.verifies(info + sealed, signature):
        raise SignatureRefusedError(
            f"The shared secret is not signed by {sender.name} for {receiver.name}",
            remedy="Compare fingerprints by telephone and let the sender wrap it again.",
        )
    secret = decrypt(sealed, info)
    if len(secret) != KEY_BYTES:
        raise BlobRefusedError(
            "The shared secret does not have 256 bits", remedy="The sender must make a new one."
        )
    return secret


def require_supplier(identity: PublicIdentity) -> None:
    """Raise AgreementError when this is not a supplier's."""
    if identity.role != SUPPLIER:
        raise AgreementError(
            f"{identity.name} is no supplier, and only suppliers hold the shared secret",
            remedy="Exchange it between suppliers; the TTP and the OCMO must never have it.",
        )


def _info(sender: PublicIdentity, receiver: PublicIdentity, key_version: int) -> bytes:
    return lp(PROTOCOL, _SHARED, sender.fingerprint, receiver.fingerprint, key_version)
