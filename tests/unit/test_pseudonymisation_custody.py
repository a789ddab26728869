"""Who opens a ring: a passphrase; and a new key-encryption key, in one step that cannot be half done."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import pickle
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pseudonymisation import renewal, secretinput
from pseudonymisation.custody import CUSTODY_VARIABLE
from pseudonymisation.dropfolder import exclusive, publish
from pseudonymisation.errors import AgreementError, KeyRingMissingError, UnsafeKeyRingError
from pseudonymisation.keys import KeyRing
from pseudonymisation.keystore import KeyStore
from pseudonymisation.passphrase import NEW_PASSPHRASE_VARIABLE, PASSPHRASE_VARIABLE

PHRASE, NEW_PHRASE = "seven brown owls on ice", "eight grey herons in mud"
OWNER = ("supplier", "insurer")


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secretinput, "_remembered", {})
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: PTH123, SIM115


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(text)
    return path


@pytest.fixture
def phrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the passphrase, named in the environment."""
    path = written(tmp_path / "phrase", f"{PHRASE}\n")
    monkeypatch.setenv(PASSPHRASE_VARIABLE, str(path))
    return path


def phrase_ring(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys", role=OWNER[0], name=OWNER[1], custody="passphrase")


def shares_ring(tmp_path: Path) -> KeyRing:
    made = KeyRing.create(tmp_path / "keys", role=OWNER[0], name=OWNER[1])
    made.create_shared_secret()
    return made


def keys_of(folder: Path) -> dict[str, bytes]:
    store = KeyStore(folder, OWNER)
    return {name: store.get(name) for name in store.names()}


# A passphrase


def test_a_ring_opens_with_its_passphrase(tmp_path: Path, phrase: Path) -> None:
    made = phrase_ring(tmp_path)
    assert KeyRing.open(tmp_path / "keys").identity == made.identity
    assert not (tmp_path / "keys" / "custody").exists()
    parameters = json.loads((tmp_path / "keys" / "passphrase.json").read_text())
    assert (parameters["iterations"], parameters["lanes"], parameters["memory_kib"]) == (3, 4, 65536)
    assert stat.S_IMODE((tmp_path / "keys" / "passphrase.json").stat().st_mode) == 0o600


def test_two_rings_of_one_passphrase_have_another_salt(tmp_path: Path, phrase: Path) -> None:
    phrase_ring(tmp_path / "one")
    phrase_ring(tmp_path / "two")
    first, second = (
        json.loads((tmp_path / n / "keys" / "passphrase.json").read_text()) for n in ("one", "two")
    )
    assert first["salt"] != second["salt"]


def test_a_wrong_passphrase(tmp_path: Path, phrase: Path) -> None:
    phrase_ring(tmp_path)
    phrase.write_text("seven brown owls on fire")
    with pytest.raises(UnsafeKeyRingError, match="does not open with this passphrase") as refused:
        KeyRing.open(tmp_path / "keys")
    assert "owls" not in str(refused.value) + repr(refused.value)


def test_a_passphrase_is_the_same_in_both_forms_of_unicode(tmp_path: Path, phrase: Path) -> None:
    phrase.write_text("zeven caf\u00e9's aan zee")
    phrase_ring(tmp_path)
    phrase.write_text("zeven cafe\u0301's aan zee")
    KeyRing.open(tmp_path / "keys")


def test_no_passphrase_and_nobody_to_ask(tmp_path: Path) -> None:
    with pytest.raises(KeyRingMissingError, match="There is no passphrase"):
        phrase_ring(tmp_path)
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("text", "mode", "error", "said"),
    [
        (PHRASE, 0o640, UnsafeKeyRingError, "mode 0640"),
        ("too short 12345"[:14], 0o600, UnsafeKeyRingError, "fewer than 15"),
        ("\n", 0o600, KeyRingMissingError, "is empty"),
    ],
)
def test_a_passphrase_that_cannot_serve(
    tmp_path: Path, phrase: Path, text: str, mode: int, error: type[Exception], said: str
) -> None:
    written(phrase, text, mode)
    with pytest.raises(error, match=said):
        phrase_ring(tmp_path)
    assert not (tmp_path / "keys").exists()


def test_a_file_with_a_passphrase_that_is_not_there(tmp_path: Path, phrase: Path) -> None:
    phrase.unlink()
    with pytest.raises(KeyRingMissingError, match=r"cannot be read \(No such file"):
        phrase_ring(tmp_path)
    phrase.write_bytes(b"\xff\xfe" * 20)
    phrase.chmod(0o600)
    with pytest.raises(KeyRingMissingError, match="it is no text"):
        phrase_ring(tmp_path)


