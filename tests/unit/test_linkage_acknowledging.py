"""The OCMO writes down what it opened or refused, and acknowledges what it opened, also when it was killed between."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

import pytest

from pipeline.deliveries import Status
from pipeline.linkage import acknowledge_left_over
from pseudonymisation.audit import AuditLog, Line
from pseudonymisation.errors import StorageError
from pseudonymisation.forgetting import forget
from tests.unit.linkage_world import FIRST, SECOND, Linkage
from tests.unit.pseudonymisation_world import INSURER, OCMO, flip

take_in_module = importlib.import_module("pipeline.linkage.take_in")


class Killed(BaseException):
    """What a kill looks like from inside: nothing may catch it."""


@pytest.fixture
def line(tmp_path: Path) -> Linkage:
    return Linkage.make(tmp_path)


def log(line: Linkage) -> list[Line]:
    return AuditLog.of_home(line.home.root, line.world.rings[OCMO].identity).lines()


def acknowledgements(line: Linkage) -> list[str]:
    return sorted(path.name for path in line.home.ttp_outbox.glob("*.ack"))


def test_what_is_linked_is_written_down_and_acknowledged(line: Linkage) -> None:
    line.send()
    assert line.take_in().outcome == Status.LINKED
    opened, acknowledged = (one.entry for one in log(line))
    assert (opened.action, opened.delivery, opened.counts) == ("open", FIRST, {"persons": 40, "rows": 40})
    assert opened.digests["tables"] == line.row().manifest_digest
    assert set(opened.digests) == {"halves", "tables", "identifiers", "map"}
    assert (acknowledged.action, acknowledged.digests["halves"]) == ("acknowledge", opened.digests["halves"])
    assert acknowledgements(line) == [f"{FIRST}.ack"]
    assert line.row().acknowledged


def test_the_ttp_takes_it_for_what_it_is(line: Linkage) -> None:
    line.home = line.home.__class__(**{**vars(line.home), "ttp_outbox": line.world.ttp_inbox})
    line.send()
    line.take_in()
    folder = line.world.ttp_inbox / f"{FIRST}.ack"
    forget(folder, agreement=line.world.agreement, seen=line.world.seen, inbox=line.world.ttp_inbox)
    assert not (line.world.ttp_inbox / FIRST).exists()


def test_what_is_refused_is_written_down_with_its_kind_and_not_acknowledged(line: Linkage) -> None:
    line.send()
    flip(line.home.inbox / FIRST / "claim_line-0001.blob", 40)
    assert line.take_in().kind == "blob"
    (entry,) = (one.entry for one in log(line))
    assert (entry.action, entry.result, entry.delivery, entry.supplier) == ("open", "blob", FIRST, INSURER)
    assert acknowledgements(line) == []


def test_of_what_nobody_signed_only_the_folder_is_written_down(line: Linkage) -> None:
    line.send()
    flip(line.home.inbox / FIRST / "manifest.json", 40)
    assert line.take_in().kind == "signature"
    (entry,) = (one.entry for one in log(line))
    assert (entry.result, entry.delivery, entry.supplier, entry.contract, entry.on) == (
        "signature",
        FIRST,
        "",
        "",
        "",
    )
    assert set(entry.digests) == {"arrival"}


def test_killed_before_it_was_acknowledged_the_next_night_does_it(
    line: Linkage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise Killed

    line.send()
    with monkeypatch.context() as patched:
        patched.setattr(take_in_module, "acknowledge_linked", kill)
        with pytest.raises(Killed):
            line.take_in()
    assert (line.row().status, line.row().acknowledged) == (Status.LINKED, False)
    acknowledge_left_over(line.home)
    assert line.row().acknowledged
    assert acknowledgements(line) == [f"{FIRST}.ack"]
    before = log(line)
    acknowledge_left_over(line.home)
    assert log(line) == before
    assert [one.entry.action for one in before] == ["open", "acknowledge"]


def test_killed_before_it_was_published_it_is_written_down_once(
    line: Linkage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise Killed

    line.send()
    with monkeypatch.context() as patched:
        patched.setattr(take_in_module, "publish", kill)
        with pytest.raises(Killed):
            line.take_in()
    line.take_in()
    assert [one.entry.action for one in log(line)] == ["open", "acknowledge"]


def test_what_can_no_longer_be_acknowledged_does_not_keep_the_others_from_it(
    line: Linkage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(take_in_module, "acknowledge_linked", lambda *_: None)
        for name in (FIRST, SECOND):
            line.send(name, replaces=FIRST if name == SECOND else "")
            line.take_in(name)
    flip(line.home.inbox / f"{FIRST}.map" / "manifest.json", 40)
    acknowledge_left_over(line.home)
    assert acknowledgements(line) == [f"{SECOND}.ack"]
    shutil.rmtree(line.home.inbox / f"{FIRST}.map")
    acknowledge_left_over(line.home)


def test_without_room_to_acknowledge_the_delivery_is_used_and_the_fault_is_told(
    line: Linkage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    line.send()
    with monkeypatch.context() as patched:
        patched.setattr("pseudonymisation.acknowledgement.write_signed", full)
        with pytest.raises(StorageError, match="office must make room"):
            line.take_in()
    assert line.row().status == Status.LINKED
    acknowledge_left_over(line.home)
    assert line.row().acknowledged


def test_without_room_in_the_lake_nothing_is_registered_and_the_next_night_takes_it_in(
    line: Linkage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    line.send()
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.lake.store.pq.ParquetWriter", full)
        with pytest.raises(StorageError, match=r"office cannot write \(No space left on device\) in lake"):
            line.take_in()
    assert line.register.all() == []
    assert line.take_in().outcome == Status.LINKED
