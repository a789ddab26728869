"""The OCMO tells the TTP of what it will not use, so that nobody who is in it stays there."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.deliveries import Status
from pseudonymisation.audit import AuditLog, Line
from pseudonymisation.forgetting import forget
from pseudonymisation.manifest import NOT_USED, OPENED, Acknowledgement, TablesManifest
from tests.unit.linkage_world import FIRST, SECOND, Linkage
from tests.unit.pseudonymisation_world import INSURER, OCMO, resign


class Killed(BaseException):
    """What a kill looks like from inside: nothing may catch it."""


@pytest.fixture
def line(tmp_path: Path) -> Linkage:
    return Linkage.make(tmp_path)


def log(line: Linkage) -> list[Line]:
    return AuditLog.of_home(line.home.root, line.world.rings[OCMO].identity).lines()


def acknowledgements(line: Linkage) -> list[str]:
    return sorted(path.name for path in line.home.ttp_outbox.glob("*.ack"))


def result(line: Linkage, delivery: str) -> str:
    return Acknowledgement.decode(
        (line.home.ttp_outbox / f"{delivery}.ack" / "manifest.json").read_bytes()
    ).result


def test_what_was_opened_is_acknowledged_as_that(line: Linkage) -> None:
    line.send()
    line.take_in()
    assert result(line, FIRST) == OPENED


def test_what_is_refused_for_what_it_says_is_acknowledged_as_not_used(line: Linkage) -> None:
    """No transport mends it, so the TTP need not keep who is in it."""
    line.home = replace(line.home, ttp_outbox=line.world.ttp_inbox)
    line.send(accounts={"claim_line": {}})
    assert line.take_in().outcome == Status.REFUSED
    assert [one.entry.action for one in log(line)] == ["open", "acknowledge"]
    assert result(line, FIRST) == NOT_USED
    folder = line.world.ttp_inbox / f"{FIRST}.ack"
    told = forget(folder, agreement=line.world.agreement, seen=line.world.seen, inbox=line.world.ttp_inbox)
    assert told.result == NOT_USED
    assert not (line.world.ttp_inbox / FIRST).exists()


def test_what_repeats_another_s_files_is_acknowledged_as_not_used(line: Linkage) -> None:
    for name, period in ((FIRST, "2025"), (SECOND, "2025")):
        line.send(name, period=period, files=["one file"], mapped=name == FIRST)
        if name == SECOND:
            seen = line.world.seen
            line.world.seen._path.unlink()  # the TTP would not let two live deliveries through
            line.world.process(name)
            assert seen.deliveries()
        line.take_in(name)
    assert line.row(SECOND).status == Status.REPEATED
    assert [result(line, name) for name in (FIRST, SECOND)] == [OPENED, NOT_USED]


@pytest.mark.parametrize("moment", ["register.insert", "acknowledge"])
def test_killed_at_a_refusal_the_next_night_acknowledges_it(
    line: Linkage, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def kill(*_: object, **__: object) -> None:
        raise Killed

    line.send(accounts={"claim_line": {}})
    with monkeypatch.context() as patched:
        where = {
            "register.insert": "pipeline.deliveries.Register.insert",
            "acknowledge": "pipeline.linkage.acknowledging.acknowledge",
        }
        patched.setattr(where[moment], kill)
        with pytest.raises(Killed):
            line.take_in()
    assert line.take_in().outcome == Status.REFUSED
    assert acknowledgements(line) == [f"{FIRST}.ack"]
    assert [one.entry.action for one in log(line)] == ["open", "acknowledge"]


def test_a_copy_of_what_was_opened_is_not_acknowledged_again(line: Linkage) -> None:
    line.send()
    line.take_in()
    for end in ("", ".map"):
        shutil.copytree(line.home.inbox / f"{FIRST}{end}", line.home.inbox / f"a-copy{end}")
    before = log(line)
    assert line.take_in("a-copy").outcome == Status.REPEATED
    assert log(line) == before


def test_a_map_of_another_sealing_is_not_acknowledged(line: Linkage) -> None:
    """Tables and map must be of one delivery: whose identifiers the TTP has is not known else."""
    line.send()
    resign(line.home.inbox / FIRST, TablesManifest, line.world.rings[INSURER], identifier_blobs=("0" * 64,))
    assert line.take_in().kind == "manifest"
    assert acknowledgements(line) == []