def test_a_passphrase_from_a_descriptor_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setenv(PASSPHRASE_VARIABLE, f"/dev/fd/{reader}")
    threading.Thread(target=lambda: (os.write(writer, f"{PHRASE}\n".encode()), os.close(writer))).start()
    phrase_ring(tmp_path)
    assert KeyRing.open(tmp_path / "keys").identity.name == "insurer"
    os.close(reader)


def test_a_passphrase_is_typed_and_typed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([PHRASE, "something else", PHRASE, PHRASE])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(answers))
    with pytest.raises(UnsafeKeyRingError, match="not typed twice alike"):
        phrase_ring(tmp_path)
    phrase_ring(tmp_path)
    KeyRing.open(tmp_path / "keys")
    assert list(answers) == [], "it is asked for once a process"


@pytest.mark.parametrize(
    "change",
    [
        {"iterations": 2},
        {"memory_kib": 1024},
        {"lanes": 1},
        {"iterations": 10**9},
        {"salt": ""},
        {"salt": "!"},
        {"iterations": "3"},
        {"more": 1},
    ],
    ids=str,
)
def test_weakened_or_senseless_parameters_are_refused(
    tmp_path: Path, phrase: Path, change: dict[str, Any]
) -> None:
    phrase_ring(tmp_path)
    parameters = tmp_path / "keys" / "passphrase.json"
    parameters.write_text(json.dumps({**json.loads(parameters.read_text()), **change}))
    with pytest.raises(UnsafeKeyRingError, match="RFC 9106"):
        KeyRing.open(tmp_path / "keys")


def test_another_kind_of_custody(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="'cloud' is no way to keep a ring"):
        KeyRing.create(tmp_path / "keys", role="ttp", name="x", custody="cloud")
    assert not (tmp_path / "keys").exists()


def test_nothing_of_a_ring_shows_its_passphrase(tmp_path: Path, phrase: Path) -> None:
    ring = phrase_ring(tmp_path)
    assert PHRASE not in f"{ring!r} {vars(ring)} {vars(ring._store)}"
    assert PHRASE.encode() not in pickle.dumps(ring)


# A new key-encryption key


def test_new_shares_open_the_same_keys(tmp_path: Path) -> None:
    ring, folder = shares_ring(tmp_path), tmp_path / "keys"
    before, old = keys_of(folder), tmp_path / "backup"
    shutil.copytree(folder, old)
    renewal.renew(folder, OWNER)
    assert keys_of(folder) == before
    assert KeyRing.open(folder).identity == ring.identity
    for name in ("first.share", "second.share"):
        assert (folder / "custody" / name).read_bytes() != (old / "custody" / name).read_bytes()
    for path in old.glob("*.key"):
        assert path.read_bytes() != (folder / path.name).read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in old.iterdir())


@pytest.mark.parametrize("kept", ["first.share", "second.share"])
def test_an_old_share_is_worth_nothing_with_a_new_one(tmp_path: Path, kept: str) -> None:
    shares_ring(tmp_path)
    folder = tmp_path / "keys"
    old = (folder / "custody" / kept).read_bytes()
    renewal.renew(folder, OWNER)
    (folder / "custody" / kept).write_bytes(old)
    with pytest.raises(UnsafeKeyRingError, match="does not open"):
        KeyRing.open(folder)


