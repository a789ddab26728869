"""Once the OCMO has opened a delivery and said so, the TTP removes who was in it, and keeps digests and counts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pseudonymisation import dropfolder
from pseudonymisation.acknowledgement import acknowledge
from pseudonymisation.audit import AuditLog
from pseudonymisation.errors import AgreementError, ManifestRefusedError, SignatureRefusedError, StorageError
from pseudonymisation.manifest import Acknowledgement
from pseudonymisation.ttp_home import TtpHome
from pseudonymisation.ttp_inbox import process_inbox
from tests.unit.pseudonymisation_world import (
    DELIVERY,
    HOSPITAL,
    INSURER,
    OCMO,
    TTP,
    World,
    files,
    flip,
    resign,
)

HOSPITALS = f"{HOSPITAL}-2025"


class Killed(BaseException):
    """What a kill looks like from inside: nothing may catch it."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two deliveries sealed and mapped."""
    world = World.make(tmp_path)
    (tmp_path / TTP / "agreements").mkdir()
    world.agreement.write(tmp_path / TTP / "agreements" / "maasoever.json")
    (tmp_path / TTP / "ttp.json").write_text(json.dumps({"inbox": "../to-ttp", "outbox": "../to-ocmo"}))
    world.seal(INSURER)
    world.seal(HOSPITAL)
    a_round(world)
    return world


def a_round(world: World) -> dict[str, str]:
    return {one.delivery: one.outcome for one in process_inbox(TtpHome.open(world.root / TTP))}


def acknowledged(world: World, delivery: str = DELIVERY, ring: str = OCMO) -> Path:
    world.open(delivery)
    return acknowledge(
        world.ocmo_inbox / f"{delivery}.map",
        agreement=world.agreement,
        ring=world.rings[ring],
        outbox=world.ttp_inbox,
        audit=log(world, OCMO),
    )


def log(world: World, role: str) -> AuditLog:
    return AuditLog.of_home(world.root / role, world.rings[role].identity)


def lying(world: World) -> list[str]:
    return sorted(path.name for path in world.ttp_inbox.iterdir() if path.is_dir())


def test_what_is_acknowledged_is_removed_and_nothing_else(world: World) -> None:
    folder = acknowledged(world)
    assert lying(world) == [HOSPITALS, DELIVERY, f"{DELIVERY}.ack"]
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "manifest.sig"}
    assert a_round(world) == {DELIVERY: "forgotten"}
    assert lying(world) == [HOSPITALS]
    assert a_round(world) == {}


def test_digests_and_counts_stay(world: World) -> None:
    acknowledged(world)
    a_round(world)
    kept = {seen.delivery: seen.is_acknowledged for seen in world.seen.deliveries()}
    assert kept == {HOSPITALS: False, DELIVERY: True}
    line = log(world, TTP).lines()[-1]
    assert (line.entry.action, line.entry.delivery, line.entry.counts) == (
        "forget",
        DELIVERY,
        {"persons": 40},
    )
    assert set(line.entry.digests) == {"halves", "identifiers", "map", "acknowledgement"}
    assert line.entry.heads == {OCMO: log(world, OCMO).lines()[-1].head}


def test_no_ticket_or_pre_pseudonym_is_left_with_the_ttp(world: World) -> None:
    sealed = files(world.ttp_inbox)
    for delivery in (DELIVERY, HOSPITALS):
        acknowledged(world, delivery)
    a_round(world)
    left = {**files(world.ttp_inbox), **files(world.root / TTP)}
    assert not [name for name in left if name.endswith(".blob")]
    assert not set(sealed.values()) & set(left.values())


def test_what_comes_again_after_that_is_removed_again(world: World) -> None:
    shutil.copytree(world.ttp_inbox / DELIVERY, world.root / "backup")
    acknowledged(world)
    a_round(world)
    shutil.copytree(world.root / "backup", world.ttp_inbox / "a-copy")
    assert a_round(world) == {}
    assert lying(world) == [HOSPITALS]


def test_an_acknowledgement_twice_is_one(world: World) -> None:
    acknowledged(world)
    before = files(world.ttp_inbox)
    acknowledged(world)
    assert files(world.ttp_inbox) == before
    assert [line.entry.action for line in log(world, OCMO).lines()] == ["acknowledge"]
    a_round(world)
    acknowledged(world)
    assert a_round(world) == {DELIVERY: "forgotten"}
    assert [line.entry.action for line in log(world, TTP).lines()] == ["map", "map", "forget"]


