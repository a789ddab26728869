"""`ocmo ttp run`: every delivery is dealt with, and the exit code tells of the first refusal."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.failures import failure
from pseudonymisation.errors import AheadOfDateError
from tests.unit.pseudonymisation_world import DELIVERY, HOSPITAL, TTP, World, flip

HOSPITALS = f"{HOSPITAL}-2025"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two deliveries in the TTP's inbox, in the order hospital, insurer."""
    world = World.make(tmp_path)
    world.seal()
    world.seal(HOSPITAL)
    (tmp_path / TTP / "agreements").mkdir()
    world.agreement.write(tmp_path / TTP / "agreements" / "maasoever.json")
    (tmp_path / TTP / "ttp.json").write_text('{"inbox": "../to-ttp", "outbox": "../to-ocmo"}')
    return world


def run(world: World, *options: str) -> tuple[int, str, str]:
    """Exit code, what was printed, and the last message."""
    result = CliRunner().invoke(app, ["ttp", "run", "--home", str(world.root / TTP), *options])
    if not isinstance(result.exception, Exception):
        return result.exit_code, result.stdout, ""
    told = failure(result.exception)
    assert told is not None
    return told.exit_code, result.stdout, told.message


def test_all_is_well(world: World) -> None:
    assert run(world) == (
        0,
        f"{HOSPITALS}: mapped, 40 persons\n{DELIVERY}: mapped, 40 persons\n2 new maps.\n",
        "",
    )
    assert run(world) == (0, "Nothing new in the inbox.\n", "")


def test_the_others_are_finished_and_the_code_is_the_first_refusal_s(world: World) -> None:
    flip(world.ttp_inbox / HOSPITALS / "manifest.sig", 3)
    code, printed, message = run(world)
    assert code == 43
    assert [line.split(",")[0] for line in printed.splitlines()[:2]] == [
        f"{HOSPITALS}: refused",
        f"{DELIVERY}: mapped",
    ]
    assert message.startswith("1 of 2 deliveries were refused")
    assert HOSPITALS in message
    assert "signed by nobody" in message
    assert (world.ocmo_inbox / f"{DELIVERY}.map").is_dir()
    assert run(world)[0] == 0, "it is told once"


def test_without_a_date_the_day_is_this_machine_s(world: World) -> None:
    """One that is dated ahead waits for its day; a supplier whose clock is behind is not refused for it."""
    ahead = dt.date.today() + dt.timedelta(days=3)
    world.seal(delivery_id="insurer-ahead", period="2024", delivered_on=ahead)
    code, printed, message = run(world)
    refusal = failure(AheadOfDateError("It is ahead"))
    assert refusal is not None
    assert code == refusal.exit_code
    assert "insurer-ahead: refused" in printed
    assert "look at its clock" in message
    assert run(world, "--date", ahead.isoformat())[1].startswith("insurer-ahead: mapped")


def test_of_two_refusals_the_first_counts(world: World) -> None:
    (world.ttp_inbox / HOSPITALS / "identifiers-0001.blob").unlink()
    flip(world.ttp_inbox / DELIVERY / "manifest.sig", 3)
    code, printed, _ = run(world, "--json")
    assert code == 42
    assert [(one["delivery"], one["kind"]) for one in json.loads(printed)] == [
        (HOSPITALS, "delivery-incomplete"),
        (DELIVERY, "signature"),
    ]
