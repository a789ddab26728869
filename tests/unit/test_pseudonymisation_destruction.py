"""Destroying a key: it is gone for good, others stay, and a signed certificate says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pseudonymisation import renewal
from pseudonymisation.certificates import DestructionCertificate, signed, verified
from pseudonymisation.destruction import destroy
from pseudonymisation.errors import (
    CertificateRefusedError,
    KeyDestroyedError,
    KeyInUseError,
    KeyRingMissingError,
    UnsafeKeyRingError,
)
from pseudonymisation.keyfacts import KeyFacts, newest
from pseudonymisation.keys import KeyRing
from pseudonymisation.macs import KeyReference
from tests.unit.pseudonymisation_world import HOSPITAL, INSURER, TTP, World, share_secret

MADE, ON = date(2026, 1, 5), date(2027, 1, 31)
KEY = "pseudonym-maasoever-1"
PEOPLE = ("A. Jansen", "B. Smit")


@pytest.fixture
def ttp(tmp_path: Path) -> KeyRing:
    """A TTP with two epochs of one contract and one of another."""
    ring = KeyRing.create(tmp_path / "keys", role="ttp", name="notary", made_on=MADE)
    for contract, epoch in (("maasoever", 1), ("maasoever", 2), ("polderzorg", 1)):
        ring.create_pseudonym_key(contract, epoch, MADE)
    return ring


def gone(folder: Path, name: str = KEY, **more: Any) -> bytes:
    return destroy(folder, name, on=ON, custodians=PEOPLE, **more)


def others(ring: KeyRing) -> dict[str, bytes]:
    return {name: ring._store.get(name) for name in ring.names() if name != KEY}


def test_the_key_is_gone_and_the_others_stay(ttp: KeyRing, tmp_path: Path) -> None:
    before = others(ttp)
    gone(tmp_path / "keys")
    opened = KeyRing.open(tmp_path / "keys")
    assert others(opened) == before
    assert opened.names() == sorted(before)
    assert opened.names(ever=True) == sorted([*before, KEY])
    with pytest.raises(KeyDestroyedError, match=f"Key '{KEY}' was destroyed"):
        opened.mac(KeyReference(KEY), [b"x"])


def test_no_key_of_its_name_is_ever_made_again(ttp: KeyRing, tmp_path: Path) -> None:
    gone(tmp_path / "keys")
    with pytest.raises(KeyDestroyedError):
        KeyRing.open(tmp_path / "keys").create_pseudonym_key("maasoever", 1)


def test_a_shared_secret_is_destroyed_and_not_taken_over_again(tmp_path: Path) -> None:
    rings = [KeyRing.create(tmp_path / n, role="supplier", name=n) for n in (INSURER, HOSPITAL)]
    share_secret(*rings)
    blob = rings[0].wrap_shared_secret(rings[1].identity)
    rings[1].create_shared_secret(2)
    gone(tmp_path / HOSPITAL, "shared-secret-1")
    with pytest.raises(KeyDestroyedError):
        rings[1].receive_shared_secret(blob, sender=rings[0].identity)
    assert rings[1].names() == ["exchange", "reference", "shared-secret-2", "signing"]


def test_a_copy_of_the_key_s_file_does_not_open_with_the_new_shares(ttp: KeyRing, tmp_path: Path) -> None:
    """What a disk, a snapshot or a backup kept of the file is of no use once the old shares are destroyed."""
    folder = tmp_path / "keys"
    copy = (folder / f"{KEY}.key").read_bytes()
    gone(folder)
    (folder / f"{KEY}.destroyed.json").unlink()
    (folder / f"{KEY}.key").write_bytes(copy)
    (folder / f"{KEY}.key").chmod(0o600)
    with pytest.raises(UnsafeKeyRingError, match=f"Key '{KEY}' does not open"):
        KeyRing.open(folder)


def test_the_key_s_file_is_overwritten_before_it_is_removed(ttp: KeyRing, tmp_path: Path) -> None:
    second_name = tmp_path / "second-name"
    second_name.hardlink_to(tmp_path / "keys" / f"{KEY}.key")
    gone(tmp_path / "keys")
    assert second_name.read_bytes() == bytes(40)


def test_the_certificate_says_who_what_when_and_before_whom(ttp: KeyRing, tmp_path: Path) -> None:
    facts = ttp.facts(KEY)
    assert facts == KeyFacts(KEY, "2026-01-05", facts.check_value, "file")
    certificate = verified(gone(tmp_path / "keys"), ttp.identity)
    assert certificate == DestructionCertificate(
        role="ttp",
        owner="notary",
        ring=ttp.identity.fingerprint,
        key=KEY,
        check_value=facts.check_value,
        made_on="2026-01-05",
        destroyed_on="2027-01-31",
        place="file",
        in_use=False,
        first_custodian="A. Jansen",
        second_custodian="B. Smit",
    )


def test_asked_again_it_gives_the_certificate_of_then(ttp: KeyRing, tmp_path: Path) -> None:
    first = gone(tmp_path / "keys")
    again = destroy(tmp_path / "keys", KEY, on=date(2030, 1, 1), custodians=("C", "D"))
    assert again == first


def test_a_certificate_that_was_changed_anywhere_is_refused(ttp: KeyRing, tmp_path: Path) -> None:
    whole = json.loads(gone(tmp_path / "keys"))
    for field, value in whole["certificate"].items():
        changed = {**whole["certificate"], field: not value if isinstance(value, bool) else f"{value}x"}
        with pytest.raises(CertificateRefusedError):
            verified(json.dumps({**whole, "certificate": changed}).encode(), ttp.identity)
    later = {**whole["certificate"], "destroyed_on": "2027-02-01"}
    with pytest.raises(CertificateRefusedError, match="not signed by notary over what it says"):
        verified(json.dumps({**whole, "certificate": later}).encode(), ttp.identity)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"certificate": 3, "signature": ""}'])
def test_what_is_no_certificate_is_refused(ttp: KeyRing, data: bytes) -> None:
    with pytest.raises(CertificateRefusedError, match="no certificate"):
        verified(data, ttp.identity)


def test_a_certificate_by_another_is_refused(ttp: KeyRing, tmp_path: Path) -> None:
    stranger = KeyRing.create(tmp_path / "stranger", role="ttp", name="notary")
    certificate = verified(gone(tmp_path / "keys"), ttp.identity)
    forged = signed(certificate, stranger.sign)
    for identity in (ttp.identity, stranger.identity):
        with pytest.raises(CertificateRefusedError, match="not signed by notary"):
            verified(forged, identity)


@pytest.mark.parametrize("people", [("A. Jansen", "A. Jansen"), ("A. Jansen", " "), ("", "")])
def test_two_custodians_are_two_people(ttp: KeyRing, tmp_path: Path, people: tuple[str, str]) -> None:
    with pytest.raises(CertificateRefusedError, match="two custodians"):
        destroy(tmp_path / "keys", KEY, on=ON, custodians=people)
    assert KEY in KeyRing.open(tmp_path / "keys").names()


@pytest.mark.parametrize(
    ("name", "why"), [("pseudonym-maasoever-2", "newest"), ("pseudonym-polderzorg-1", "newest")]
)
def test_the_newest_of_its_kind_is_in_use(ttp: KeyRing, tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(KeyInUseError, match=why):
        gone(tmp_path / "keys", name)
    certificate = verified(gone(tmp_path / "keys", name, force=True), ttp.identity)
    assert certificate.in_use
    assert name not in KeyRing.open(tmp_path / "keys").names()


def test_a_key_that_an_agreement_names_is_in_use(tmp_path: Path) -> None:
    world = World.make(tmp_path)
    for role, name, make in (
        (TTP, KEY, lambda ring: ring.create_pseudonym_key("maasoever", 2)),
        (INSURER, "shared-secret-1", lambda ring: ring.create_shared_secret(2)),
    ):
        make(world.rings[role])
        with pytest.raises(KeyInUseError, match="agreement of maasoever, epoch 1, names it"):
            gone(tmp_path / role / "keys", name, agreements=[world.agreement])
        gone(tmp_path / role / "keys", name, agreements=[replace(world.agreement, epoch=2, key_version=2)])


@pytest.mark.parametrize("name", ["signing", "exchange", "reference", "pseudonym", "shared-secret-x", ""])
def test_only_keys_that_make_pseudonyms_are_destroyed(ttp: KeyRing, tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyInUseError, match="no key that makes pseudonyms"):
        gone(tmp_path / "keys", name, force=True)


def test_a_key_that_is_not_there(ttp: KeyRing, tmp_path: Path) -> None:
    with pytest.raises(KeyRingMissingError, match="There is no key 'pseudonym-maasoever-7'"):
        gone(tmp_path / "keys", "pseudonym-maasoever-7")


@pytest.mark.parametrize("step", ["_prepare", "publish", "shred", "_put_in_place"])
def test_killed_at_any_step_and_run_again(
    ttp: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before, folder = others(ttp), tmp_path / "keys"
    real: Callable[..., None] = getattr(renewal, step)

    def dying(*arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(renewal, step, dying)
        with pytest.raises(KeyboardInterrupt):
            gone(folder)
    assert others(KeyRing.open(folder)) == before
    assert verified(gone(folder), ttp.identity).key == KEY
    assert others(KeyRing.open(folder)) == before
    assert KEY not in KeyRing.open(folder).names()


def test_a_restored_key_file_does_not_bring_the_key_back(ttp: KeyRing, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    shutil.copy2(folder / f"{KEY}.key", tmp_path / "backup")
    gone(folder)
    shutil.copy2(tmp_path / "backup", folder / f"{KEY}.key")
    with pytest.raises(KeyDestroyedError):
        KeyRing.open(folder)


def test_numbers_of_a_kind() -> None:
    names = ["pseudonym-a-1", "pseudonym-a-12", "pseudonym-a-b-99", "shared-secret-3", "signing"]
    assert [newest(names, kind) for kind in ("pseudonym-a", "shared-secret", "pseudonym")] == [12, 3, 0]
