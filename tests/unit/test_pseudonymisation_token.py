"""Keys in a PKCS#11 token: they hash as files do, and nobody gets them out."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation.certificates import verified
from pseudonymisation.custody import Shares
from pseudonymisation.destruction import destroy
from pseudonymisation.engine import Hmac2Step, Scope, key_for, pre_pseudonym_key, pseudonym_key
from pseudonymisation.errors import (
    AgreementError,
    KeyDestroyedError,
    KeyInUseError,
    KeyRingExistsError,
    KeyRingMissingError,
    TokenError,
    UnsafeKeyRingError,
)
from pseudonymisation.keyfacts import KeyFacts
from pseudonymisation.keys import KeyRing
from pseudonymisation.keystore import KeyStore
from pseudonymisation.macs import KeyReference, MacService
from pseudonymisation.pkcs11_token import TokenKeys
from pseudonymisation.privatefiles import write_private
from pseudonymisation.tokenplace import TokenPlace
from tests.oracles.pseudonymisation_stdlib import synthetic_numbers
from tests.softhsm import LABEL, own_name, soft_token
from tests.unit.pseudonymisation_world import INSURER, World
from tests.unit.test_pseudonymisation_rfc_vectors import RFC_4231

NUMBERS = pl.Series(synthetic_numbers(20))
ON = date(2026, 1, 5)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> TokenPlace:
    return soft_token(monkeypatch, tmp_path)


@pytest.fixture
def name(tmp_path: Path) -> str:
    return own_name(tmp_path)


def ring(tmp_path: Path, name: str, role: str, place: TokenPlace) -> KeyRing:
    made = KeyRing.create(tmp_path / "keys", role=role, name=name, made_on=ON)
    made.use_token(Path(place.module), place.label)
    return made


@pytest.mark.parametrize("case", [6, 7])
def test_the_token_s_hmac_is_that_of_rfc_4231(place: TokenPlace, case: int) -> None:
    """Only the cases with keys of 256 bits and more: the token takes no shorter ones."""
    key, data, digest = RFC_4231[case]
    keys, reference = TokenKeys(place, ("ttp", "rfc")), KeyReference(f"rfc-4231-{case}")
    keys.take(reference, key)
    assert [one.hex() for one in keys.mac(reference, [data, b"other", data])][::2] == [digest, digest]
    keys.destroy(reference.name)


def test_a_key_moved_into_the_token_makes_the_same_pre_pseudonyms(
    tmp_path: Path, name: str, place: TokenPlace
) -> None:
    supplier, scope = ring(tmp_path, name, "supplier", place), Scope("maasoever", 1, 1)
    supplier.create_shared_secret(1, ON)
    facts = supplier.facts("shared-secret-1")
    before = Hmac2Step().pre_pseudonyms(supplier, scope, NUMBERS)
    canary = Hmac2Step().canary(supplier, scope)
    supplier.move_to_token(key_for("shared-secret-1", "maasoever"))

    assert not (tmp_path / "keys" / "shared-secret-1.key").exists()
    opened = KeyRing.open(tmp_path / "keys")
    assert Hmac2Step().pre_pseudonyms(opened, scope, NUMBERS).to_list() == before.to_list()
    assert Hmac2Step().canary(opened, scope) == canary
    assert opened.has_shared_secret()
    assert opened.facts("shared-secret-1") == replace(facts, place="token")


def test_a_key_in_the_token_is_given_to_nobody(tmp_path: Path, name: str, place: TokenPlace) -> None:
    import pkcs11

    supplier = ring(tmp_path, name, "supplier", place)
    other = KeyRing.create(tmp_path / "other", role="supplier", name="other")
    supplier.create_shared_secret()
    supplier.move_to_token(key_for("shared-secret-1", "maasoever"))
    with pytest.raises(TokenError, match="gives no key away"):
        supplier.wrap_shared_secret(other.identity)
    token = pkcs11.lib(place.module).get_token(token_label=place.label)
    with token.open(user_pin="4711-right") as session:
        (held,) = session.get_objects({pkcs11.Attribute.LABEL: f"supplier/{name}/shared-secret-1"})
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            held[pkcs11.Attribute.VALUE]
        assert held[pkcs11.Attribute.SENSITIVE]
        assert not held[pkcs11.Attribute.EXTRACTABLE]


def test_a_key_that_the_token_draws_makes_pseudonyms(tmp_path: Path, name: str, place: TokenPlace) -> None:
    ttp, scope = ring(tmp_path, name, "ttp", place), Scope("maasoever", 1, 1)
    ttp.create_pseudonym_key("maasoever", 1, ON, in_token=True)
    made = Hmac2Step().pseudonyms(ttp, scope, pl.Series([b"one", b"two", b"one"]))
    assert made[0] == made[2] != made[1]
    assert made.bin.size().to_list() == [16, 16, 16]
    facts = ttp.facts("pseudonym-maasoever-1")
    assert facts == KeyFacts(
        "pseudonym-maasoever-1", "2026-01-05", facts.check_value, "token", drawn_in_token=True
    )
    assert len(facts.check_value) == 16
    assert "pseudonym-maasoever-1" in KeyRing.open(tmp_path / "keys").names()
    with pytest.raises(KeyRingExistsError):
        ttp.create_pseudonym_key("maasoever", 1)


def test_the_interface_is_the_same_for_all(tmp_path: Path, name: str, place: TokenPlace) -> None:
    ttp = ring(tmp_path, name, "ttp", place)
    ttp.create_pseudonym_key("maasoever", 1)
    services: list[MacService] = [ttp, TokenKeys(place, ("ttp", name))]
    key = pseudonym_key(Scope("maasoever", 1, 1))
    in_file = services[0].mac(key, [b"x", b"y"])
    ttp.move_to_token(key)
    assert [service.mac(key, [b"x", b"y"]) for service in services] == [in_file, in_file]
    assert services[1].mac(key, []) == []


def test_a_moved_key_serves_its_own_contract_only(tmp_path: Path, name: str, place: TokenPlace) -> None:
    supplier = ring(tmp_path, name, "supplier", place)
    supplier.create_shared_secret()
    supplier.move_to_token(key_for("shared-secret-1", "maasoever"))
    with pytest.raises(KeyRingMissingError, match="for this contract"):
        supplier.mac(pre_pseudonym_key(Scope("polderzorg", 1, 1)), [b"x"])
    with pytest.raises(AgreementError, match="no key that makes pseudonyms of contract maasoever"):
        key_for("pseudonym-polderzorg-1", "maasoever")


@pytest.mark.parametrize("step", ["take", "mac", "write_facts"])
def test_moving_is_killed_and_run_again(
    tmp_path: Path, name: str, place: TokenPlace, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    from pseudonymisation import ringkeys

    supplier, key = ring(tmp_path, name, "supplier", place), key_for("shared-secret-1", "maasoever")
    supplier.create_shared_secret()
    before = supplier.mac(key, [b"x"])
    owner = ringkeys if step == "write_facts" else TokenKeys
    real = getattr(owner, step)

    def dying(*arguments: object) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, dying)
        with pytest.raises(KeyboardInterrupt):
            supplier.move_to_token(key)
    opened = KeyRing.open(tmp_path / "keys")
    assert opened.mac(key, [b"x"]) == before
    opened.move_to_token(key)
    assert opened.mac(key, [b"x"]) == before
    assert not (tmp_path / "keys" / "shared-secret-1.key").exists()


def test_a_key_of_the_same_name_in_the_token_is_not_taken_for_this_one(
    tmp_path: Path, name: str, place: TokenPlace
) -> None:
    supplier, key = ring(tmp_path, name, "supplier", place), key_for("shared-secret-1", "maasoever")
    supplier.create_shared_secret()
    TokenKeys(place, ("supplier", name)).take(key, bytes(range(32)))
    with pytest.raises(TokenError, match="does not hash with key 'shared-secret-1' as the file does"):
        supplier.move_to_token(key)
    assert (tmp_path / "keys" / "shared-secret-1.key").exists()


def test_a_key_in_the_token_is_destroyed_there(tmp_path: Path, name: str, place: TokenPlace) -> None:
    ttp, key = ring(tmp_path, name, "ttp", place), pseudonym_key(Scope("maasoever", 1, 1))
    for epoch in (1, 2):
        ttp.create_pseudonym_key("maasoever", epoch, ON, in_token=True)
    facts, later = ttp.facts(key.name), ttp.mac(pseudonym_key(Scope("maasoever", 2, 1)), [b"x"])
    signed = destroy(tmp_path / "keys", key.name, on=date(2027, 1, 31), custodians=("A", "B"))
    certificate = verified(signed, ttp.identity)
    assert (certificate.check_value, certificate.place) == (facts.check_value, "token")
    with pytest.raises(KeyDestroyedError):
        ttp.mac(key, [b"x"])
    with pytest.raises(KeyRingMissingError):
        TokenKeys(place, ("ttp", name)).mac(key, [b"x"])
    with pytest.raises(KeyDestroyedError):
        ttp.create_pseudonym_key("maasoever", 1, in_token=True)
    assert ttp.mac(pseudonym_key(Scope("maasoever", 2, 1)), [b"x"]) == later


@pytest.mark.parametrize("is_known", [True, False])
def test_a_key_that_was_moved_and_destroyed_does_not_open_from_an_older_backup(
    tmp_path: Path, name: str, place: TokenPlace, is_known: bool
) -> None:
    """Its file was there once; only a new key-encryption key makes copies of it worthless."""
    supplier, folder = ring(tmp_path, name, "supplier", place), tmp_path / "keys"
    for version in (1, 2):
        supplier.create_shared_secret(version, ON)
    backup = (folder / "shared-secret-1.key").read_bytes()
    supplier.move_to_token(key_for("shared-secret-1", "maasoever"))
    if not is_known:  # written down before it was noted where a key was drawn
        about = folder / "shared-secret-1.about.json"
        raw = json.loads(about.read_text())
        del raw["drawn_in_token"]
        about.write_text(json.dumps(raw))
    whole = destroy(folder, "shared-secret-1", on=date(2027, 1, 31), custodians=("A", "B"))
    assert verified(whole, supplier.identity).place == "token"
    restored = tmp_path / "restored"
    restored.mkdir(mode=0o700)
    write_private(restored / "shared-secret-1.key", backup)
    with pytest.raises(UnsafeKeyRingError, match="does not open"):
        KeyStore(restored, ("supplier", name), Shares.of(folder)).get("shared-secret-1")
    with pytest.raises(KeyDestroyedError):
        KeyRing.open(folder).facts("shared-secret-1")
    with pytest.raises(KeyRingMissingError):
        TokenKeys(place, ("supplier", name)).mac(key_for("shared-secret-1", "maasoever"), [b"x"])


def test_what_the_token_drew_was_never_in_a_file_and_no_share_changes(
    tmp_path: Path, name: str, place: TokenPlace
) -> None:
    ttp = ring(tmp_path, name, "ttp", place)
    for epoch in (1, 2):
        ttp.create_pseudonym_key("maasoever", epoch, in_token=True)
    share = (tmp_path / "keys" / "custody" / "first.share").read_bytes()
    destroy(tmp_path / "keys", "pseudonym-maasoever-1", on=date(2027, 1, 31), custodians=("A", "B"))
    assert (tmp_path / "keys" / "custody" / "first.share").read_bytes() == share


def test_a_secret_that_another_contract_needs_from_its_file_is_not_moved(tmp_path: Path) -> None:
    """What the token takes serves one contract only; the supplier's other ones would stand still."""
    world = World.make(tmp_path)
    supplier, key = world.rings[INSURER], key_for("shared-secret-1", "polderzorg")
    with pytest.raises(KeyInUseError, match="contract maasoever needs it from its file"):
        supplier.move_to_token(key, agreements=[world.agreement])
    assert (tmp_path / INSURER / "keys" / "shared-secret-1.key").exists()
    with pytest.raises(KeyRingMissingError, match="no token"):
        supplier.move_to_token(key_for("shared-secret-1", "maasoever"), agreements=[world.agreement])


