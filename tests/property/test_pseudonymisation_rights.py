"""Whoever objects, before a rotation and after it: nobody comes back, and others' rows are as if nothing happened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.linkage.rotation import apply_rotation
from pseudonymisation.rotation import Turn
from tests.unit.linkage_world import FIRST, SECOND, THIRD
from tests.unit.pseudonymisation_world import HOSPITAL, NUMBERS
from tests.unit.rights_world import Rights

people = st.sets(st.sampled_from(NUMBERS), max_size=len(NUMBERS))
few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rights, Turn]:
    """Two years are delivered, and the keys of the next epoch are made; copied before it is gone on with."""
    made = Rights.make(tmp_path_factory.mktemp("rights"))
    made.deliver(FIRST)
    made.deliver(SECOND, year=2024)
    return made, made.begin_rotation()


def others(frame: pl.DataFrame, objected: set[str]) -> pl.DataFrame:
    """Claims by their own reference, whose last four characters are the number's."""
    ends = [number[-4:] for number in objected]
    rows = frame.drop("pid").filter(~pl.col("line_ref").str.slice(-4).is_in(ends))
    return rows.sort("line_ref")


def object_by_fours(rights: Rights, persons: set[str], name: str) -> None:
    """In as many deliveries as it takes: of the forty that are in each, at most four object."""
    for number, four in enumerate(batched(sorted(persons), 4), start=1):
        assert rights.object(four, delivery_id=f"{name}-{number}").outcome == "carried out"


def batched(persons: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (persons[first : first + size] for first in range(0, len(persons), size))


@few
@given(before=people, after=people, redelivered=people)
def test_nobody_comes_back_and_the_others_are_as_without_them(
    delivered: tuple[Rights, Turn], tmp_path: Path, before: set[str], after: set[str], redelivered: set[str]
) -> None:
    """`redelivered` are in the rotation with everybody who objected; who of the others is not, leaves."""
    made, turn = delivered
    shutil.rmtree(tmp_path / "copy", ignore_errors=True)
    rights = made.copied(tmp_path / "copy")
    untouched = rights.stored("raw_claim_line")
    object_by_fours(rights, before, "insurer-notice-1")
    staying = before | redelivered | set(NUMBERS[:3])
    rights.redeliver(turn, sorted(staying))
    leaving = set(NUMBERS) - staying
    apply_rotation(rights.home, "maasoever", without=[HOSPITAL], leaving=len(leaving))
    rights.world.agreement = turn.then
    object_by_fours(rights, after, "insurer-notice-2")
    gone = before | after
    assert rights.pids() == rights.true_pids(staying - gone)
    assert others(rights.stored("raw_claim_line"), set()).equals(others(untouched, gone | leaving))
    rights.deliver(THIRD, year=2023)
    assert rights.pids() == rights.true_pids(set(NUMBERS) - gone), (
        "who left comes back with a delivery; they may"
    )
