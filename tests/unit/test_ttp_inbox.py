"""A round of the TTP: each delivery on its own, nothing twice, and good again after a kill at any point."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pseudonymisation import ttp
from pseudonymisation.errors import AgreementError, KeyRingMissingError
from pseudonymisation.ttp_inbox import HOME_VARIABLE, TtpHome, TtpOutcome, process_inbox
from tests.unit.pseudonymisation_world import DELIVERY, HOSPITAL, INSURER, TTP, World, files, flip

HOSPITALS = f"{HOSPITAL}-2025"


class Killed(BaseException):
    """What a kill looks like from inside: nothing may catch it."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two suppliers have each sealed a delivery; the TTP has its agreement and settings."""
    world = World.make(tmp_path)
    world.seal(INSURER)
    world.seal(HOSPITAL)
    agreements = tmp_path / TTP / "agreements"
    agreements.mkdir()
    world.agreement.write(agreements / "maasoever.json")
    settings = {"inbox": "../to-ttp", "outbox": "../to-ocmo"}
    (tmp_path / TTP / "ttp.json").write_text(json.dumps(settings))
    return world


def home(world: World) -> TtpHome:
    return TtpHome.open(world.root / TTP)


def a_round(world: World) -> dict[str, str]:
    return {outcome.delivery: outcome.outcome for outcome in process_inbox(home(world))}


def maps(world: World) -> list[str]:
    return sorted(path.name for path in world.ocmo_inbox.glob("*.map*"))


def test_a_round_maps_what_is_new_and_the_next_one_nothing(world: World) -> None:
    assert process_inbox(home(world)) == [
        TtpOutcome(HOSPITALS, "mapped", persons=40),
        TtpOutcome(DELIVERY, "mapped", persons=40),
    ]
    before = files(world.root)
    assert process_inbox(home(world)) == []
    assert files(world.root) == before
    assert world.open(DELIVERY).persons == world.open(HOSPITALS).persons == 40


def test_a_bad_delivery_is_refused_and_the_others_go_on(world: World) -> None:
    flip(world.ttp_inbox / HOSPITALS / "manifest.sig", 3)
    outcomes = process_inbox(home(world))
    assert [(outcome.delivery, outcome.outcome) for outcome in outcomes] == [
        (HOSPITALS, "refused"),
        (DELIVERY, "mapped"),
    ]
    world.assert_no_secret(outcomes[0].reason)
    assert outcomes[0].persons == 0
    assert maps(world) == [f"{DELIVERY}.map"]


def test_what_was_refused_is_tried_again_only_when_it_has_changed(world: World) -> None:
    signature = world.ttp_inbox / HOSPITALS / "manifest.sig"
    flip(signature, 3)
    a_round(world)
    before = files(world.root)
    assert a_round(world) == {}
    assert files(world.root) == before
    flip(signature, 5)
    assert a_round(world) == {HOSPITALS: "refused"}
    flip(signature, 5)
    flip(signature, 3)
    assert a_round(world) == {HOSPITALS: "mapped"}


def test_a_delivery_that_is_still_being_written_is_left_alone(world: World) -> None:
    part = world.ttp_inbox / f"{HOSPITALS}.part"
    (world.ttp_inbox / HOSPITALS).rename(part)
    assert a_round(world) == {DELIVERY: "mapped"}
    part.rename(world.ttp_inbox / HOSPITALS)
    assert a_round(world) == {HOSPITALS: "mapped"}


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "identifiers-0001.blob"])
def test_a_delivery_that_lacks_a_file_waits_for_it(world: World, name: str) -> None:
    path = world.ttp_inbox / HOSPITALS / name
    content = path.read_bytes()
    path.unlink()
    assert a_round(world) == {HOSPITALS: "refused", DELIVERY: "mapped"}
    path.write_bytes(content)
    assert a_round(world) == {HOSPITALS: "mapped"}


def test_a_delivery_under_no_known_agreement(world: World) -> None:
    (world.root / TTP / "agreements" / "maasoever.json").unlink()
    assert a_round(world) == {HOSPITALS: "refused", DELIVERY: "refused"}
    assert maps(world) == []


@pytest.mark.parametrize("moment", ["before seen", "after seen"])
def test_killed_around_remembering_is_made_good_on_the_next_round(
    world: World, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The map is written; whether it was recorded as seen or not, the next round publishes that very map."""

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        if moment == "before seen":
            patched.setattr("pseudonymisation.seen.SeenStore.record", kill)
        else:
            patched.setattr(ttp, "publish", kill)
        with pytest.raises(Killed):
            process_inbox(home(world))
    assert maps(world) == [f"{HOSPITALS}.map.part"]
    assert len(world.seen.deliveries()) == (moment == "after seen")
    written = files(world.ocmo_inbox / f"{HOSPITALS}.map.part")

    assert a_round(world) == {HOSPITALS: "mapped", DELIVERY: "mapped"}
    assert files(world.ocmo_inbox / f"{HOSPITALS}.map") == written, "the first complete map wins"
    assert maps(world) == [f"{HOSPITALS}.map", f"{DELIVERY}.map"]
    assert len(world.seen.deliveries()) == 2
    assert a_round(world) == {}


def test_a_map_that_was_fetched_is_not_made_again(world: World) -> None:
    a_round(world)
    (world.ocmo_inbox / f"{DELIVERY}.map").rename(world.root / "fetched")
    assert a_round(world) == {}


def test_a_replay_under_another_folder_name_is_refused(world: World) -> None:
    a_round(world)
    copy = world.ttp_inbox / "copy"
    copy.mkdir()
    for path in (world.ttp_inbox / DELIVERY).iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert a_round(world) == {}, "its manifest was processed: nothing is made of it"
    assert maps(world) == [f"{HOSPITALS}.map", f"{DELIVERY}.map"]


def test_the_home_may_come_from_the_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(world.root / TTP))
    assert TtpHome.open() == home(world)
    assert home(world).inbox == world.ttp_inbox


@pytest.mark.parametrize("text", ["", "[]", '{"inbox": "in"}', '{"inbox": 1, "outbox": "out"}'])
def test_settings_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "ttp.json").write_text(text)
    with pytest.raises(AgreementError, match="The TTP's settings cannot be read"):
        TtpHome.open(tmp_path)


def test_without_its_keys_no_delivery_is_to_blame(world: World) -> None:
    (world.root / TTP / "keys").rename(world.root / "elsewhere")
    with pytest.raises(KeyRingMissingError):
        process_inbox(home(world))
    assert not (world.root / TTP / "refused.json").exists()
