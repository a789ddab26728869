"""Certificates that a key was destroyed: who, which key by its check value, when, before whom; signed.

A certificate says that keys are gone. It does not make data anonymous that were made with them.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.errors import CertificateRefusedError, PseudonymisationError
from pseudonymisation.identity import PublicIdentity
from pseudonymisation.jsonfields import misfits

KIND = "key-destruction"


@dataclass(frozen=True, kw_only=True)
class DestructionCertificate:
    """What a role declares of a key that it destroyed.

    Attributes:
        role, owner, ring: whose key ring: role, name, fingerprint of its public half.
        key: its name in the ring: which epoch of which contract, or which version of the shared secret.
        check_value: what `keys show` told of it; "" when that was never written down.
        made_on, destroyed_on: days, as YYYY-MM-DD; `made_on` is "" when nobody said.
        place: "file" or "token".
        in_use: it was destroyed although an agreement still named it, or it was the newest.
        first_custodian, second_custodian: who were there, and destroy their copies of the shares of before.
    """

    role: str
    owner: str
    ring: str
    key: str
    check_value: str
    made_on: str
    destroyed_on: str
    place: str
    in_use: bool
    first_custodian: str
    second_custodian: str

    def __post_init__(self) -> None:
        names = (self.first_custodian.strip(), self.second_custodian.strip())
        if not all(names) or names[0] == names[1]:
            raise CertificateRefusedError(
                "A destruction needs two custodians",
                remedy="Name the two different people before whom it is done.",
            )

    def encode(self) -> bytes:
        """The bytes that are signed, after `lp(protocol, kind)`."""
        raw = {"protocol": PROTOCOL, "kind": KIND} | asdict(self)
        return json.dumps(raw, indent=1, sort_keys=True).encode()


def signed(certificate: DestructionCertificate, sign: Callable[[bytes], bytes]) -> bytes:
    """The certificate with the signature of the ring's owner, as JSON: `certificate` and `signature`."""
    signature = base64.b64encode(sign(_to_sign(certificate.encode()))).decode()
    whole = {"certificate": json.loads(certificate.encode()), "signature": signature}
    return (json.dumps(whole, indent=1, sort_keys=True) + "\n").encode()


def verified(data: bytes, signer: PublicIdentity) -> DestructionCertificate:
    """The certificate in these bytes, when this role signed it.

    Raises:
        CertificateRefusedError: when it is malformed, of another role, or changed after signing.
    """
    try:
        whole = json.loads(data)
        raw, signature = dict(whole["certificate"]), base64.b64decode(whole["signature"], validate=True)
        if raw.pop("protocol") != PROTOCOL or raw.pop("kind") != KIND:
            raise ValueError("another kind")
        certificate = _from_json(raw)
        date.fromisoformat(certificate.destroyed_on)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise CertificateRefusedError(
            "This is no certificate of a key's destruction",
            remedy="Take it over as the other party wrote it.",
        ) from None
    if not signer.verifies(_to_sign(certificate.encode()), signature) or (
        (certificate.role, certificate.owner, certificate.ring)
        != (signer.role, signer.name, signer.fingerprint)
    ):
        raise CertificateRefusedError(
            f"The certificate is not signed by {signer.name} over what it says",
            remedy="Ask them to send it again, and compare the fingerprint of their public half by telephone.",
        )
    return certificate


def _from_json(raw: Mapping[str, object]) -> DestructionCertificate:
    if misfits(DestructionCertificate, raw):
        raise ValueError("other fields")
    try:
        return DestructionCertificate(**raw)  # type: ignore[arg-type]
    except PseudonymisationError as error:
        raise ValueError(error.what) from None


def _to_sign(body: bytes) -> bytes:
    return lp(PROTOCOL, KIND) + body
