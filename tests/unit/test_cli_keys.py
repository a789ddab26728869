"""`ocmo keys`: the ceremonies of docs/how-to/keys.md, typed; and what is refused, each with its exit code."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.failures import failure
from pseudonymisation.keys import KeyRing
from tests.softhsm import LABEL, own_name, soft_token
from tests.unit.pseudonymisation_world import World


@dataclass(frozen=True)
class Ended:
    code: int
    said: str


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("OCMO_CUSTODY", "OCMO_PASSPHRASE_FILE", "OCMO_TOKEN_PIN_FILE"):
        monkeypatch.delenv(variable, raising=False)


def run(line: str) -> Ended:
    """What who types this sees; an unknown exception is raised."""
    result = CliRunner().invoke(app, shlex.split(line))
    if result.exception is None or isinstance(result.exception, SystemExit):
        return Ended(result.exit_code, result.output)
    told = failure(result.exception)
    if told is None:
        raise result.exception
    return Ended(told.exit_code, told.message)


def typed(line: str) -> str:
    """What it says, when all is well."""
    ended = run(line)
    assert ended.code == 0, ended.said
    return ended.said


def logged(home: Path) -> list[tuple[str, str, int, int]]:
    """(action, contract, epoch, key version) of each line of a home's audit log."""
    lines = [json.loads(line) for line in (home / "audit.jsonl").read_text().splitlines()]
    return [(one["action"], one["contract"], one["epoch"], one["key_version"]) for one in lines]


def test_what_is_shown_of_a_ring(tmp_path: Path) -> None:
    typed("keys create ttp/keys --role ttp --name vertrouwd --identity ttp.json --today 2026-01-05")
    typed("keys make-epoch ttp/keys --contract maasoever --epoch 1 --today 2026-01-06")
    ring = KeyRing.open(tmp_path / "ttp" / "keys")
    said = typed("keys show ttp/keys").splitlines()
    assert said[0] == f"vertrouwd (ttp), X25519: {ring.identity.fingerprint}"
    value = ring.facts("pseudonym-maasoever-1").check_value
    assert said[1].split() == ["key", "made", "on", "check", "value", "kept", "in"]
    assert said[3] == f"pseudonym-maasoever-1  2026-01-06  {value}  file"
    assert [line.split()[0] for line in said[2:-1]] == ["exchange", "pseudonym-maasoever-1", "signing"]
    assert (
        said[-1] == "Opened by both shares, which lie in the ring itself: whoever has the ring has its keys."
    )
    shown = json.loads(typed("keys show ttp/keys --json"))
    assert shown["fingerprint"] == ring.identity.fingerprint
    assert [key["made_on"] for key in shown["keys"]] == ["2026-01-05", "2026-01-06", "2026-01-05"]
    assert ring.identity.fingerprint in typed("keys fingerprint ttp.json")


@pytest.mark.parametrize(("role", "is_warned"), [("ttp", True), ("supplier", True), ("ocmo", False)])
def test_shares_in_the_ring_itself_are_told_aloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str, is_warned: bool
) -> None:
    """They protect nothing; at the OCMO no key makes pseudonyms."""
    create = f"keys create {{}} --role {role} --name one --identity one.json"
    assert ("protect nothing" in typed(create.format("ring"))) is is_warned
    monkeypatch.setenv("OCMO_CUSTODY", f"{tmp_path / 'a' / 'one.share'}:{tmp_path / 'b' / 'one.share'}")
    assert "protect nothing" not in typed(create.format("apart"))
    shown = typed("keys show apart").splitlines()[-1]
    assert shown == f"Opened by the shares {tmp_path}/a/one.share and {tmp_path}/b/one.share."
    beside = tmp_path / "apart" / "one.share"
    (tmp_path / "b" / "one.share").rename(beside)
    monkeypatch.setenv("OCMO_CUSTODY", f"{tmp_path / 'a' / 'one.share'}:{beside}")
    kept = json.loads(typed("keys show apart --json"))["custody"]
    assert kept == f"the shares {tmp_path}/a/one.share and {beside}, one of which lies in the ring itself"
    assert typed("keys show apart").splitlines()[-1] == f"Opened by {kept}."


