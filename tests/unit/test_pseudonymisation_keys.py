"""Key rings: private, wrapped under two custodians' shares, and refused when not safe."""

from __future__ import annotations

import os
import pickle
import resource
import stat
import sys
from datetime import date
from pathlib import Path

import pytest

from pseudonymisation.custody import CUSTODY_VARIABLE
from pseudonymisation.errors import (
    AgreementError,
    BlobRefusedError,
    KeyRingExistsError,
    KeyRingMissingError,
    SignatureRefusedError,
    UnsafeKeyRingError,
)
from pseudonymisation.identity import PublicIdentity
from pseudonymisation.keys import KeyRing
from pseudonymisation.keystore import KeyStore
from tests.unit.pseudonymisation_world import share_secret


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys", role="supplier", name="insurer")


@pytest.fixture
def folder(ring: KeyRing, tmp_path: Path) -> Path:
    return tmp_path / "keys"


def other_supplier(tmp_path: Path, name: str = "hospital", role: str = "supplier") -> KeyRing:
    return KeyRing.create(tmp_path / name, role=role, name=name)


@pytest.mark.parametrize("suite", ["X25519", "MLKEM768X25519"])
@pytest.mark.parametrize("role", ["supplier", "ttp", "ocmo"])
def test_a_ring_opens_as_it_was_made(tmp_path: Path, role: str, suite: str) -> None:
    made = KeyRing.create(tmp_path / "keys", role=role, name="someone", suite=suite)
    opened = KeyRing.open(tmp_path / "keys")
    assert opened.identity == made.identity
    assert opened.identity.suite == suite
    assert made.identity.verifies(b"data", opened.sign(b"data"))
    assert not made.identity.verifies(b"datum", opened.sign(b"data"))
    assert PublicIdentity.from_json(made.identity.to_json()) == made.identity


def test_two_rings_have_nothing_in_common(tmp_path: Path) -> None:
    first, second = other_supplier(tmp_path, "one").identity, other_supplier(tmp_path, "two").identity
    assert first.fingerprint != second.fingerprint
    assert first.signing_key != second.signing_key
    assert first.sealing_key != second.sealing_key
    contents = [path.read_bytes() for path in tmp_path.rglob("*") if path.suffix in (".key", ".share")]
    assert len(contents) == len(set(contents)) == 10


