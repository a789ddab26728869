"""Somebody found after a rotation was delivered is delivered too, among as many as one delivery must hold."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.linkage.rotation import apply_rotation
from pipeline.linkage.rotation_state import rotation_state
from pseudonymisation.errors import BatchRefusedError
from pseudonymisation.rotation import FROM, Turn, seal_rotation
from pseudonymisation.supplier import SealReceipt
from tests.unit.linkage_world import FIRST
from tests.unit.pseudonymisation_world import HOSPITAL, INSURER, NUMBERS
from tests.unit.rights_world import AUTUMN, Rights

CONTRACT = "maasoever"
KNOWN, LATE = NUMBERS[:39], NUMBERS[39:]


@pytest.fixture
def rights(tmp_path: Path) -> Rights:
    """The insurer delivered 40 persons, who may be 3 at least in one delivery."""
    made = Rights.make(tmp_path)
    made.deliver(FIRST)
    return made


def found_later(rights: Rights, turn: Turn, among: list[str], persons: list[str] = LATE) -> list[SealReceipt]:
    """Who was forgotten is delivered among others."""
    return seal_rotation(
        turn,
        ring=rights.world.rings[INSURER],
        name="found-later",
        delivered_on=AUTUMN,
        numbers=pl.Series("bsn", persons, dtype=pl.String),
        among=pl.Series("bsn", among, dtype=pl.String),
        ttp_outbox=rights.world.ttp_inbox,
        ocmo_outbox=rights.world.ocmo_inbox,
    )


def test_one_who_was_forgotten_does_not_leave(rights: Rights) -> None:
    turn = rights.begin_rotation()
    rights.redeliver(turn, KNOWN)
    assert rotation_state(rights.home, CONTRACT).leaving == 1
    for receipt in found_later(rights, turn, NUMBERS):
        assert receipt.persons == rights.world.agreement.minimum_persons
        agreement = turn.now if receipt.delivery_id.endswith(FROM) else turn.then
        rights.world.process(receipt.delivery_id, agreement)
    assert apply_rotation(rights.home, CONTRACT, without=[HOSPITAL]).left_persons == 0
    assert rights.pids() == rights.true_pids(NUMBERS, turn.then)


def test_run_again_it_is_the_same(rights: Rights) -> None:
    turn = rights.begin_rotation()
    assert not any(one.resumed for one in found_later(rights, turn, NUMBERS))
    assert all(one.resumed for one in found_later(rights, turn, NUMBERS[::-1]))


def test_enough_of_themselves_are_alone(rights: Rights) -> None:
    sealed = found_later(rights, rights.begin_rotation(), NUMBERS, NUMBERS[:3])
    assert [one.persons for one in sealed] == [3, 3]


def test_with_too_few_others_it_is_refused(rights: Rights) -> None:
    turn = rights.begin_rotation()
    with rights.world.refused(BatchRefusedError, "holds 2 persons"):
        found_later(rights, turn, NUMBERS[38:])