def test_suppliers_share_and_rotate_their_secret(tmp_path: Path) -> None:
    for name in ("one", "two"):
        typed(f"keys create {name}/keys --role supplier --name {name} --identity {name}.json")
    typed("keys make-secret one/keys --today 2026-01-05")
    assert typed("keys rotate one/keys") == "Made version 2 of the suppliers' shared secret.\n"
    for version in (1, 2):
        typed(f"keys share-secret one/keys --with two.json --out sealed --key-version {version}")
        said = typed(f"keys receive-secret two/keys sealed --from one.json --key-version {version}")
        value = KeyRing.open(tmp_path / "one" / "keys").facts(f"shared-secret-{version}").check_value
        assert said == f"Took over the shared secret from one. Check value: {value}\n"
    assert logged(tmp_path / "one") == [("key-made", "", 0, 1), ("key-made", "", 0, 2)]
    assert logged(tmp_path / "two") == [("key-received", "", 0, 1), ("key-received", "", 0, 2)]


def test_a_ttp_ends_an_epoch(tmp_path: Path) -> None:
    typed("keys create ttp/keys --role ttp --name vertrouwd --identity ttp.json --today 2026-01-05")
    assert "--contract" in run("keys rotate ttp/keys").said
    for epoch in (1, 2):
        said = typed("keys rotate ttp/keys --contract maasoever --today 2026-01-05")
        assert said == f"Made the key of epoch {epoch} of contract maasoever.\n"
    destroy = (
        "keys destroy ttp/keys pseudonym-maasoever-1 --custodian 'A. Jansen' --custodian 'B. Smit'"
        " --certificate gone.json --today 2027-01-31"
    )
    ring = KeyRing.open(tmp_path / "ttp" / "keys")
    value = ring.facts("pseudonym-maasoever-1").check_value
    expected = (
        f"vertrouwd (ttp, {ring.identity.fingerprint}) destroyed key pseudonym-maasoever-1 (check value {value},"
        " made on 2026-01-05, kept in a file) on 2027-01-31, before A. Jansen and B. Smit.\n"
    )
    assert run(destroy.replace("gone.json", "ttp")).code == 60, "the certificate cannot go there"
    assert typed(destroy) == expected, "asked again, it is the certificate of then"
    assert typed("keys verify-certificate gone.json --identity ttp.json") == expected
    assert typed("keys show ttp/keys").splitlines()[-2].split() == ["pseudonym-maasoever-1", "destroyed"]
    assert logged(tmp_path / "ttp") == [
        ("key-made", "maasoever", 1, 0),
        ("key-made", "maasoever", 2, 0),
        ("key-destroyed", "maasoever", 1, 0),
    ]
    (tmp_path / "gone.json").write_text((tmp_path / "gone.json").read_text().replace("Smit", "Bos"))
    assert run("keys verify-certificate gone.json --identity ttp.json").code == 67
    assert run("keys make-epoch ttp/keys --contract maasoever --epoch 1").code == 66


def test_custodians_get_new_shares(tmp_path: Path) -> None:
    typed("keys create ttp/keys --role ttp --name vertrouwd --identity ttp.json")
    share = tmp_path / "ttp" / "keys" / "custody" / "first.share"
    before = share.read_bytes()
    assert "Destroy every copy of the old shares" in typed("keys renew ttp/keys")
    assert share.read_bytes() != before
    assert logged(tmp_path / "ttp") == [("custody-renewed", "", 0, 0)]
    typed("keys show ttp/keys")


