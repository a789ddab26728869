"""11. No log line, exception, repr, traceback, task result or temporary file holds a BSN, a key or a pre-pseudonym.

The whole line over a region, and files of every kind: tests/e2e/test_no_identifier.py.
"""

from __future__ import annotations

import logging
import pickle
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from pseudonymisation import halves
from pseudonymisation.blobs import open_table
from pseudonymisation.errors import PseudonymisationError
from pseudonymisation.manifest import IdentifiersManifest
from pseudonymisation.ttp_home import TtpHome
from pseudonymisation.ttp_inbox import process_inbox
from tests.unit.pseudonymisation_world import DELIVERY, INSURER, NUMBERS, TTP, World, files, insured


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Its temporary files lie where a test can look at them."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return World.make(tmp_path)


def secrets_of(world: World) -> list[bytes]:
    """Numbers, pre-pseudonyms and keys, as bytes, hex, and as Python shows bytes."""
    folder = world.ttp_inbox / DELIVERY
    manifest = IdentifiersManifest.decode((folder / "manifest.json").read_bytes())
    context = world.agreement.context("identifiers", INSURER, DELIVERY)
    rows = open_table(folder, "identifiers", manifest.blobs, ring=world.rings[TTP], context=context)
    keys = [world.secret(role, name) for role, ring in world.rings.items() for name in ring._store.names()]
    raw = [*rows["pre"], *keys]
    shown = [notation for one in raw for notation in (one, one.hex().encode(), repr(one)[2:-1].encode())]
    return [*(number.encode() for number in NUMBERS), *shown]


def test_no_log_line_though_everything_is_logged(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    world.seal()
    world.process()
    world.open()
    said = caplog.text + "".join(capsys.readouterr())
    assert not [one for one in secrets_of(world) if one.decode("latin-1") in said]


def test_no_temporary_file_and_none_outside_the_drop_folders(world: World) -> None:
    """Nor in any file at all: what is written is sealed."""
    world.seal()
    world.process()
    world.open()
    assert list((world.root / "temporary").iterdir()) == []
    written = {name: data for name, data in files(world.root).items() if "/keys/" not in name}
    hidden = secrets_of(world)
    assert not [name for name, data in written.items() if any(one in data for one in hidden)]


def test_no_repr_of_what_each_step_works_with_and_gives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    write = halves.write_halves

    def look(sealing: halves.Sealing, *folders: Path) -> object:
        seen.append(sealing)
        return write(sealing, *folders)

    monkeypatch.setattr("pseudonymisation.supplier.write_halves", look)
    seen += [world.seal(), world.process(), world.open(), *world.rings.values(), world.agreement]
    seen += [ring._store for ring in world.rings.values()]
    shown = " ".join(f"{one!r} {one}" for one in seen)
    assert not [one for one in secrets_of(world) if one.decode("latin-1") in shown]


def test_no_result_of_a_task(world: World) -> None:
    """What `dags/ttp.py` hands to Airflow, which keeps it in its database."""
    world.seal()
    hidden = secrets_of(world)
    home = world.root / TTP
    (home / "agreements").mkdir()
    world.agreement.write(home / "agreements" / "maasoever.json")
    (home / "ttp.json").write_text('{"inbox": "../to-ttp", "outbox": "../to-ocmo"}')
    results = pickle.dumps([vars(one) for one in process_inbox(TtpHome.open(home))])
    assert b"mapped" in results
    assert not [one for one in hidden if one in results]


NOBODY_S = "".join("123456789")
"""A number that fails the eleven test; put together, so that no line of this file shows it in a traceback."""


def not_a_number(world: World) -> None:
    world.seal(tables={"insured": insured([*NUMBERS, NOBODY_S])})


def of_a_wrong_type(world: World) -> None:
    world.seal(tables={"insured": insured(NUMBERS).cast({"bsn": int})})  # type: ignore[arg-type]


def too_few(world: World) -> None:
    world.seal(tables={"insured": insured(NUMBERS).head(1)})


def cut(world: World) -> None:
    world.seal()
    blob = world.ttp_inbox / DELIVERY / "identifiers-0001.blob"
    blob.write_bytes(blob.read_bytes()[:-1])
    world.process()


@pytest.mark.parametrize(
    "mistake", [not_a_number, of_a_wrong_type, too_few, cut], ids=lambda one: one.__name__
)
def test_no_exception_nor_what_python_shows_of_one(world: World, mistake: Callable[[World], None]) -> None:
    with pytest.raises(PseudonymisationError) as caught:
        mistake(world)
    shown = f"{caught.value!r} {caught.value} " + "".join(traceback.format_exception(caught.value))
    world.assert_no_secret(shown)
    assert not [number for number in (*NUMBERS, NOBODY_S) if number in shown]
