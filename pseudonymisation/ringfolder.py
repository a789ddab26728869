"""What lies in the folder of a key ring, and how it comes there.

ring.json            role, name, suite
*.key, *.about.json  supplier   signing, exchange, reference (for line_ref, its own alone), k_S per version
                     ttp        signing, exchange, k_T per contract and epoch
                     ocmo       signing, exchange
*.destroyed.json     certificates of keys that were destroyed
custody/             the two custodians' shares, unless they are kept elsewhere
passphrase.json      in their place, in a ring with a passphrase: how it becomes a key
token.json           where the token is, when keys lie in one
"""

from __future__ import annotations

import base64
import json
import secrets
import shutil
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pseudonymisation import envelope
from pseudonymisation.custody import SHARES, new_custody
from pseudonymisation.dropfolder import part_of, publish
from pseudonymisation.errors import (
    AgreementError,
    KeyRingExistsError,
    KeyRingMissingError,
    UnsafeKeyRingError,
)
from pseudonymisation.identity import OCMO, ROLES, SUPPLIER, TTP, PublicIdentity
from pseudonymisation.macs import KEY_BYTES
from pseudonymisation.privatefiles import read_private, refuse_readable, write_private
from pseudonymisation.renewal import finish
from pseudonymisation.ringkeys import RingKeys

SIGNING, EXCHANGE, REFERENCE = "signing", "exchange", "reference"

_FIRST_KEYS = {SUPPLIER: (SIGNING, EXCHANGE, REFERENCE), TTP: (SIGNING, EXCHANGE), OCMO: (SIGNING, EXCHANGE)}
_ABOUT = "ring.json"


def create_folder(
    folder: Path, role: str, name: str, suite: str, made_on: date | None = None, custody: str = SHARES
) -> tuple[RingKeys, PublicIdentity]:
    """A new folder with new keys and custody; all of it appears, or nothing. Raises as `KeyRing.create`."""
    if role not in ROLES:
        raise AgreementError(f"'{role}' is no role", remedy=f"Known roles: {', '.join(ROLES)}.")
    if folder.exists():
        raise KeyRingExistsError(
            "There is already a key ring", where=str(folder), remedy="Use it, or choose another folder."
        )
    signing = Ed25519PrivateKey.generate().private_bytes_raw()
    exchange = envelope.generate(suite)
    identity = _identity(role, name, suite, signing, exchange)
    made = {SIGNING: signing, EXCHANGE: exchange}
    part = part_of(folder)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    new_custody(part, custody)
    keys = RingKeys(part, (role, name))
    for key in _FIRST_KEYS[role]:
        keys.add_first(key, made.get(key) or secrets.token_bytes(KEY_BYTES), made_on)
    write_private(part / _ABOUT, json.dumps({"name": name, "role": role, "suite": suite}).encode())
    publish(folder)
    return RingKeys(folder, (role, name)), identity


def open_folder(folder: Path) -> tuple[RingKeys, PublicIdentity]:
    """The keys and the identity in a folder, every key in a file tried once. Raises as `KeyRing.open`."""
    if not folder.is_dir():
        raise KeyRingMissingError(
            "There is no key ring", where=str(folder), remedy="Make it first (once for each role)."
        )
    finish(folder)
    for path in (folder, *sorted(folder.rglob("*"))):
        refuse_readable(path)
    role, name, suite = _about(folder)
    keys = RingKeys(folder, (role, name))
    keys.require_files(_FIRST_KEYS[role])
    return keys, _identity(role, name, suite, keys.get(SIGNING), keys.get(EXCHANGE))


def _about(folder: Path) -> tuple[str, str, str]:
    raw = read_private(folder / _ABOUT, "description of the key ring")
    try:
        about = json.loads(raw)
        role, name, suite = about["role"], about["name"], about["suite"]
    except (ValueError, KeyError, TypeError):
        role, name, suite = "", "", ""
    if role not in ROLES or suite not in envelope.suites():
        raise UnsafeKeyRingError(
            f"{_ABOUT} does not describe a key ring",
            where=str(folder),
            remedy="Restore the ring from its backup.",
        )
    return role, name, suite


def _identity(role: str, name: str, suite: str, signing: bytes, exchange: bytes) -> PublicIdentity:
    verifying = Ed25519PrivateKey.from_private_bytes(signing).public_key().public_bytes_raw()
    sealing = envelope.public_key(suite, exchange)
    return PublicIdentity(
        name=name,
        role=role,
        signing_key=base64.b64encode(verifying).decode(),
        sealing_key=base64.b64encode(sealing).decode(),
    )