def test_a_ring_with_a_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create = "keys create one/keys --role supplier --name one --identity one.json --custody passphrase"
    assert run(create).code == 62
    phrase = tmp_path / "phrase"
    phrase.touch(mode=0o600)
    phrase.write_text("ten black rooks on hay\n")
    monkeypatch.setenv("OCMO_PASSPHRASE_FILE", str(phrase))
    assert "protect nothing" not in typed(create)
    assert typed("keys show one/keys").splitlines()[-1] == "Opened by a passphrase."
    typed("keys make-secret one/keys")
    phrase.write_text("ten black rooks on straw\n")
    ended = run("keys show one/keys")
    assert (ended.code, "rooks" in ended.said) == (64, False)


def test_keys_in_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name = soft_token(monkeypatch, tmp_path), own_name(tmp_path)
    typed(f"keys create ttp/keys --role ttp --name {name} --identity ttp.json")
    assert run(f"keys use-token ttp/keys --module /nowhere.so --token {LABEL}").code == 65
    typed(f"keys use-token ttp/keys --module {place.module} --token {LABEL}")
    typed("keys make-epoch ttp/keys --contract maasoever --epoch 1 --in-token")
    typed("keys make-epoch ttp/keys --contract maasoever --epoch 2")
    said = typed("keys move-to-token ttp/keys pseudonym-maasoever-2 --contract maasoever")
    assert said.startswith("Key pseudonym-maasoever-2 is in the token, for contract maasoever only")
    kept = {key["name"]: key["place"] for key in json.loads(typed("keys show ttp/keys --json"))["keys"]}
    assert kept == {
        "exchange": "file",
        "pseudonym-maasoever-1": "token",
        "pseudonym-maasoever-2": "token",
        "signing": "file",
    }


def test_a_key_in_use_is_not_destroyed_by_mistake(tmp_path: Path) -> None:
    world = World.make(tmp_path)
    (tmp_path / "notary" / "agreements").mkdir()
    homes = {"notary": "agreements/maasoever.json", "insurer": "agreement.json"}
    for home, copy in homes.items():
        world.agreement.write(tmp_path / home / copy)
    typed("keys rotate notary/keys --contract maasoever")
    typed("keys rotate insurer/keys")
    people = "--custodian A --custodian B --certificate gone.json"
    for home, key in (("notary", "pseudonym-maasoever-1"), ("insurer", "shared-secret-1")):
        ended = run(f"keys destroy {home}/keys {key} {people}")
        assert (ended.code, "agreement of maasoever, epoch 1, names it" in ended.said) == (68, True)
        (tmp_path / home / homes[home]).unlink()
        typed(f"keys destroy {home}/keys {key} {people}")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("keys make-epoch nowhere --contract c --epoch 1", 62),
        ("keys make-epoch keys --contract c/d --epoch 1", 61),
        ("keys make-epoch keys --contract c --epoch 0", 61),
        ("keys make-epoch supplier --contract c --epoch 1", 61),
        ("keys make-epoch keys --contract c --epoch 1 --in-token", 62),
        ("keys make-epoch keys --contract c --epoch 1 --today soon", 60),
        ("keys rotate ocmo", 61),
        ("keys rotate keys", 60),
        ("keys renew nowhere", 62),
        ("keys move-to-token keys signing --contract c", 61),
        ("keys destroy keys signing --custodian A --custodian B --certificate x.json", 68),
        ("keys destroy keys pseudonym-c-1 --custodian A --certificate x.json", 60),
        ("keys verify-certificate nowhere.json --identity id.json", 60),
        ("keys verify-certificate id.json --identity nowhere.json", 60),
        ("keys verify-certificate id.json --identity id.json", 67),
        ("keys fingerprint nowhere.json", 60),
        ("keys create new --role ttp --name x --identity x.json --custody cloud", 61),
    ],
)
def test_mistakes(line: str, code: int) -> None:
    typed("keys create keys --role ttp --name vertrouwd --identity id.json")
    if line.split()[2] in ("supplier", "ocmo"):
        role = line.split()[2]
        typed(f"keys create {role} --role {role} --name {role} --identity {role}.json")
    ended = run(line)
    assert ended.code == code, ended.said
    assert "Traceback" not in ended.said
