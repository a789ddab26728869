"""Killed at any point and run again: one whole delivery, as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from pseudonymisation import supplier
from pseudonymisation.errors import DeliveryExistsError
from pseudonymisation.keys import KeyRing
from tests.unit.pseudonymisation_world import DELIVERY, INSURER, TTP, World, files


class Killed(BaseException):
    """What a kill looks like from inside: nothing may catch it."""


def kill_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Die at the step-th write to disk or renaming; the file being written is left half."""
    steps = iter(range(1, step + 1))

    def dying(real: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object) -> None:
            if next(steps, step) == step:
                if real is os_fsync and stat.S_ISREG(os.fstat(arguments[0]).st_mode):
                    os.ftruncate(arguments[0], os.fstat(arguments[0]).st_size // 2)
                raise Killed
            real(*arguments)

        return call

    os_fsync = os.fsync
    for name in ("fsync", "rename", "replace"):
        monkeypatch.setattr(os, name, dying(getattr(os, name)))


def survives(monkeypatch: pytest.MonkeyPatch, step: int, run: Callable[[], object]) -> bool:
    """Run until killed at this step; true when it came to its end before."""
    with monkeypatch.context() as patched:
        kill_at(patched, step)
        try:
            run()
        except Killed:
            return False
    return True


def leftovers(world: World) -> list[str]:
    return [path.name for path in world.root.rglob("*.part")]


# A seal of these tables writes 7 blobs, 4 manifest files, and publishes twice in 3 steps. The TTP writes 1 blob,
# 2 manifest files, publishes, and remembers in 3 steps.
STEPS_OF_SEAL, STEPS_OF_TTP = 17, 9


@pytest.mark.parametrize("transported", [False, True])
@pytest.mark.parametrize("step", range(1, STEPS_OF_SEAL + 2))
def test_a_killed_seal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, transported: bool) -> None:
    world = World.make(tmp_path)
    finished = survives(monkeypatch, step, lambda: world.seal(chunk_rows=30))
    assert finished == (step > STEPS_OF_SEAL)
    # The TTP may have fetched its half before the supplier runs again.
    fetched = transported and (world.ttp_inbox / DELIVERY).exists()
    if fetched:
        (world.ttp_inbox / DELIVERY).rename(tmp_path / "fetched")
    receipt = world.seal(chunk_rows=30)
    assert leftovers(world) == []
    assert receipt.persons == 40
    if fetched:
        assert not (world.ttp_inbox / DELIVERY).exists(), "no second delivery under the same id"
        (tmp_path / "fetched").rename(world.ttp_inbox / DELIVERY)
    world.process()
    assert world.open().persons == 40


def test_a_seal_run_twice_is_one_delivery(tmp_path: Path) -> None:
    world = World.make(tmp_path)
    first = world.seal()
    before = files(tmp_path)
    second = world.seal()
    assert (first.resumed, second.resumed) == (False, True)
    assert first.manifest_digest == second.manifest_digest
    assert files(tmp_path) == before


def test_two_processes_that_seal_the_same_delivery_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, inside, go_on, entered = World.make(tmp_path), Event(), Event(), []
    write_halves = supplier.write_halves

    def slowly(*arguments: Any) -> Any:
        entered.append(1)
        inside.set()
        assert go_on.wait(30)
        return write_halves(*arguments)

    monkeypatch.setattr(supplier, "write_halves", slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(world.seal)
        assert inside.wait(30)
        second = pool.submit(world.seal)
        with pytest.raises(TimeoutError):
            second.result(0.5)
        assert entered == [1], "the second waits before it touches the first one's folders"
        go_on.set()
        assert (first.result(30).resumed, second.result(30).resumed) == (False, True)
    assert first.result().manifest_digest == second.result().manifest_digest
    assert leftovers(world) == []
    world.process()
    assert world.open().persons == 40


def test_a_half_that_is_lost_is_not_made_again(tmp_path: Path) -> None:
    world = World.make(tmp_path)
    world.seal()
    shutil.rmtree(world.ocmo_inbox / DELIVERY)
    with world.refused(DeliveryExistsError, "one of its halves was taken away"):
        world.seal()


@pytest.mark.parametrize("step", range(1, STEPS_OF_TTP + 2))
def test_a_killed_ttp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    world = World.make(tmp_path)
    world.seal()
    finished = survives(monkeypatch, step, world.process)
    assert finished == (step > STEPS_OF_TTP)
    map_folder, part = world.ocmo_inbox / f"{DELIVERY}.map", world.ocmo_inbox / f"{DELIVERY}.map.part"
    first = next((files(folder) for folder in (map_folder, part) if (folder / "manifest.sig").exists()), None)
    receipt = world.process()
    assert leftovers(world) == []
    assert receipt.persons == 40
    assert len(world.seen.deliveries()) == 1
    if first is not None and len(first["manifest.sig"]) == 64:
        assert files(map_folder) == first, "the first complete map wins"
        assert receipt.resumed
    assert world.open().persons == 40


def test_a_ttp_run_twice_is_one_map(tmp_path: Path) -> None:
    world = World.make(tmp_path)
    world.seal()
    first = world.process()
    before = files(tmp_path)
    second = world.process()
    assert (first.resumed, second.resumed) == (False, True)
    assert files(tmp_path) == before


def test_a_map_whose_memory_was_restored_from_an_older_backup(tmp_path: Path) -> None:
    world = World.make(tmp_path)
    world.seal()
    world.process()
    before = files(world.ocmo_inbox)
    (tmp_path / TTP / "seen.json").unlink()
    assert world.process().resumed
    assert files(world.ocmo_inbox) == before
    assert [seen.delivery for seen in world.seen.deliveries()] == [DELIVERY]


@pytest.mark.parametrize("step", range(1, 12))
def test_a_killed_key_creation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    folder = tmp_path / "keys"
    if (
        not survives(monkeypatch, step, lambda: KeyRing.create(folder, role="supplier", name=INSURER))
        and not folder.exists()
    ):
        KeyRing.create(folder, role="supplier", name=INSURER)
    assert KeyRing.open(folder).identity.name == INSURER
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]
