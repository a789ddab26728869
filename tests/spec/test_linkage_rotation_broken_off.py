"""A rotation that was committed counts, though it was killed before it was finished; the next night finishes it.

Which epoch is now stands in the register, and changes in the one commit with the tables. The agreement in the OCMO's
home follows. So between the two nothing of the old epoch is let in, and no objection is carried out in it and lost.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from pipeline import night
from pipeline.deliveries import Status, raw_inputs
from pipeline.lake import labelled_files, open_lake
from pipeline.linkage import keep_out, persons_objected
from pipeline.linkage.own_agreements import agreement_path, next_agreement_path
from pipeline.linkage.rotation import apply_rotation
from pseudonymisation.agreement import Agreement
from pseudonymisation.rotation import TO, Turn
from tests.unit.lake_world import DAY
from tests.unit.linkage_world import FIRST, SECOND, SUMMER, claim_lines
from tests.unit.pseudonymisation_world import HOSPITAL, NUMBERS
from tests.unit.rights_world import OBJECTION, Rights, register_of_insured

CONTRACT = "maasoever"
OBJECTS = NUMBERS[:2]
rotation_module = importlib.import_module("pipeline.linkage.rotation")
objection_module = importlib.import_module("pipeline.linkage.objection")


class Killed(BaseException):
    """What a kill looks like from inside: nothing may catch it."""


def killed(*_args: object, **_named: object) -> None:
    raise Killed


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rights, Turn]:
    """The tables are of epoch 2; what comes after the commit was not begun. Copied before it is used."""
    made = Rights.make(tmp_path_factory.mktemp("committed"))
    made.deliver(FIRST)
    turn = made.begin_rotation()
    made.redeliver(turn)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rotation_module, "_finish", killed)
        with pytest.raises(Killed):
            apply_rotation(made.home, CONTRACT, without=[HOSPITAL])
    return made, turn


@pytest.fixture
def turn(committed: tuple[Rights, Turn]) -> Turn:
    return committed[1]


@pytest.fixture
def rights(committed: tuple[Rights, Turn], tmp_path: Path) -> Rights:
    return committed[0].copied(tmp_path)


def send_another_year(rights: Rights, agreement: Agreement, delivery_id: str = SECOND) -> None:
    tables = {"claim_line": claim_lines(year=2024), "insured": register_of_insured(year=2024)}
    rights.send(delivery_id, tables, period="2024", agreement=agreement, mapped=False)
    rights.world.process(delivery_id, agreement)


def labels(rights: Rights) -> set[str]:
    return {label for _, label in labelled_files(open_lake(rights.home))}


def test_a_delivery_of_the_old_epoch_is_not_let_in(rights: Rights, turn: Turn) -> None:
    send_another_year(rights, turn.now)
    assert rights.take_in(SECOND).outcome == "waiting"
    assert rights.pids() == rights.true_pids(NUMBERS, turn.then)
    assert labels(rights) == {turn.then.label}


def test_one_of_the_new_epoch_is(rights: Rights, turn: Turn) -> None:
    send_another_year(rights, turn.then)
    rights.accept(SECOND)
    assert rights.pids() == rights.true_pids(NUMBERS, turn.then)
    assert raw_inputs(open_lake(rights.home), CONTRACT, SUMMER).label == turn.then.label


def test_an_objection_of_the_old_epoch_is_not_carried_out_for_nothing(rights: Rights, turn: Turn) -> None:
    """It names nobody in the lake any more. It waits, is refused once the rotation is finished, and is sent again."""
    assert rights.object(OBJECTS).outcome == "waiting"
    assert OBJECTION in rights.inbox()
    night.new_arrivals(rights.home, DAY)
    refused = rights.take_in(OBJECTION)
    assert (refused.outcome, "epoch" in refused.reason) == (Status.REFUSED, True)
    rights.object(OBJECTS, delivery_id="insurer-notice-2", agreement=turn.then)
    assert rights.pids() == rights.true_pids(NUMBERS[2:], turn.then)


def test_one_of_the_new_epoch_is_carried_out_at_once(rights: Rights, turn: Turn) -> None:
    assert rights.object(OBJECTS, agreement=turn.then).outcome == "carried out"
    assert rights.pids() == rights.true_pids(NUMBERS[2:], turn.then)


def test_the_next_night_finishes_it(rights: Rights, turn: Turn) -> None:
    night.new_arrivals(rights.home, DAY)
    assert Agreement.load(agreement_path(rights.home, CONTRACT)) == turn.then
    assert not next_agreement_path(rights.home, CONTRACT).exists()
    assert rights.inbox() == set()
    assert labels(rights) == {turn.then.label}
    acknowledged = {path.name for path in rights.home.ttp_outbox.glob("*turn*.ack")}
    assert acknowledged == {f"insurer-turn-2-1-{which}.ack" for which in ("from", "to")}


def test_so_does_applying_it_again(rights: Rights, turn: Turn) -> None:
    send_another_year(rights, turn.now)
    rights.take_in(SECOND)
    apply_rotation(rights.home, CONTRACT)
    assert rights.pids() == rights.true_pids(NUMBERS, turn.then)
    assert Agreement.load(agreement_path(rights.home, CONTRACT)) == turn.then
    keep_out(rights.home)
    assert raw_inputs(open_lake(rights.home), CONTRACT, SUMMER).label == turn.then.label


def test_a_rotation_that_is_on_and_not_committed_is_left_alone(tmp_path: Path) -> None:
    rights = Rights.make(tmp_path)
    rights.deliver(FIRST)
    turn = rights.begin_rotation()
    rights.redeliver(turn)
    night.new_arrivals(rights.home, DAY)
    assert Agreement.load(agreement_path(rights.home, CONTRACT)) == turn.now
    assert rights.pids() == rights.true_pids(NUMBERS, turn.now)


def test_an_epoch_that_begins_while_an_objection_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing stops who applies a rotation at that moment; the objection is then not done in the epoch that is over."""
    rights = Rights.make(tmp_path)
    rights.deliver(FIRST)
    turn = rights.begin_rotation()
    rights.redeliver(turn)
    opening = objection_module.open_delivery

    def open_slowly(*args: object, **named: object) -> object:
        opened = opening(*args, **named)
        apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
        return opened

    monkeypatch.setattr(objection_module, "open_delivery", open_slowly)
    assert rights.object(OBJECTS).outcome == "waiting"
    assert persons_objected(rights.home, CONTRACT) == 0
    assert rights.pids() == rights.true_pids(NUMBERS, turn.then)


