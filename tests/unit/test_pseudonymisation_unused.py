"""What is refused for good leaves the TTP too: what it refused itself, and what the OCMO says it could not use."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pseudonymisation.audit import AuditLog
from pseudonymisation.ttp_home import TtpHome
from pseudonymisation.ttp_inbox import process_inbox
from tests.unit.pseudonymisation_world import DELIVERY, HOSPITAL, NUMBERS, TTP, World, flip, insured

BAD = "insurer-bad"
Seal = Callable[[World], object]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A delivery is mapped, and still there."""
    world = World.make(tmp_path)
    (tmp_path / TTP / "agreements").mkdir()
    world.agreement.write(tmp_path / TTP / "agreements" / "maasoever.json")
    (tmp_path / TTP / "ttp.json").write_text(json.dumps({"inbox": "../to-ttp", "outbox": "../to-ocmo"}))
    world.seal()
    assert a_round(world) == {DELIVERY: ""}
    return world


def a_round(world: World) -> dict[str, str]:
    return {one.delivery: one.kind for one in process_inbox(TtpHome.open(world.root / TTP))}


def lying(world: World) -> list[str]:
    return sorted(path.name for path in world.ttp_inbox.iterdir() if path.is_dir())


def too_few(world: World) -> object:
    wide = replace(world.agreement, minimum_persons=1)
    return world.seal(
        tables={"insured": insured(NUMBERS[:2])}, delivery_id=BAD, period="2024", agreement=wide
    )


def second_live(world: World) -> object:
    return world.seal(delivery_id=BAD)


def same_id(world: World) -> object:
    """Another delivery of the same id, in another folder: the first was transported elsewhere."""
    shutil.move(world.ttp_inbox / DELIVERY, world.root / "first")
    shutil.move(world.ocmo_inbox / DELIVERY, world.root / "first-tables")
    world.seal(tables={"insured": insured(NUMBERS[:20])})
    shutil.move(world.ttp_inbox / DELIVERY, world.ttp_inbox / BAD)
    shutil.move(world.root / "first", world.ttp_inbox / DELIVERY)
    return None


def of_an_earlier_epoch(world: World) -> object:
    world.seal(delivery_id=BAD, period="2024")
    then = replace(world.agreement, epoch=2)
    then.write(world.root / TTP / "agreements" / "maasoever.json")
    return None


@pytest.mark.parametrize(
    ("seal", "kind"),
    [
        (too_few, "batch"),
        (second_live, "live-delivery"),
        (same_id, "replay"),
        (of_an_earlier_epoch, "manifest"),
    ],
    ids=["batch", "live delivery", "replay", "an epoch that is over"],
)
def test_what_nothing_can_mend_is_removed_once_the_reason_is_logged(
    world: World, seal: Seal, kind: str
) -> None:
    seal(world)
    assert a_round(world) == {BAD: kind}
    assert lying(world) == [DELIVERY]
    last = AuditLog.of_home(world.root / TTP, world.rings[TTP].identity).lines()[-1]
    assert (last.entry.action, last.entry.result) == ("map", kind)
    assert a_round(world) == {}


def test_one_that_hashes_with_another_secret_is_removed(world: World, tmp_path: Path) -> None:
    other = World.make(tmp_path / "another")
    agreed = replace(
        world.agreement, suppliers=(world.agreement.suppliers[0], other.rings[HOSPITAL].identity)
    )
    agreed.write(world.root / TTP / "agreements" / "maasoever.json")
    world.rings[HOSPITAL] = other.rings[HOSPITAL]
    world.seal(HOSPITAL, delivery_id=BAD, agreement=agreed)
    assert a_round(world) == {BAD: "canary"}
    assert lying(world) == [DELIVERY]


def test_put_there_again_it_is_refused_and_removed_again(world: World) -> None:
    second_live(world)
    shutil.copytree(world.ttp_inbox / BAD, world.root / "kept")
    for _ in range(2):
        assert a_round(world) == {BAD: "live-delivery"}
        assert lying(world) == [DELIVERY]
        shutil.copytree(world.root / "kept", world.ttp_inbox / BAD)


def damaged(world: World) -> None:
    world.seal(delivery_id=BAD, period="2024")
    flip(world.ttp_inbox / BAD / "identifiers-0001.blob", 40)


def by_nobody_known(world: World) -> None:
    world.seal(delivery_id=BAD)
    flip(world.ttp_inbox / BAD / "manifest.sig", 3)


def of_the_next_epoch(world: World) -> None:
    world.seal(delivery_id=BAD, period="2024", agreement=replace(world.agreement, epoch=2))


@pytest.mark.parametrize("seal", [damaged, by_nobody_known, of_the_next_epoch])
def test_what_can_be_mended_waits(world: World, seal: Seal) -> None:
    seal(world)
    assert set(a_round(world)) == {BAD}
    assert lying(world) == [DELIVERY, BAD]


def test_killed_before_it_was_removed_the_next_round_removes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """What a kill looks like from inside."""

    def kill(*_: object) -> None:
        raise Killed

    second_live(world)
    log = AuditLog.of_home(world.root / TTP, world.rings[TTP].identity)
    with monkeypatch.context() as patched:
        patched.setattr("pseudonymisation.ttp_inbox.remove", kill)
        with pytest.raises(Killed):
            a_round(world)
    told = log.lines()
    assert a_round(world) == {BAD: "live-delivery"}
    assert lying(world) == [DELIVERY]
    assert log.lines() == told, "it is one line"