def test_everything_is_private_to_the_owner(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


@pytest.mark.parametrize(
    "name", ["signing.key", "reference.key", "ring.json", "custody/first.share", "custody/second.share"]
)
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_ring_with_a_file_open_to_others_is_refused(folder: Path, name: str, mode: int) -> None:
    (folder / name).chmod(mode)
    with pytest.raises(UnsafeKeyRingError, match=f"mode {mode:04o}"):
        KeyRing.open(folder)


@pytest.mark.parametrize("name", [".", "custody"])
def test_a_ring_with_a_folder_open_to_others_is_refused(folder: Path, name: str) -> None:
    (folder / name).chmod(0o750)
    with pytest.raises(UnsafeKeyRingError):
        KeyRing.open(folder)


def test_a_ring_that_became_readable_after_opening_is_refused_at_use(ring: KeyRing, folder: Path) -> None:
    (folder / "reference.key").chmod(0o644)
    with pytest.raises(UnsafeKeyRingError):
        ring.reference_mac([b"x"])


@pytest.mark.parametrize("name", ["signing.key", "reference.key", "ring.json", "custody/first.share"])
def test_a_ring_that_lacks_a_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(KeyRingMissingError):
        KeyRing.open(folder)


def test_no_ring(tmp_path: Path) -> None:
    with pytest.raises(KeyRingMissingError, match="There is no key ring"):
        KeyRing.open(tmp_path / "nothing")


def test_a_ring_is_never_overwritten(folder: Path) -> None:
    with pytest.raises(KeyRingExistsError):
        KeyRing.create(folder, role="supplier", name="insurer")


@pytest.mark.parametrize(("role", "name"), [("boss", "x"), ("ttp", "../x"), ("ttp", ""), ("ttp", "a.map")])
def test_impossible_roles_and_names_leave_nothing_behind(tmp_path: Path, role: str, name: str) -> None:
    with pytest.raises(AgreementError):
        KeyRing.create(tmp_path / "keys", role=role, name=name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [b"short", bytes(31), bytes(33)])
def test_a_share_of_another_length_is_refused(folder: Path, share: bytes) -> None:
    (folder / "custody" / "first.share").write_bytes(share)
    with pytest.raises(UnsafeKeyRingError, match="instead of 32"):
        KeyRing.open(folder)


def test_one_share_is_not_enough(folder: Path) -> None:
    (folder / "custody" / "first.share").write_bytes(bytes(32))
    with pytest.raises(UnsafeKeyRingError, match="does not open with these custodians' shares"):
        KeyRing.open(folder)


def test_twice_the_same_share_is_refused(folder: Path) -> None:
    first = folder / "custody" / "first.share"
    (folder / "custody" / "second.share").write_bytes(first.read_bytes())
    with pytest.raises(UnsafeKeyRingError, match="no secret"):
        KeyRing.open(folder)


def test_a_key_file_cannot_stand_in_for_another(folder: Path) -> None:
    (folder / "reference.key").write_bytes((folder / "signing.key").read_bytes())
    with pytest.raises(UnsafeKeyRingError, match="Key 'reference'"):
        KeyRing.open(folder)


@pytest.mark.parametrize(
    "about", ["{}", "[]", "nonsense", '{"role": "ttp", "name": "insurer", "suite": "X25519"}']
)
def test_a_changed_description_is_refused(folder: Path, about: str) -> None:
    (folder / "ring.json").write_text(about)
    with pytest.raises(UnsafeKeyRingError):
        KeyRing.open(folder)


def test_a_key_under_256_bits_is_refused(folder: Path) -> None:
    (folder / "reference.key").unlink()
    KeyStore(folder, ("supplier", "insurer")).put("reference", bytes(range(16)))
    with pytest.raises(UnsafeKeyRingError, match="fewer than 256 bits"):
        KeyRing.open(folder)


def test_shares_kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "safe-one" / "share", tmp_path / "safe-two" / "share"
    monkeypatch.setenv(CUSTODY_VARIABLE, f"{first}:{second}")
    made = KeyRing.create(tmp_path / "keys", role="ttp", name="notary")
    assert not (tmp_path / "keys" / "custody").exists()
    assert KeyRing.open(tmp_path / "keys").identity == made.identity
    first.chmod(0o644)
    with pytest.raises(UnsafeKeyRingError):
        KeyRing.open(tmp_path / "keys")
    first.unlink()
    with pytest.raises(KeyRingMissingError, match="custodian's share"):
        KeyRing.open(tmp_path / "keys")
    monkeypatch.setenv(CUSTODY_VARIABLE, str(first))
    with pytest.raises(KeyRingMissingError, match="does not name two files"):
        KeyRing.open(tmp_path / "keys")


def test_references_are_stable_and_the_supplier_s_own(ring: KeyRing, folder: Path, tmp_path: Path) -> None:
    made = ring.reference_mac([b"claim 1", b"claim 2", b"claim 1"])
    assert [len(one) for one in made] == [16, 16, 16]
    assert made[0] == made[2] != made[1]
    assert KeyRing.open(folder).reference_mac([b"claim 1"]) == made[:1]
    assert other_supplier(tmp_path).reference_mac([b"claim 1"]) != made[:1]


def test_the_shared_secret_reaches_the_other_supplier(ring: KeyRing, tmp_path: Path) -> None:
    other = other_supplier(tmp_path)
    share_secret(ring, other)
    assert other._store.get("shared-secret-1") == ring._store.get("shared-secret-1")
    with pytest.raises(KeyRingExistsError):
        ring.create_shared_secret()


def test_whether_a_ring_holds_a_version_of_the_shared_secret(ring: KeyRing) -> None:
    assert not ring.has_shared_secret()
    ring.create_shared_secret(2)
    assert (ring.has_shared_secret(), ring.has_shared_secret(2)) == (False, True)


def test_a_process_that_opened_or_made_a_ring_leaves_no_core_dump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda *limit: limits.append(limit))
    KeyRing.create(tmp_path / "keys", role="ttp", name="notary")
    KeyRing.open(tmp_path / "keys")
    assert limits == [(resource.RLIMIT_CORE, (0, 0))] * 2
    monkeypatch.undo()
    KeyRing.open(tmp_path / "keys")
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    monkeypatch.setitem(sys.modules, "resource", None)  # a platform without it
    KeyRing.open(tmp_path / "keys")


def test_the_shared_secret_goes_to_suppliers_only(ring: KeyRing, tmp_path: Path) -> None:
    ring.create_shared_secret()
    for role in ("ttp", "ocmo"):
        other = other_supplier(tmp_path, role, role)
        with pytest.raises(AgreementError, match="only suppliers hold"):
            ring.wrap_shared_secret(other.identity)
        with pytest.raises(AgreementError, match="only suppliers hold"):
            other.create_shared_secret()


