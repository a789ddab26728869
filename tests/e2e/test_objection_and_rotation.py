"""Through the commands of all three roles: a person objects, then a new epoch begins, and every cent stays explained.

One person of a small region objects. Afterwards nobody finds its pseudonym or its BSN anywhere but in its
supplier's own files. Then all pseudonyms change and old keys are destroyed, and the statement is the same, byte
for byte.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipeline.demo.roles import State
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pseudonymisation.agreement import Agreement
from pseudonymisation.engine import epoch_secret, shared_secret
from pseudonymisation.keys import KeyRing
from tests import whole_line
from tests.e2e.forked import Command, ocmo
from tests.e2e.identifier_matching import Identifiers
from tests.e2e.identifier_scan import scan
from tests.e2e.kill_points import DieOnce
from tests.e2e.small_world import ALONE, ITS_SUPPLIER, NIGHT, kept
from tests.e2e.state import hashes
from tests.oracles.pseudonymisation_stdlib import pre_pseudonym, pseudonym
from tests.spec.test_pseudonymisation_holds_08_objection import traces

pytestmark = pytest.mark.slow

CONTRACT = ("--contract", ALONE)
SETTLE = (*CONTRACT, "--year", "2025", "--date", NIGHT)
NOTICE, TURN = "kompas-notice-1", "kompas-turn-2"
DAY = "2026-07-16"
LATER = "2026-07-17"
MOST_DEATHS = 200
SEALED = re.compile("[0-9a-f]{64}")
"""A digest of what was sealed, which is another each time: tickets are drawn anew."""


def home_of(state: State) -> str:
    return str(state.home("supplier", ITS_SUPPLIER))


def one_who_had_care(state: State) -> str:
    """The BSN of somebody in the supplier's register of 2025."""
    path = min(Path(home_of(state)).glob("files/verzekerden-2025*.csv"))
    numbers = pl.read_csv(path, separator=";", infer_schema=False)["burgerservicenummer"]
    return str(numbers.sort()[len(numbers) // 2]).zfill(9)


def pid_of(state: State, number: str, agreement: Agreement) -> bytes:
    """A person's pseudonym, by the independent implementation, with all keys: which nobody has."""
    supplier, ttp = (KeyRing.open(path / "keys")._store for path in (Path(home_of(state)), state.ttp))
    secret = supplier.get(shared_secret(agreement.key_version))
    pre = pre_pseudonym(secret, number, agreement.contract, agreement.key_version)
    own = ttp.get(epoch_secret(agreement.contract, agreement.epoch))
    return pseudonym(own, pre, agreement.contract, agreement.epoch)


def object_commands(state: State, listed: Path) -> Iterator[tuple[str, ...]]:
    """How the person in a file objects, until it is carried out."""
    yield (
        "objection", "send", "--home", home_of(state), "--bsn-file", str(listed),
        "--delivery", NOTICE, "--delivered-on", DAY,
    )  # fmt: skip
    yield ("ttp", "run")
    yield ("night", "run", "--date", NIGHT.replace("15", "16"))


def rotate_commands(state: State) -> Iterator[tuple[str, ...]]:
    """How everybody's identifiers are delivered for the next epoch, and the OCMO moves to it."""
    yield (
        "rotation", "deliver", "--home", home_of(state), "--name", TURN, "--delivered-on", LATER,
    )  # fmt: skip
    yield ("ttp", "run")
    yield ("rotation", "show", *CONTRACT)
    yield ("rotation", "apply", *CONTRACT)


def begin_rotation(state: State) -> None:
    """New keys, and the next agreement for every role."""
    now, then = (Path(home_of(state)) / f"agreement{end}" for end in (".json", ".next.json"))
    ocmo(state, "keys", "make-secret", f"{home_of(state)}/keys", "--key-version", "2")
    ocmo(state, "keys", "make-epoch", str(state.ttp / "keys"), "--contract", ALONE, "--epoch", "2")
    ocmo(state, "rotation", "agree", str(now), "--epoch", "2", "--key-version", "2", "--out", str(then))
    for home in (state.ttp, state.ocmo):
        (home / "agreements" / f"{ALONE}.next.json").write_bytes(then.read_bytes())


@pytest.fixture(scope="module")
def issued(sealed_small: State, tmp_path_factory: pytest.TempPathFactory) -> State:
    """The night has run, and the statement of 2025 is issued; not to be changed."""
    state = whole_line.copied(sealed_small, tmp_path_factory.mktemp("issued") / "var")
    ocmo(state, "night", "run", "--date", NIGHT)
    ocmo(state, "settlement", "run", *SETTLE)
    ocmo(state, "settlement", "issue", *SETTLE)
    return state


@pytest.fixture(scope="module")
def objected(issued: State, tmp_path_factory: pytest.TempPathFactory) -> State:
    """One person has objected; not to be changed."""
    state = whole_line.copied(issued, tmp_path_factory.mktemp("objected") / "var")
    listed = state.root.parent / "objections.txt"
    listed.write_text(one_who_had_care(state) + "\n")
    for command in object_commands(state, listed):
        ocmo(state, *command)
    return state


def test_who_objected_is_nowhere(issued: State, objected: State) -> None:
    number = one_who_had_care(issued)
    agreement = Agreement.load(Path(home_of(issued)) / "agreement.json")
    pid = pid_of(issued, number, agreement)
    assert traces(issued.root, pid), "the search finds a person who is there"
    assert traces(objected.root, pid) == []
    for home in (objected.ocmo, objected.ttp, objected.drop):
        assert scan(home, Identifiers(bsns=frozenset([number]))) == []
    found = {finding.path for finding in scan(Path(home_of(objected)), Identifiers(bsns=frozenset([number])))}
    assert {path.partition("/")[0] for path in found} == {"files"}, "the supplier's own source files"


def test_every_row_and_cent_still_closes(objected: State) -> None:
    found = json.loads(ocmo(objected, "reconcile", "--date", NIGHT.replace("15", "16"), "--json"))
    assert found["closes"] is True


def test_what_was_issued_stays_and_is_checkable(issued: State, objected: State) -> None:
    folder = f"reports/issued/{ALONE}-2025"
    assert hashes(objected.ocmo / folder) == hashes(issued.ocmo / folder)
    (statement,) = (objected.ocmo / folder).glob("*.json")
    lake = open_lake(OcmoHome.open(objected.ocmo)).tables
    for table, digest in json.loads(statement.read_text())["sources"].items():
        assert hashes(lake / table)[f"{digest}.parquet"] == digest


def test_a_recomputation_says_how_many_objected(objected: State, tmp_path: Path) -> None:
    state = whole_line.copied(objected, tmp_path / "var")
    ocmo(state, "settlement", "recompute", *SETTLE, "--reason", "A person objected")
    (path,) = (state.ocmo / "reports" / "recomputed").rglob("difference.json")
    assert json.loads(path.read_text())["persons_objected"] == 1


def test_after_a_rotation_the_statement_is_the_same(objected: State, tmp_path: Path) -> None:
    """With the person who objected still out, no old pseudonym left, and the old keys destroyed."""
    state = whole_line.copied(objected, tmp_path / "var")
    date = NIGHT.replace("15", "16")
    settle = (*CONTRACT, "--year", "2025", "--date", date)
    ocmo(state, "settlement", "run", *settle)
    before = hashes(state.ocmo / "reports" / "statements")
    someone = one_who_had_care(state)
    now = Agreement.load(state.ocmo / "agreements" / f"{ALONE}.json")
    begin_rotation(state)
    for command in rotate_commands(state):
        ocmo(state, *command)
    then = Agreement.load(state.ocmo / "agreements" / f"{ALONE}.json")
    assert (now.epoch, then.epoch, then.key_version) == (1, 2, 2)
    assert traces(state.root, pid_of(state, someone, then)) == []
    ocmo(state, "settlement", "run", *settle)
    assert hashes(state.ocmo / "reports" / "statements") == before, "no night has run in between"
    assert json.loads(ocmo(state, "reconcile", "--date", date, "--json"))["closes"] is True
    switch(state)
    ocmo(state, "ttp", "run")
    assert list((state.drop / "ttp").rglob("*.blob")) == [], (
        "what the OCMO acknowledged, the TTP keeps no half of"
    )
    for ring, key in (
        (state.ttp / "keys", f"pseudonym-{ALONE}-1"),
        (f"{home_of(state)}/keys", "shared-secret-1"),
    ):
        ocmo(
            state, "keys", "destroy", str(ring), key, "--custodian", "A. Jansen", "--custodian", "B. de Wit",
            "--certificate", str(tmp_path / f"{key}.json"), "--today", LATER,
        )  # fmt: skip
    ocmo(state, "night", "run", "--date", LATER)


def switch(state: State) -> None:
    """Supplier and TTP: the next agreement takes the place of the one of now."""
    supplier = Path(home_of(state))
    (supplier / "agreement.next.json").replace(supplier / "agreement.json")
    agreements = state.ttp / "agreements"
    (agreements / f"{ALONE}.next.json").replace(agreements / f"{ALONE}.json")


def deaths(state: State, arguments: tuple[str, ...], behind: Path) -> int:
    """Run a command until it is through, dying at every point that it has; how often it died."""
    for number in range(MOST_DEATHS):
        ended = Command(state, *arguments, before=DieOnce(behind)).wait()
        if ended.exit_code == 0:
            return number
        assert ended.exit_code == -signal.SIGKILL, f"{' '.join(arguments)}: {ended.complained}"
    raise AssertionError(f"{' '.join(arguments)} never came to its end")


@pytest.mark.timeout(1800)  # some eighty deaths, each a process that starts anew
def test_killed_at_every_point(issued: State, tmp_path: Path) -> None:
    """Of sending, mapping and carrying out an objection, and of a whole rotation; it ends as one undisturbed does."""
    listed = tmp_path / "objections.txt"
    listed.write_text(one_who_had_care(issued) + "\n")
    begun = whole_line.copied(issued, tmp_path / "begun")
    begin_rotation(begun)
    undisturbed, killed = (whole_line.copied(begun, tmp_path / name) for name in ("undisturbed", "killed"))
    for command in (*object_commands(undisturbed, listed), *rotate_commands(undisturbed)):
        ocmo(undisturbed, *command)
    for number, command in enumerate((*object_commands(killed, listed), *rotate_commands(killed))):
        died = deaths(killed, command, tmp_path / f"behind-{number}")
        assert died or command[:2] == ("rotation", "show"), command
    ends = kept(undisturbed), kept(killed)
    assert ends[0].tables == ends[1].tables
    assert ends[0].unfinished == ends[1].unfinished == []
    for table in ("delivery", "removed_rows", "moved_table", "snapshot_file"):
        assert ends[0].register[table] == ends[1].register[table], table
    rotations = [[SEALED.sub("sealed", row) for row in end.register["rotation"]] for end in ends]
    assert rotations[0] == rotations[1]
