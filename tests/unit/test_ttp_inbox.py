"""A round of the TTP: each delivery on its own, nothing twice, and good again after a kill at any point."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pseudonymisation import ttp, ttp_inbox
from pseudonymisation.dropfolder import arrived
from pseudonymisation.errors import (
    AgreementError,
    KeyRingMissingError,
    PseudonymisationError,
    UnsafeKeyRingError,
)
from pseudonymisation.keys import KeyRing
from pseudonymisation.ttp_home import HOME_VARIABLE, TtpHome
from pseudonymisation.ttp_inbox import TtpOutcome, process_inbox
from tests.unit.pseudonymisation_world import DELIVERY, HOSPITAL, INSURER, TTP, World, files, flip

HOSPITALS = f"{HOSPITAL}-2025"
DAY = dt.date(2026, 2, 1)


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


def blames_no_delivery(world: World, error: type[PseudonymisationError]) -> bool:
    with pytest.raises(error):
        process_inbox(home(world))
    return not (world.root / TTP / "refused.json").exists() and maps(world) == []


@pytest.mark.parametrize("text", [None, "", '{"contract": "maasoever"}'])
def test_without_an_agreement_that_can_be_used_no_delivery_is_to_blame(
    world: World, text: str | None
) -> None:
    agreement = world.root / TTP / "agreements" / "maasoever.json"
    whole = agreement.read_text()
    if text is None:
        agreement.unlink()
    else:
        agreement.write_text(text)
    assert blames_no_delivery(world, AgreementError)
    agreement.write_text(whole)
    assert a_round(world) == {HOSPITALS: "mapped", DELIVERY: "mapped"}


def test_an_agreement_with_another_ttp_blames_no_delivery(world: World) -> None:
    (world.root / TTP / "keys").rename(world.root / "elsewhere")
    KeyRing.create(world.root / TTP / "keys", role="ttp", name=TTP)
    assert blames_no_delivery(world, AgreementError)


def test_keys_that_became_unsafe_during_a_round_blame_no_delivery(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(inbox: Path) -> list[Path]:
        (world.root / TTP / "keys" / "exchange.key").chmod(0o644)
        return arrived(inbox)

    monkeypatch.setattr(ttp_inbox, "arrived", spoil)
    assert blames_no_delivery(world, UnsafeKeyRingError)


def test_a_sender_who_is_not_in_the_agreement_is_refused_until_the_agreement_has_changed(
    world: World,
) -> None:
    agreements = world.root / TTP / "agreements"
    first = replace(world.agreement, suppliers=world.agreement.suppliers[:1])
    first.write(agreements / "maasoever.json")
    assert [(one.delivery, one.kind) for one in process_inbox(home(world))] == [
        (HOSPITALS, "signature"),
        (DELIVERY, ""),
    ]
    assert a_round(world) == {}
    world.agreement.write(agreements / "maasoever.json")
    assert a_round(world) == {HOSPITALS: "mapped"}


def odd_subfolder(folder: Path) -> None:
    (folder / "more").mkdir()


def odd_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").mkdir()


def dangling_link(folder: Path) -> None:
    (folder / "manifest.sig").unlink()
    (folder / "manifest.sig").symlink_to("nowhere")


def circular_link(folder: Path) -> None:
    (folder / "manifest.sig").unlink()
    (folder / "manifest.sig").symlink_to("manifest.sig")


def named_pipe(folder: Path) -> None:
    (folder / "identifiers-0001.blob").unlink()
    os.mkfifo(folder / "identifiers-0001.blob")


def undecodable_name(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).write_bytes(b"")


@pytest.mark.parametrize(
    "spoil",
    [odd_subfolder, odd_manifest, dangling_link, circular_link, named_pipe, undecodable_name],
    ids=lambda spoil: spoil.__name__,
)
def test_an_odd_folder_is_one_refusal(world: World, spoil: Callable[[Path], None]) -> None:
    spoil(world.ttp_inbox / HOSPITALS)
    assert [(one.delivery, one.kind) for one in process_inbox(home(world))] == [
        (HOSPITALS, "delivery-incomplete"),
        (DELIVERY, ""),
    ]
    assert a_round(world) == {}


def test_a_file_that_may_not_be_read_is_one_refusal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests may run as root, who may read everything: so reading itself is made to fail."""
    closed = world.ttp_inbox / HOSPITALS / "identifiers-0001.blob"
    real = Path.open

    def denied(path: Path, *arguments: Any, **named: Any) -> Any:
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", denied)
        outcomes = process_inbox(home(world))
        assert [one.outcome for one in outcomes] == ["refused", "mapped"]
        assert "identifiers-0001.blob cannot be read (Permission denied)" in outcomes[0].reason
        assert a_round(world) == {}
    assert a_round(world) == {HOSPITALS: "mapped"}, "its content can be seen now"


def test_two_rounds_at_once_remember_each_other_s_refusals(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While this round is at work, another remembers a refusal; and nobody writes without the lock."""
    for delivery in (HOSPITALS, DELIVERY):
        flip(world.ttp_inbox / delivery / "manifest.sig", 3)
    deal_with, remember = ttp_inbox._deal_with, ttp_inbox._remember_refused

    def meanwhile(*arguments: Any) -> TtpOutcome:
        remember(home(world), "another", "digest")
        return deal_with(*arguments)

    def remember_locked(*arguments: Any) -> None:
        with (world.root / TTP / "seen.json.lock").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remember(*arguments)

    monkeypatch.setattr(ttp_inbox, "_deal_with", meanwhile)
    monkeypatch.setattr(ttp_inbox, "_remember_refused", remember_locked)
    process_inbox(home(world))
    remembered = json.loads((world.root / TTP / "refused.json").read_text())
    assert sorted(remembered) == ["another", HOSPITALS, DELIVERY]


@pytest.mark.parametrize(
    ("first", "second"),
    [(dt.date(2026, 1, 10), dt.date(2026, 7, 1)), (DAY, DAY), (dt.date(2026, 7, 1), dt.date(2026, 1, 10))],
    ids=["by date", "of one day", "though dated before it"],
)
def test_a_delivery_goes_before_the_one_that_replaces_it(
    world: World, first: dt.date, second: dt.date
) -> None:
    """By name the tenth comes before the ninth."""
    ninth, tenth = "insurer-2024-9", "insurer-2024-10"
    world.seal(INSURER, delivery_id=tenth, period="2024", replaces=ninth, delivered_on=second)
    world.seal(INSURER, delivery_id=ninth, period="2024", delivered_on=first)
    outcomes = a_round(world)
    assert [name for name in outcomes if name in (ninth, tenth)] == [ninth, tenth]
    assert set(outcomes.values()) == {"mapped"}


def test_deliveries_that_replace_each_other_do_not_stop_the_round(world: World) -> None:
    one, two = "insurer-2024-1", "insurer-2024-2"
    world.seal(INSURER, delivery_id=one, period="2024", replaces=two)
    world.seal(INSURER, delivery_id=two, period="2024", replaces=one)
    assert a_round(world) == {HOSPITALS: "mapped", DELIVERY: "mapped", one: "mapped", two: "mapped"}


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