def test_a_shared_secret_from_a_stranger_is_refused(ring: KeyRing, tmp_path: Path) -> None:
    """Who plants a secret of his own, such as the TTP, could try out all BSNs."""
    taker, stranger = other_supplier(tmp_path), other_supplier(tmp_path, "stranger")
    stranger.create_shared_secret()
    blob = stranger.wrap_shared_secret(taker.identity)
    with pytest.raises(SignatureRefusedError, match="not signed by insurer for hospital"):
        taker.receive_shared_secret(blob, sender=ring.identity)
    for forged in (b"", blob[:64], blob[:-1], blob[:70] + b"x" + blob[71:]):
        with pytest.raises((SignatureRefusedError, BlobRefusedError)):
            taker.receive_shared_secret(forged, sender=stranger.identity)
    with pytest.raises(SignatureRefusedError):
        taker.receive_shared_secret(blob, sender=stranger.identity, key_version=2)
    assert taker._store.names() == ["exchange", "reference", "signing"]


def test_a_version_that_is_not_there(ring: KeyRing, tmp_path: Path) -> None:
    with pytest.raises(KeyRingMissingError, match="shared-secret-2"):
        ring.wrap_shared_secret(other_supplier(tmp_path).identity, 2)


def test_nothing_shows_a_key(ring: KeyRing) -> None:
    ring.create_shared_secret()
    shown = f"{ring!r} {ring} {ring._store!r} {ring.identity!r} {vars(ring)} {vars(ring._store)}"
    pickled = pickle.dumps(ring)
    for name in ring._store.names():
        secret = ring._store.get(name)
        assert secret not in pickled
        assert secret.hex() not in shown
        assert repr(secret) not in shown


def test_the_ttp_has_another_key_for_each_contract_and_epoch(tmp_path: Path) -> None:
    ttp = KeyRing.create(tmp_path / "keys", role="ttp", name="notary")
    made = [("maasoever", 1), ("maasoever", 2), ("polderzorg", 1), ("maasoever-1", 2)]
    for contract, epoch in made:
        ttp.create_pseudonym_key(contract, epoch)
    names = [f"pseudonym-{contract}-{epoch}" for contract, epoch in made]
    assert ttp.names() == sorted([*names, "exchange", "signing"])
    assert len({ttp._store.get(name) for name in names}) == len(names)
    with pytest.raises(KeyRingExistsError, match="already a key 'pseudonym-maasoever-1'"):
        ttp.create_pseudonym_key("maasoever", 1)


def test_only_the_ttp_makes_the_key_of_an_epoch(ring: KeyRing) -> None:
    with pytest.raises(AgreementError, match="only the TTP makes pseudonyms"):
        ring.create_pseudonym_key("maasoever", 1)


@pytest.mark.parametrize(("contract", "epoch"), [("maas/oever", 1), ("", 1), ("maasoever", 0)])
def test_a_contract_or_epoch_that_cannot_be_one(tmp_path: Path, contract: str, epoch: int) -> None:
    ttp = KeyRing.create(tmp_path / "keys", role="ttp", name="notary")
    with pytest.raises(AgreementError):
        ttp.create_pseudonym_key(contract, epoch)


def test_what_is_known_of_a_key(tmp_path: Path) -> None:
    made = KeyRing.create(tmp_path / "keys", role="supplier", name="insurer", made_on=date(2026, 1, 5))
    other = other_supplier(tmp_path)
    share_secret(made, other)
    signing = made.facts("signing")
    assert (signing.made_on, signing.place, len(signing.check_value)) == ("2026-01-05", "file", 16)
    assert made.facts("shared-secret-1") == other.facts("shared-secret-1"), "suppliers compare check values"
    assert len({made.facts(name).check_value for name in made.names()}) == 4
    assert made.facts("shared-secret-1").made_on == "", "nobody said"


@pytest.mark.parametrize("about", ["{}", "nonsense", '{"name": "reference"}'])
def test_a_changed_description_of_a_key_is_refused(folder: Path, about: str) -> None:
    (folder / "reference.about.json").write_text(about)
    with pytest.raises(UnsafeKeyRingError, match="does not describe a key"):
        KeyRing.open(folder)


def test_a_ring_of_another_user_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another user owns, that user can read, whatever the mode says."""
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(UnsafeKeyRingError, match="belongs to another user"):
        KeyRing.open(folder)
