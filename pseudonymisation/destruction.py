"""Destroying a key that makes pseudonyms: a version of k_S at a supplier, or an epoch's k_T at the TTP.

The key leaves the ring, and the ring gets a new key-encryption key (`renewal`), so that what remains of the
key's file anywhere cannot be opened. A key in a token is destroyed there; one that was moved into it was in a
file once, so the ring gets a new key-encryption key all the same. Its certificate stays in the ring, and no key of
that name is ever made or used there again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pseudonymisation.agreement import Agreement
from pseudonymisation.certificates import DestructionCertificate, signed
from pseudonymisation.engine import epoch_secret, secret_named, shared_secret
from pseudonymisation.errors import KeyInUseError
from pseudonymisation.identity import PublicIdentity
from pseudonymisation.keyfacts import (
    TOKEN,
    KeyFacts,
    about_path,
    certificate_path,
    day,
    is_destroyed,
    newest,
)
from pseudonymisation.keys import KeyRing
from pseudonymisation.pkcs11_token import TokenKeys
from pseudonymisation.privatefiles import replace_private
from pseudonymisation.renewal import changing, renew
from pseudonymisation.tokenplace import TokenPlace


def destroy(
    folder: Path,
    name: str,
    *,
    on: date,
    custodians: tuple[str, str],
    agreements: Iterable[Agreement] = (),
    force: bool = False,
) -> bytes:
    """Destroy a key; the signed certificate. Of a key destroyed before, the certificate of then.

    Args:
        folder: the key ring.
        name: of the key, as `KeyRing.names` tells it.
        on: the day, for the certificate.
        custodians: the two people before whom it is done.
        agreements: those this role works under; a key that one of them names is in use.
        force: destroy a key in use, or the newest of its kind, all the same.

    Raises:
        KeyInUseError: when it is in use and not forced, or makes no pseudonyms.
        CertificateRefusedError: when there are no two custodians.
        KeyRingMissingError, UnsafeKeyRingError, TokenError: when the ring cannot be opened or lacks the key.
    """
    _refuse_other_kinds(name)
    ring = KeyRing.open(folder)
    if is_destroyed(folder, name):
        return certificate_path(folder, name).read_bytes()
    used = in_use(ring, name, agreements)
    if used and not force:
        raise KeyInUseError(
            f"Key '{name}' is in use: {used}",
            where=str(folder),
            remedy="First rotate, and take the old agreement away; or insist (--force), for then what it"
            " made can never be made again.",
        )
    facts, identity = ring.facts(name), ring.identity
    whole = signed(_certificate(facts, identity, on, custodians, in_use=bool(used)), ring.sign)
    owner = (identity.role, identity.name)
    if facts.place == TOKEN:  # first: what has a certificate is never asked for again
        TokenKeys(TokenPlace.read(folder), owner).destroy(name)
    if not facts.drawn_in_token:
        renew(folder, owner, {name: whole})
        return whole
    with changing(folder):
        replace_private(certificate_path(folder, name), whole)
        about_path(folder, name).unlink(missing_ok=True)
    return whole


def in_use(ring: KeyRing, name: str, agreements: Iterable[Agreement]) -> str:
    """Why a key is in use, in words; nothing when it is not."""
    for agreement in agreements:
        if name in (epoch_secret(agreement.contract, agreement.epoch), shared_secret(agreement.key_version)):
            return f"the agreement of {agreement.contract}, epoch {agreement.epoch}, names it"
    kind, _, number = name.rpartition("-")
    return "it is the newest of its kind" if newest(ring.names(), kind) == int(number) else ""


def _certificate(
    facts: KeyFacts, identity: PublicIdentity, on: date, custodians: tuple[str, str], *, in_use: bool
) -> DestructionCertificate:
    return DestructionCertificate(
        role=identity.role,
        owner=identity.name,
        ring=identity.fingerprint,
        key=facts.name,
        check_value=facts.check_value,
        made_on=facts.made_on,
        destroyed_on=day(on),
        place=facts.place,
        in_use=in_use,
        first_custodian=custodians[0],
        second_custodian=custodians[1],
    )


def _refuse_other_kinds(name: str) -> None:
    if not secret_named(name):
        raise KeyInUseError(
            f"'{name}' is no key that makes pseudonyms",
            remedy="Name a key as `keys show` does: `shared-secret-1`, or `pseudonym-<contract>-1`. To end a whole"
            " ring, destroy those, then remove its folder and both shares.",
        )
