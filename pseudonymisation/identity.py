"""The public half of a role: who it is, how its signatures are checked, how to seal something for it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pseudonymisation.encoding import lp
from pseudonymisation.envelope import suite_of
from pseudonymisation.errors import AgreementError
from pseudonymisation.jsonfields import misfits

SUPPLIER = "supplier"
TTP = "ttp"
OCMO = "ocmo"
SENDERS = {SUPPLIER: "The supplier", TTP: "The TTP", OCMO: "The OCMO"}
"""How a role is called before its signature says which one it is."""
ROLES = tuple(SENDERS)

# Names become folder names, and the parts of a label that colons separate. They stand in manifests and logs in the
# clear, where nobody's number may: so none has eight digits in a row, whether or not they pass a test.
_NAME = re.compile(r"(?!.*[0-9]{8})[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SUFFIXES = (".part", ".map", ".ack", ".leaving")
"""What folders of the protocol end in that are no deliveries."""


@dataclass(frozen=True)
class PublicIdentity:
    """A role's name and public keys (base64): Ed25519 for signatures, a suite's key for sealing.

    Raises:
        AgreementError: when the name, the role or a key cannot be one.
    """

    name: str
    role: str
    signing_key: str
    sealing_key: str

    def __post_init__(self) -> None:
        require_name(self.name, "name of a role")
        if self.role not in ROLES:
            raise AgreementError(f"'{self.role}' is no role", remedy=f"Known roles: {', '.join(ROLES)}.")
        if len(self._raw("signing_key")) != 32:
            raise AgreementError(
                f"The signing key of {self.name} is no Ed25519 key", remedy="Exchange identities again."
            )
        suite_of(self.sealing_bytes)

    @property
    def sealing_bytes(self) -> bytes:
        """The public sealing key, raw."""
        return self._raw("sealing_key")

    @property
    def suite(self) -> str:
        """The HPKE suite of the sealing key."""
        return suite_of(self.sealing_bytes)

    @property
    def fingerprint(self) -> str:
        """128 bits of SHA-256 over role, name and both keys, in groups of four to read out by telephone."""
        whole = lp(self.role, self.name, self._raw("signing_key"), self.sealing_bytes)
        digest = hashlib.sha256(whole).hexdigest()[:32]
        return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))

    def verifies(self, data: bytes, signature: bytes) -> bool:
        """Whether this role signed exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self._raw("signing_key")).verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def to_json(self) -> dict[str, str]:
        """The fields as JSON-able text."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: object) -> PublicIdentity:
        """The identity in a JSON object.

        Raises:
            AgreementError: when a field is missing, unknown or not text.
        """
        wrong = misfits(cls, raw)
        if wrong:
            raise AgreementError(
                f"A public identity does not have the right fields ({', '.join(wrong)})",
                remedy="Take it over as the other party exported it.",
            )
        return cls(**cast("Mapping[str, str]", raw))

    def _raw(self, field: str) -> bytes:
        try:
            return base64.b64decode(getattr(self, field), validate=True)
        except (binascii.Error, ValueError):
            raise AgreementError(
                f"The {field} of {self.name} is not base64", remedy="Exchange identities again."
            ) from None


def require_name(text: str, what: str) -> str:
    """The text, when it can serve as a name in files, folders and labels.

    Raises:
        AgreementError: when it cannot.
    """
    if not _NAME.fullmatch(text) or text.endswith(_SUFFIXES):
        raise AgreementError(
            f"The {what} is not usable",
            remedy="Use letters, digits, '.', '_' and '-', at most 100, not ending in "
            f"{', '.join(_SUFFIXES)}, and no eight digits in a row: they could be somebody's number. A date is"
            " written with dashes.",
        )
    return text