def begin_next_epoch(world: World) -> None:
    """The TTP lets the next agreement take the place of the one of now."""
    then = replace(world.agreement, epoch=2, key_version=2)
    then.write(world.root / TTP / "agreements" / "maasoever.json")


def test_what_was_opened_before_a_new_epoch_is_removed_in_it(world: World) -> None:
    """Else the old epoch's pre-pseudonyms of everybody would stay with the TTP."""
    for delivery in (DELIVERY, HOSPITALS):
        acknowledged(world, delivery)
    begin_next_epoch(world)
    assert a_round(world) == {DELIVERY: "forgotten", HOSPITALS: "forgotten"}
    assert lying(world) == []
    assert a_round(world) == {}


@pytest.mark.parametrize("epoch_of_now", [1, 2])
@pytest.mark.parametrize(
    "says",
    [{"epoch": 2}, {"key_version": 2}, {"delivery": HOSPITALS}, {"supplier": HOSPITAL}, {"period": "2024"}],
)
def test_it_says_of_the_delivery_what_was_processed(
    world: World, epoch_of_now: int, says: dict[str, Any]
) -> None:
    resign(acknowledged(world), Acknowledgement, world.rings[OCMO], **says)
    if epoch_of_now == 2:
        begin_next_epoch(world)
    (outcome,) = process_inbox(TtpHome.open(world.root / TTP))
    assert (outcome.outcome, outcome.kind) == ("refused", ManifestRefusedError.kind)
    assert DELIVERY in lying(world)


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig"])
def test_one_that_was_changed_removes_nothing(world: World, name: str) -> None:
    flip(acknowledged(world) / name, 40)
    assert a_round(world) == {f"{DELIVERY}.ack": "refused"}
    assert DELIVERY in lying(world)
    assert log(world, TTP).lines()[-1].entry.result == "signature"


@pytest.mark.parametrize("signer", [INSURER, TTP])
def test_only_the_ocmo_can_acknowledge(world: World, signer: str) -> None:
    folder = acknowledged(world)
    resign(folder, Acknowledgement, world.rings[signer])
    assert a_round(world) == {f"{DELIVERY}.ack": "refused"}
    assert DELIVERY in lying(world)
    with world.refused(AgreementError, "Compare fingerprints"):
        acknowledge(
            world.ocmo_inbox / f"{DELIVERY}.map",
            agreement=world.agreement,
            ring=world.rings[signer],
            outbox=world.ttp_inbox,
        )


def test_of_what_was_not_processed_here_nothing_can_be_acknowledged(world: World) -> None:
    folder = acknowledged(world)
    resign(folder, Acknowledgement, world.rings[OCMO], identifiers_digest="0" * 64)
    (outcome,) = process_inbox(TtpHome.open(world.root / TTP))
    assert (outcome.outcome, outcome.kind) == ("refused", ManifestRefusedError.kind)
    assert "office must acknowledge what it opened" in outcome.reason


def test_a_map_that_was_changed_is_not_acknowledged(world: World) -> None:
    flip(world.ocmo_inbox / f"{DELIVERY}.map" / "manifest.json", 40)
    with world.refused(SignatureRefusedError):
        acknowledge(
            world.ocmo_inbox / f"{DELIVERY}.map",
            agreement=world.agreement,
            ring=world.rings[OCMO],
            outbox=world.ttp_inbox,
        )


@pytest.mark.parametrize("step", range(1, 9))
def test_killed_at_any_point_the_next_round_does_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """At the step-th removal of a file, renaming, or write to disk."""
    acknowledged(world)
    steps = iter(range(1, step + 1))

    def dying(real: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object, **named: object) -> None:
            if next(steps, step) == step:
                raise Killed
            real(*arguments, **named)

        return call

    with monkeypatch.context() as patched:
        for name in ("unlink", "rename", "fsync", "replace", "rmdir"):
            patched.setattr(f"os.{name}", dying(getattr(dropfolder.os, name)))
        with pytest.raises(Killed):
            a_round(world)
    a_round(world)
    assert lying(world) == [HOSPITALS]
    assert [line.entry.action for line in log(world, TTP).lines()] == ["map", "map", "forget"]
    assert a_round(world) == {}


def test_what_may_not_be_removed_is_the_ttp_s_own_fault(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledged(world)

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.rename", denied)
    with pytest.raises(StorageError, match="notary must make room, or get the rights"):
        a_round(world)
    assert not (world.root / TTP / "refused.json").exists()