def test_a_wrong_pin(tmp_path: Path, place: TokenPlace) -> None:
    (tmp_path / "pin").write_text("1234-wrong")
    with pytest.raises(TokenError, match="does not accept the PIN") as refused:
        TokenKeys(place, ("ttp", "x")).mac(KeyReference("x"), [b""])
    assert "1234" not in str(refused.value)


def test_a_pin_that_others_may_read(tmp_path: Path, place: TokenPlace) -> None:
    (tmp_path / "pin").chmod(0o644)
    with pytest.raises(UnsafeKeyRingError, match="mode 0644"):
        TokenKeys(place, ("ttp", "x")).require()


@pytest.mark.parametrize(
    ("elsewhere", "said"),
    [
        ({"module": "/nowhere/module.so"}, "module cannot be loaded"),
        ({"label": "another"}, "There is no such token"),
    ],
)
def test_an_absent_module_or_token_is_not_remembered(
    tmp_path: Path, place: TokenPlace, elsewhere: dict[str, str], said: str
) -> None:
    made = KeyRing.create(tmp_path / "keys", role="ttp", name="absent")
    wrong = replace(place, **elsewhere)
    with pytest.raises(TokenError, match=said) as refused:
        made.use_token(Path(wrong.module), wrong.label)
    assert refused.value.remedy
    assert not (tmp_path / "keys" / "token.json").exists()


def test_without_python_pkcs11(place: TokenPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(TokenError, match="python-pkcs11 is not installed"):
        TokenKeys(place, ("ttp", "x")).require()


def test_a_ring_without_a_token(tmp_path: Path) -> None:
    made = KeyRing.create(tmp_path / "keys", role="ttp", name="tokenless")
    with pytest.raises(KeyRingMissingError, match="There is no token of this key ring"):
        made.create_pseudonym_key("maasoever", 1, in_token=True)
    (tmp_path / "keys" / "token.json").touch(mode=0o600)
    with pytest.raises(UnsafeKeyRingError, match="does not say where the token is"):
        made.create_pseudonym_key("maasoever", 1, in_token=True)


def test_nothing_shows_the_pin_or_a_key(tmp_path: Path, name: str, place: TokenPlace) -> None:
    keys = TokenKeys(place, ("ttp", name))
    assert LABEL in str(vars(keys))
    assert "4711" not in f"{keys!r} {vars(keys)}"
