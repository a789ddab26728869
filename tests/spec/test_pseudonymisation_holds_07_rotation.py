"""What must hold, 7: a new epoch by redelivery of identifiers, in one published commit.

Old and new pseudonym come once, everything that is stored moves, who objected stays out, who is not delivered again
is counted and leaves, and no old pseudonym is left anywhere.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipeline.deliveries.removed import Removed, RemovedRows
from pipeline.errors import RotationError
from pipeline.lake import labelled_files, open_lake
from pipeline.linkage.blocklist import BlockList
from pipeline.linkage.own_agreements import agreement_path, next_agreement_path
from pipeline.linkage.rotation import apply_rotation
from pipeline.linkage.rotation_state import rotation_state
from pseudonymisation.agreement import Agreement
from pseudonymisation.audit_check import require_whole
from pseudonymisation.errors import AgreementError, TableRefusedError
from pseudonymisation.rotation import FROM, ROTATION, SCHEMA_DIGEST, TO, next_agreement
from pseudonymisation.ttp_home import TtpHome
from pseudonymisation.ttp_inbox import process_inbox
from tests.unit.linkage_world import FIRST, SECOND, claim_lines
from tests.unit.pseudonymisation_world import HOSPITAL, NUMBERS, TTP
from tests.unit.rights_world import Rights, register_of_insured

CONTRACT = "maasoever"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Rights:
    """The insurer delivered 40 persons, in two tables. Copied before it is used."""
    made = Rights.make(tmp_path_factory.mktemp("delivered"))
    made.deliver(FIRST)
    return made


@pytest.fixture
def rights(delivered: Rights, tmp_path: Path) -> Rights:
    return delivered.copied(tmp_path)


def test_every_person_has_the_pseudonym_of_the_next_epoch(rights: Rights) -> None:
    before = rights.stored("raw_claim_line").sort("line_ref")
    turn = rights.begin_rotation()
    rights.redeliver(turn)
    done = apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    after = rights.stored("raw_claim_line").sort("line_ref")
    assert rights.pids() == rights.true_pids(NUMBERS, turn.then)
    assert rights.pids().isdisjoint(rights.true_pids(NUMBERS, turn.now))
    assert after.drop("pid").equals(before.drop("pid")), "nothing but the pseudonym changed"
    assert (done.epoch, done.persons, done.tables, done.left_persons) == (2, 40, 2, 0)


def test_labels_and_agreement_move_with_them(rights: Rights) -> None:
    turn = rights.begin_rotation()
    rights.redeliver(turn)
    apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    assert {label for _, label in labelled_files(open_lake(rights.home))} == {turn.then.label}
    assert rights.row(FIRST).pseudonym_label == turn.then.label
    assert Agreement.load(agreement_path(rights.home, CONTRACT)) == turn.then
    assert not next_agreement_path(rights.home, CONTRACT).exists()


def test_what_later_steps_are_a_function_of_stays(rights: Rights) -> None:
    """So no figure is computed anew: the tables count as the same but for the names of pseudonyms."""
    catalogue = open_lake(rights.home).catalogue
    before = catalogue.current(f"delivery/{FIRST}")
    rights.redeliver(rights.begin_rotation())
    apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    after = catalogue.current(f"delivery/{FIRST}")
    assert before is not None
    assert after is not None
    assert after.digests == before.digests
    assert {file.digest for file in after.files}.isdisjoint(before.digests.values())


def test_no_sealed_delivery_with_old_or_new_pseudonyms_is_left(rights: Rights) -> None:
    rights.redeliver(rights.begin_rotation())
    apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    assert rights.inbox() == set()


def test_who_objected_stays_out_in_the_new_epoch(rights: Rights) -> None:
    rights.object(NUMBERS[:2])
    turn = rights.begin_rotation()
    rights.redeliver(turn)
    apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    assert len(BlockList(rights.home).persons(turn.then.label)) == 2
    rights.world.agreement = turn.then
    rights.deliver(SECOND, year=2024)
    assert rights.pids() == rights.true_pids(NUMBERS[2:], turn.then)


def test_who_is_not_delivered_again_is_listed_and_leaves(rights: Rights) -> None:
    turn = rights.begin_rotation()
    rights.redeliver(turn, NUMBERS[:37])
    state = rotation_state(rights.home, CONTRACT)
    assert (state.leaving, state.leaving_by_table) == (3, {"raw_claim_line": (3, 3), "raw_insured": (3, 3)})
    with pytest.raises(RotationError, match="3 persons in the lake and 0 who objected"):
        apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    done = apply_rotation(rights.home, CONTRACT, without=[HOSPITAL], leaving=3)
    assert done.left_rows == {"raw_claim_line": 3, "raw_insured": 3}
    assert rights.pids() == rights.true_pids(NUMBERS[:37], turn.then)
    assert RemovedRows(open_lake(rights.home).catalogue.engine).all() == [
        Removed(FIRST, "claim_line", "rotation", 3, 300, 300),
        Removed(FIRST, "insured", "rotation", 3, 0, 0),
    ]


def test_who_objected_and_is_not_delivered_again_must_be_agreed_to(rights: Rights) -> None:
    """Nobody could keep such a person out of the next epoch."""
    rights.object(NUMBERS[:2])
    rights.redeliver(rights.begin_rotation(), NUMBERS[1:])
    with pytest.raises(RotationError, match="0 persons in the lake and 1 who objected"):
        apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    assert apply_rotation(rights.home, CONTRACT, without=[HOSPITAL], leaving=1).left_persons == 0


def test_two_suppliers_know_the_same_person(rights: Rights) -> None:
    turn = rights.begin_rotation()
    rights.redeliver(turn)
    rights.redeliver(turn, NUMBERS[5:25], supplier=HOSPITAL)
    assert rotation_state(rights.home, CONTRACT).persons == {"hospital": 20, "insurer": 40}
    assert apply_rotation(rights.home, CONTRACT).persons == 40


def test_large_suppliers_deliver_in_parts(rights: Rights) -> None:
    """The agreement allows 100 persons in a delivery; here it is 15."""
    turn = rights.begin_rotation()
    few = [type(turn.now)(**{**vars(agreed), "maximum_persons": 15}) for agreed in (turn.now, turn.then)]
    few[0].write(agreement_path(rights.home, CONTRACT))
    few[1].write(next_agreement_path(rights.home, CONTRACT))
    rights.redeliver(type(turn)(*few))
    assert len(rights.inbox()) == 2 + 3 * 2 * 2, "the first delivery; three parts, twice, with their maps"
    assert apply_rotation(rights.home, CONTRACT, without=[HOSPITAL]).persons == 40


@pytest.mark.parametrize("mapped", [(), (FROM,), (TO,)])
def test_it_waits_for_what_has_not_come(rights: Rights, mapped: tuple[str, ...]) -> None:
    rights.redeliver(rights.begin_rotation(), mapped=mapped)
    waiting = ", ".join(f"insurer-turn-2-1-{which}" for which in (FROM, TO) if which not in mapped)
    with pytest.raises(RotationError, match=f"waits for insurer, {waiting}"):
        apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])


def test_it_waits_for_every_supplier(rights: Rights) -> None:
    rights.redeliver(rights.begin_rotation())
    with pytest.raises(RotationError, match="waits for hospital"):
        apply_rotation(rights.home, CONTRACT)


def pair_with(rights: Rights, links: pl.DataFrame) -> None:
    """The insurer delivers for a rotation, and under the next agreement these numbers and links instead."""
    turn = rights.begin_rotation()
    rights.redeliver(turn, mapped=[FROM])
    second = "insurer-turn-2-1-to"
    for box in (rights.world.ttp_inbox, rights.world.ocmo_inbox):
        shutil.rmtree(box / second)
    rights.world.seal(
        tables={ROTATION: links},
        delivery_id=second,
        period=second,
        agreement=turn.then,
        schema_digests={ROTATION: SCHEMA_DIGEST},
    )
    rights.world.process(second, turn.then)


@pytest.mark.parametrize(
    ("links", "why"),
    [
        ([bytes([i]) * 16 for i in range(40)], "not of the same persons"),
        ([b"one and the same"] * 40, "or a link occurs twice"),
    ],
)
def test_two_deliveries_that_are_no_pair(rights: Rights, links: list[bytes], why: str) -> None:
    pair_with(rights, pl.DataFrame({"bsn": NUMBERS, "link": links}))
    with pytest.raises(TableRefusedError, match=why):
        apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])


def test_once_applied_it_is_applied(rights: Rights) -> None:
    rights.redeliver(rights.begin_rotation())
    done = apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    before = rights.pids()
    assert apply_rotation(rights.home, CONTRACT) == done
    assert rights.pids() == before


def test_without_a_next_agreement_nothing_is_on(rights: Rights) -> None:
    with pytest.raises(AgreementError, match="No rotation of contract maasoever is on"):
        apply_rotation(rights.home, CONTRACT)


def test_meanwhile_a_delivery_of_the_next_epoch_waits(rights: Rights) -> None:
    """It would be of other pseudonyms than those in the lake."""
    turn = rights.begin_rotation()
    tables = {"claim_line": claim_lines(year=2024), "insured": register_of_insured(year=2024)}
    rights.send(SECOND, tables, period="2024", agreement=turn.then, mapped=False)
    rights.world.process(SECOND, turn.then)
    assert rights.take_in(SECOND).outcome == "waiting"
    rights.redeliver(turn)
    assert rights.take_in("insurer-turn-2-1-from").outcome == "waiting"
    apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    assert rights.take_in(SECOND).outcome == "linked"


def test_what_an_earlier_epoch_delivered_can_be_replaced(rights: Rights) -> None:
    turn = rights.begin_rotation()
    rights.redeliver(turn)
    apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    rights.send(SECOND, agreement=turn.then, replaces=FIRST, mapped=False)
    rights.world.process(SECOND, turn.then)
    assert rights.take_in(SECOND).outcome == "linked"


def test_the_roles_note_it(rights: Rights) -> None:
    rights.redeliver(rights.begin_rotation())
    apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    lines = require_whole(rights.home.root / "audit.jsonl")
    (rotated,) = (line.entry for line in lines if line.entry.action == "rotated")
    assert (rotated.epoch, dict(rotated.counts)) == (2, {"persons": 40, "tables": 2, "left": 0})


def test_the_next_agreement_differs_in_epoch_and_key_version_only(rights: Rights) -> None:
    agreed = rights.world.agreement
    assert next_agreement(agreed, epoch=2, key_version=1).label.endswith(":2")
    for epoch, key_version in ((1, 1), (1, 2)):
        with pytest.raises(AgreementError, match="not the one of now with a later epoch"):
            next_agreement(agreed, epoch=epoch, key_version=key_version)


def test_the_ttp_cannot_tell_old_and_new_apart_by_person(rights: Rights) -> None:
    """Its two deliveries have no ticket and no pre-pseudonym in common: the link is in the OCMO's half."""
    turn = rights.begin_rotation()
    rights.redeliver(turn)
    old, new = (
        rights.identifiers(f"insurer-turn-2-1-{which}", agreed)
        for which, agreed in ((FROM, turn.now), (TO, turn.then))
    )
    assert old.columns == new.columns == ["ticket", "pre"]
    for column in ("ticket", "pre"):
        assert set(old[column]).isdisjoint(new[column])


def test_the_ttp_keeps_no_pre_pseudonym_of_the_old_epoch(rights: Rights) -> None:
    """Its round comes after it let the next agreement take the place of the one of now."""
    rights.home = replace(rights.home, ttp_outbox=rights.world.ttp_inbox)
    rights.world.seal(delivery_id="insurer-2023", period="2023")  # not mapped in time: it is too late for it
    turn = rights.begin_rotation()
    rights.redeliver(turn)
    apply_rotation(rights.home, CONTRACT, without=[HOSPITAL])
    assert {f"{FIRST}.ack", "insurer-turn-2-1-from.ack"} <= set(lying(rights.world.ttp_inbox))
    ttp = rights.world.root / TTP
    (ttp / "agreements").mkdir()
    turn.then.write(ttp / "agreements" / f"{CONTRACT}.json")
    (ttp / "ttp.json").write_text('{"inbox": "../to-ttp", "outbox": "../to-ocmo"}')
    process_inbox(TtpHome.open(ttp))
    assert lying(rights.world.ttp_inbox) == []


def lying(inbox: Path) -> list[str]:
    return sorted(path.name for path in inbox.iterdir() if path.is_dir())