def test_a_new_passphrase(tmp_path: Path, phrase: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, folder = phrase_ring(tmp_path), tmp_path / "keys"
    with pytest.raises(KeyRingMissingError, match="There is no new passphrase"):
        renewal.renew(folder, OWNER)
    assert KeyRing.open(folder).identity == ring.identity
    monkeypatch.setenv(NEW_PASSPHRASE_VARIABLE, str(written(tmp_path / "new", NEW_PHRASE)))
    renewal.renew(folder, OWNER)
    with pytest.raises(UnsafeKeyRingError, match="this passphrase"):
        KeyRing.open(folder)
    phrase.write_text(NEW_PHRASE)
    assert KeyRing.open(folder).identity == ring.identity


def test_shares_kept_elsewhere_are_renewed_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shares = [tmp_path / "safe-one" / "share", tmp_path / "safe-two" / "share"]
    monkeypatch.setenv(CUSTODY_VARIABLE, ":".join(str(path) for path in shares))
    shares_ring(tmp_path)
    before = [path.read_bytes() for path in shares]
    renewal.renew(tmp_path / "keys", OWNER)
    KeyRing.open(tmp_path / "keys")
    assert all(path.read_bytes() != old for path, old in zip(shares, before, strict=True))
    assert sorted(path for path in tmp_path.glob("safe-*/*")) == shares


class Killed(BaseException):
    """What a kill looks like from inside."""


@contextlib.contextmanager
def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Die just before the `step`-th change to the disk; how many there were."""
    count = [0]

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            count[0] += 1
            if count[0] == step:
                raise Killed
            return real(*arguments, **more)

        return call

    with monkeypatch.context() as patched:
        for name in ("replace", "rename", "unlink", "mkdir"):
            patched.setattr(Path, name, dying(getattr(Path, name)))
        patched.setattr(os, "open", dying(os.open))
        patched.setattr(os, "fsync", dying(os.fsync))
        yield count


def test_a_renewal_is_killed_at_every_change_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares_ring(tmp_path / "original")
    before = keys_of(tmp_path / "original" / "keys")
    step, opened_as_before = 0, 0
    while True:
        step += 1
        home = tmp_path / str(step)
        shutil.copytree(tmp_path / "original", home)
        shares = [(home / "keys" / "custody" / f"{n}.share").read_bytes() for n in ("first", "second")]
        try:
            with killed_at(step, monkeypatch):
                renewal.renew(home / "keys", OWNER)
        except Killed:
            KeyRing.open(home / "keys")
            assert keys_of(home / "keys") == before
            opened_as_before += (home / "keys" / "custody" / "first.share").read_bytes() == shares[0]
            renewal.renew(home / "keys", OWNER)
            assert keys_of(home / "keys") == before
            assert not list(home.rglob("*.part")) + list(home.rglob("renewal"))
            continue
        break
    assert step > 30
    assert 10 < opened_as_before < step - 10, "killed on both sides of the commit"


def test_a_renewal_waits_for_the_custodians_it_was_broken_off_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = [tmp_path / "safe-one" / "share", tmp_path / "safe-two" / "share"]
    monkeypatch.setenv(CUSTODY_VARIABLE, ":".join(str(path) for path in shares))
    shares_ring(tmp_path)
    before = keys_of(tmp_path / "keys")
    with monkeypatch.context() as patched:
        patched.setattr(renewal, "finish", killed_if_committed)
        with pytest.raises(Killed):
            renewal.renew(tmp_path / "keys", OWNER)
    shares[1].parent.rename(tmp_path / "away")
    with pytest.raises(KeyRingMissingError, match="renewal of this key ring was broken off"):
        KeyRing.open(tmp_path / "keys")
    (tmp_path / "away").rename(shares[1].parent)
    KeyRing.open(tmp_path / "keys")
    assert keys_of(tmp_path / "keys") == before


def killed_if_committed(folder: Path) -> None:
    if (folder / "renewal").exists():
        raise Killed


def committed(folder: Path, monkeypatch: pytest.MonkeyPatch, *, after: int = 0) -> None:
    """A renewal that was killed after its commit, when `after` files had been put in place."""
    placed = [0]
    real = renewal._put_in_place

    def dying(*arguments: Any) -> None:
        if placed[0] == after:
            raise Killed
        placed[0] += 1
        real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(renewal, "_put_in_place", dying)
        with pytest.raises(Killed):
            renewal.renew(folder, OWNER)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("after", "lost"), [(0, "first"), (0, "second"), (1, "second")])
def test_a_new_share_that_is_not_there_stops_a_renewal_before_anything_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int, lost: str
) -> None:
    """A stick without its last write, or tidied: old keys under old shares are all there is then."""
    shares_ring(tmp_path)
    folder, before = tmp_path / "keys", keys_of(tmp_path / "keys")
    committed(folder, monkeypatch, after=after)
    new_share = folder / "custody" / f"{lost}.share.part"
    new_share.rename(tmp_path / "lost")
    left = contents(folder)
    for _ in range(2):
        with pytest.raises(KeyRingMissingError, match=f"broken off.*{lost}.share"):
            KeyRing.open(folder)
        assert contents(folder) == left
    (tmp_path / "lost").rename(new_share)
    KeyRing.open(folder)
    assert keys_of(folder) == before


def test_the_empty_mount_point_of_a_stick_is_no_stick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = [tmp_path / "safe-one" / "share", tmp_path / "safe-two" / "share"]
    monkeypatch.setenv(CUSTODY_VARIABLE, ":".join(str(path) for path in shares))
    shares_ring(tmp_path)
    folder, before = tmp_path / "keys", keys_of(tmp_path / "keys")
    committed(folder, monkeypatch)
    shares[1].parent.rename(tmp_path / "away")
    shares[1].parent.mkdir(mode=0o700)
    left = contents(folder)
    with pytest.raises(KeyRingMissingError, match="safe-two"):
        KeyRing.open(folder)
    assert contents(folder) == left
    shares[1].parent.rmdir()
    (tmp_path / "away").rename(shares[1].parent)
    KeyRing.open(folder)
    assert keys_of(folder) == before


@pytest.mark.parametrize("change", ["lost", "other bytes"])
def test_a_new_key_file_that_is_not_as_it_was_written_stops_a_renewal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    shares_ring(tmp_path)
    folder = tmp_path / "keys"
    committed(folder, monkeypatch)
    new_key = folder / "renewal" / "signing.key"
    data = new_key.read_bytes()
    new_key.unlink()
    if change == "other bytes":
        written(new_key, "").write_bytes(data[::-1])
    left = contents(folder)
    with pytest.raises(KeyRingMissingError, match=r"broken off.*signing\.key"):
        KeyRing.open(folder)
    assert contents(folder) == left


def test_a_renewal_that_cannot_go_on_is_given_up_and_the_old_shares_open_the_ring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/how-to/keys.md says: no old key was overwritten, and what a custodian's stick lost is on its copy."""
    shares_ring(tmp_path)
    folder, before = tmp_path / "keys", keys_of(tmp_path / "keys")
    copies = contents(folder / "custody")
    committed(folder, monkeypatch, after=1)
    (folder / "custody" / "second.share.part").unlink()
    with pytest.raises(KeyRingMissingError):
        KeyRing.open(folder)
    shutil.rmtree(folder / "renewal")
    for name, share in copies.items():
        (folder / "custody" / name).write_bytes(share)
    KeyRing.open(folder)
    assert keys_of(folder) == before


def test_a_renewal_that_another_committed_meanwhile_is_finished_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once: the later one must not make new shares over those of the earlier."""
    shares_ring(tmp_path)
    folder, before = tmp_path / "keys", keys_of(tmp_path / "keys")
    real, overtaken = exclusive, [False]

    @contextlib.contextmanager
    def late(lock: Path) -> Iterator[None]:
        if not overtaken[0] and not (folder / "renewal").exists():
            overtaken[0] = True
            committed(folder, monkeypatch)
        with real(lock):
            yield

    monkeypatch.setattr(renewal, "exclusive", late)
    renewal.renew(folder, OWNER)
    assert overtaken[0]
    KeyRing.open(folder)
    assert keys_of(folder) == before


def test_a_key_that_is_made_during_a_renewal_waits_for_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrapped under the old key-encryption key, it would be lost with it."""
    ring, folder = shares_ring(tmp_path), tmp_path / "keys"
    maker = threading.Thread(target=ring.create_shared_secret, args=(2,))
    real = publish

    def meanwhile(journal: Path) -> None:
        maker.start()
        maker.join(0.5)
        real(journal)

    monkeypatch.setattr(renewal, "publish", meanwhile)
    renewal.renew(folder, OWNER)
    maker.join()
    assert KeyRing.open(folder).has_shared_secret(2)


def test_a_key_that_is_made_after_a_renewal_was_killed_is_wrapped_as_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring, folder = shares_ring(tmp_path), tmp_path / "keys"
    committed(folder, monkeypatch)
    ring.create_shared_secret(2)
    assert KeyRing.open(folder).has_shared_secret(2)


@pytest.mark.parametrize("rights", [0o720, 0o702])
def test_a_share_in_a_folder_that_others_may_write_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rights: int
) -> None:
    """Who may write there can put another share in its place."""
    shares = [tmp_path / "safe-one" / "share", tmp_path / "safe-two" / "share"]
    monkeypatch.setenv(CUSTODY_VARIABLE, ":".join(str(path) for path in shares))
    shares_ring(tmp_path)
    shares[1].parent.chmod(rights)
    with pytest.raises(UnsafeKeyRingError, match="safe-two"):
        KeyRing.open(tmp_path / "keys")
    shares[1].parent.chmod(0o755)
    KeyRing.open(tmp_path / "keys")