def test_deliveries_that_came_after_the_commit_are_not_said_to_have_been_opened(
    rights: Rights, turn: Turn
) -> None:
    """The hospital's, which was not waited for: nobody read them, so nobody acknowledges or removes them."""
    rights.redeliver(turn, NUMBERS[5:25], supplier=HOSPITAL)
    apply_rotation(rights.home, CONTRACT)
    late = {f"hospital-turn-2-1-{which}" for which in ("from", "to")}
    assert {name for name in rights.inbox() if not name.endswith(".map")} == late
    acknowledged = {path.name.removesuffix(".ack") for path in rights.home.ttp_outbox.glob("*.ack")}
    assert late.isdisjoint(acknowledged)
    told = {name: rights.take_in(name) for name in sorted(late)}
    assert {one.outcome for one in told.values()} == {Status.REFUSED}
    assert "applied without" in told[f"hospital-turn-2-1-{TO}"].reason


def test_how_many_objected_is_told_of_the_epoch_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three objected, of whom one is not delivered again. They are three before the commit, and after it."""
    rights = Rights.make(tmp_path)
    rights.deliver(FIRST)
    rights.object(NUMBERS[:3])
    turn = rights.begin_rotation()
    rights.redeliver(turn, NUMBERS[1:])
    with monkeypatch.context() as patch:
        patch.setattr(rotation_module, "replace_files", killed)
        with pytest.raises(Killed):
            apply_rotation(rights.home, CONTRACT, without=[HOSPITAL], leaving=1)
    assert persons_objected(rights.home, CONTRACT) == 3, "the new list was written; it does not count yet"
    apply_rotation(rights.home, CONTRACT, without=[HOSPITAL], leaving=1)
    assert persons_objected(rights.home, CONTRACT) == 3
