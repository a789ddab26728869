"""`ocmo objection` and `ocmo rotation`, as supplier and OCMO type them; no number is ever printed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.failures import failure
from pipeline.cli.supplier.identifiers import numbers_in, numbers_of_plan
from pipeline.cli.supplier.planning import SupplierHome
from pipeline.errors import FileRefusedError
from pseudonymisation.agreement import Agreement
from pseudonymisation.keys import KeyRing
from tests.oracles.pseudonymisation_stdlib import synthetic_numbers
from tests.unit.linkage_world import FIRST
from tests.unit.pseudonymisation_world import HOSPITAL, NUMBERS
from tests.unit.rights_world import OBJECTION, Rights
from tests.unit.sealing_world import PLAN, register, supplier_home

KNOWN = synthetic_numbers(12)
SEND = ("--delivery", "one-notice-1", "--delivered-on", "2026-08-01")


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("supplier")
    (supplier_home(folder, PLAN).root / "register.csv").write_text(register(KNOWN))
    return folder


@pytest.fixture
def home(set_up: Path, tmp_path: Path) -> SupplierHome:
    """A supplier that knows twelve persons, one of whom objects."""
    shutil.copytree(set_up, tmp_path, dirs_exist_ok=True)
    (tmp_path / "objections.txt").write_text(f"{KNOWN[0]}\n\n{KNOWN[0].lstrip('0')}\n")
    return SupplierHome.open(tmp_path / "one")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Rights:
    """An OCMO with one delivery of 40 persons, and settings as an operator has them."""
    made = Rights.make(tmp_path_factory.mktemp("delivered"))
    made.deliver(FIRST)
    return made


@pytest.fixture
def rights(delivered: Rights, tmp_path: Path) -> Rights:
    made = delivered.copied(tmp_path)
    (made.home.root / "ocmo.yaml").write_text(
        f"inbox: {made.home.inbox}\ncontracts: {made.home.contracts}\nttp_outbox: {made.home.ttp_outbox}\n"
        f"database_url: {made.home.database_url}\n"
    )
    return made


def run(*arguments: object) -> str:
    """What a command printed, or the message that it ended with; never a number of a person."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    said = result.stdout
    if isinstance(result.exception, Exception):
        told = failure(result.exception)
        assert told is not None, result.exception
        said = f"{told.exit_code}: {told.message}"
    assert not any(number.lstrip("0") in said for number in (*KNOWN, *NUMBERS))
    return said


def send(home: SupplierHome, *more: object) -> str:
    listed = home.root.parent / "objections.txt"
    return run("objection", "send", "--home", home.root, "--bsn-file", listed, *SEND, *more)


def test_an_objection_is_sealed_among_all_whom_the_plan_names(home: SupplierHome) -> None:
    said = send(home)
    assert said.startswith("one-notice-1: sealed; 1 persons object, among 12.")
    assert "sealed before" in send(home)
    manifest = json.loads((home.ttp_outbox / "one-notice-1" / "manifest.json").read_text())
    assert manifest["persons"] == 12


def test_among_others_who_are_named(home: SupplierHome) -> None:
    others = home.root.parent / "others.txt"
    others.write_text("\n".join(synthetic_numbers(17)))
    assert "among 17" in send(home, "--among", others)


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (f"{KNOWN[0]}\n123456789\n", "objections.txt, line 2", "fails the eleven test"),
        ("12 34\n", "line 1", "other characters than digits"),
        ("12345\n", "line 1", "not eight or nine digits"),
    ],
)
def test_a_line_that_is_no_number(home: SupplierHome, text: str, where: str, why: str) -> None:
    (home.root.parent / "objections.txt").write_text(text)
    said = send(home)
    assert said.startswith("10: 1 lines hold no BSN")
    assert where in said
    assert why in said
    assert "123456789" not in said
    assert not (home.ttp_outbox / "one-notice-1").exists()


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="cannot be read as lines of digits"):
        numbers_in(tmp_path / "nowhere.txt", allow_test_numbers=True)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileRefusedError, match="cannot be read as lines of digits"):
        numbers_in(tmp_path / "binary", allow_test_numbers=True)


def test_whom_a_supplier_knows(home: SupplierHome) -> None:
    """The accepted rows of its planned files; the fourth row has a number that is nobody's."""
    assert numbers_of_plan(home, allow_test_numbers=True).to_list() == sorted(KNOWN)


def test_identifiers_are_delivered_for_a_rotation(home: SupplierHome) -> None:
    now, then = home.root / "agreement.json", home.root / "agreement.next.json"
    KeyRing.open(home.root / "keys").create_shared_secret(2)
    said = run("rotation", "agree", now, "--epoch", 2, "--key-version", 2, "--out", then)
    assert said.startswith("Wrote the agreement of contract maasoever for epoch 2")
    assert Agreement.load(then).label.endswith(":maasoever:2")
    more = home.root.parent / "more.txt"
    more.write_text("\n".join(synthetic_numbers(5)))
    deliver: Sequence[object] = (
        "rotation", "deliver", "--home", home.root, "--name", "one-turn-2", "--delivered-on", "2027-01-15",
        "--bsn-file", more,
    )  # fmt: skip
    all_of_them = len({*KNOWN, *synthetic_numbers(5)})
    assert run(*deliver) == "".join(
        f"one-turn-2-1-{which}: sealed; {all_of_them} persons\n" for which in ("from", "to")
    )
    assert "sealed before" in run(*deliver)
    assert run(*deliver[:-4], "--delivered-on", "2027-01-15").startswith("41: ")


def test_without_the_next_agreement_nothing_is_delivered(home: SupplierHome) -> None:
    said = run(
        "rotation", "deliver", "--home", home.root, "--name", "t", "--delivered-on", "2027-01-15"
    )  # fmt: skip
    assert said.startswith("61: There is no agreement")


def test_what_the_operator_sees_of_objections(rights: Rights) -> None:
    at_home = ("--home", rights.home.root)
    assert run("objection", "list", *at_home) == "Nobody has objected.\n"
    assert run("objection", "apply", *at_home) == "Nobody who objected is in any table.\n"
    rights.object(NUMBERS[:2])
    assert run("objection", "list", *at_home).startswith(f"{OBJECTION}: 2 persons, from insurer, ocp1:")
    (row,) = json.loads(run("objection", "list", *at_home, "--json"))
    assert (row["persons"], row["delivery_id"]) == (2, OBJECTION)


def test_what_the_operator_sees_of_a_rotation(rights: Rights) -> None:
    of_it = ("--contract", "maasoever", "--home", rights.home.root)
    assert run("rotation", "show", *of_it).startswith("61: No rotation of contract maasoever is on")
    rights.redeliver(rights.begin_rotation(), NUMBERS[:39])
    said = run("rotation", "show", *of_it)
    assert "insurer delivered 39 persons" in said
    assert "hospital is waited for" in said
    assert "raw_insured: 1 persons, 1 rows would leave" in said
    assert json.loads(run("rotation", "show", *of_it, "--json"))["leaving"] == 1
    assert run("rotation", "apply", *of_it).startswith("82: The rotation waits for hospital")
    done = run("rotation", "apply", *of_it, "--without", HOSPITAL, "--leaving", 1)
    assert done.startswith("Contract maasoever is in epoch 2: 39 persons, 2 tables; 1 persons left.")
    assert run("rotation", "apply", *of_it) == done
