"""What must hold, point 6: keys are wrapped, private, strong and destroyed for good; one interface for all.

where a key is            who opens it                                 what hashes
file, two custodians      the XOR of two shares                        this process
file, passphrase          Argon2id of the passphrase (RFC 9106)        this process
token (PKCS#11)           the token's PIN                              the token
"""

from __future__ import annotations

import hmac
import stat
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from pseudonymisation.destruction import destroy
from pseudonymisation.engine import Scope, pseudonym_key
from pseudonymisation.errors import KeyDestroyedError, UnsafeKeyRingError
from pseudonymisation.keys import KeyRing
from pseudonymisation.keystore import KeyStore
from pseudonymisation.macs import derive_key
from pseudonymisation.passphrase import PASSPHRASE_VARIABLE
from tests.oracles.pseudonymisation_stdlib import pseudonym
from tests.softhsm import own_name, soft_token

SCOPE = Scope("maasoever", 1, 1)
MESSAGES = [b"first", b"second", b"first"]


@dataclass(frozen=True)
class Kept:
    """A TTP's ring with the key of one epoch, and that key in the clear, as only a test may have it."""

    ring: KeyRing
    k_t: bytes


@pytest.fixture(params=["shares", "passphrase", "token"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """The same in each place where a key may be."""
    phrase = tmp_path / "phrase"
    phrase.touch(mode=0o600)
    phrase.write_text("nine white swans on tar")
    monkeypatch.setenv(PASSPHRASE_VARIABLE, str(phrase))
    custody = "passphrase" if request.param == "passphrase" else "shares"
    ring = KeyRing.create(tmp_path / "keys", role="ttp", name=own_name(tmp_path), custody=custody)
    ring.create_pseudonym_key("maasoever", 1)
    k_t = KeyStore(tmp_path / "keys", ("ttp", own_name(tmp_path))).get("pseudonym-maasoever-1")
    if request.param == "token":
        place = soft_token(monkeypatch, tmp_path)
        ring.use_token(Path(place.module), place.label)
        ring.move_to_token(pseudonym_key(SCOPE))
    return Kept(ring, k_t)


def test_one_batch_interface_gives_the_same_digests_wherever_the_key_is(kept: Kept) -> None:
    derived = derive_key(kept.k_t, pseudonym_key(SCOPE).derivation)
    made = kept.ring.mac(pseudonym_key(SCOPE), MESSAGES)
    assert made == [hmac.digest(derived, message, "sha256") for message in MESSAGES]
    assert made[0][:16] == pseudonym(kept.k_t, b"first", "maasoever", 1)


def test_every_file_of_a_ring_is_its_owner_s_alone(kept: Kept, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    for path in folder.rglob("*"):
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IRGRP)
        with pytest.raises(UnsafeKeyRingError, match="open to other users"):
            KeyRing.open(folder)
        path.chmod(mode)
    KeyRing.open(folder)


def test_a_key_of_fewer_than_256_bits_is_refused(tmp_path: Path) -> None:
    KeyRing.create(tmp_path / "keys", role="ttp", name="notary")
    KeyStore(tmp_path / "keys", ("ttp", "notary")).put("pseudonym-maasoever-1", bytes(range(16)))
    with pytest.raises(UnsafeKeyRingError, match="fewer than 256 bits"):
        KeyRing.open(tmp_path / "keys")


def test_a_destroyed_epoch_is_refused_and_the_next_goes_on(tmp_path: Path) -> None:
    """There is a key for each epoch: one from which all epochs follow would bring the old one back."""
    ttp = KeyRing.create(tmp_path / "keys", role="ttp", name="notary")
    for epoch in (1, 2):
        ttp.create_pseudonym_key("maasoever", epoch)
    first, second = (pseudonym_key(Scope("maasoever", epoch, 1)) for epoch in (1, 2))
    after = ttp.mac(second, MESSAGES)
    destroy(tmp_path / "keys", first.name, on=date(2027, 1, 31), custodians=("A. Jansen", "B. Smit"))
    with pytest.raises(KeyDestroyedError):
        ttp.mac(first, MESSAGES)
    assert ttp.mac(second, MESSAGES) == after
