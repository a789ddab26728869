"""Operations and questionnaires of who objects, or leaves at a rotation, go from the indicators' tables too.

A reference to an operation is the same in every delivery, so its supplier can say whose it is: a row with one is a row
about a person, whether or not a figure needs the pseudonym.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.indicators import build_indicators
from pipeline.lake import Snapshot, open_lake
from pipeline.linkage.rotation import apply_rotation
from tests.unit.linkage_world import canonical
from tests.unit.pseudonymisation_world import HOSPITAL, INSURER, NUMBERS
from tests.unit.rights_world import Rights

CONTRACT, NIGHT = "maasoever", dt.date(2026, 12, 31)
GONE = NUMBERS[:2]


def reference(number: str) -> str:
    return f"operation of {number[-4:]}"


def operations() -> pl.DataFrame:
    """An operation of each person."""
    rows = [{"bsn": n, "event_ref": reference(n), "event_date": dt.date(2025, 3, 1)} for n in NUMBERS]
    return canonical("clinical_event", rows)


def questionnaires() -> pl.DataFrame:
    """What each person answered before it."""
    same = {"instrument_code": "EQ-5D-5L", "moment_code": "before", "answers_code": "11111"}
    return canonical("patient_report", [{"bsn": n, "event_ref": reference(n), **same} for n in NUMBERS])


@pytest.fixture
def rights(tmp_path: Path) -> Rights:
    """A hospital delivered operations and answers of 40 persons, and the night made indicators of them."""
    made = Rights.make(tmp_path)
    tables = {"clinical_event": operations(), "patient_report": questionnaires()}
    made.send("operations", tables, supplier=HOSPITAL, period="2025")
    made.accept("operations")
    indicators(made)
    return made


def indicators(rights: Rights) -> Snapshot:
    return build_indicators(rights.home, CONTRACT, 2025, NIGHT)


def operated(rights: Rights) -> dict[str, set[str]]:
    """By table: the references to operations in its files on disk, published or not."""
    found: dict[str, set[str]] = {}
    for path in open_lake(rights.home).tables.rglob("*.parquet"):
        frame = pl.read_parquet(path)
        if "event_ref" in frame.columns:
            found.setdefault(path.parent.name, set()).update(frame["event_ref"].cast(pl.String))
    return found


def references(numbers: list[str]) -> dict[str, set[str]]:
    tables = ("raw_clinical_event", "raw_patient_report", "core_operation", "core_patient_report")
    return {table: {reference(number) for number in numbers} for table in tables}


def test_who_objects_has_no_operation_in_any_table(rights: Rights) -> None:
    assert operated(rights) == references(NUMBERS), "the search finds who is there"
    rights.object(GONE)
    assert operated(rights) == references(NUMBERS[2:])


def test_nor_after_the_next_night(rights: Rights) -> None:
    rights.object(GONE)
    indicators(rights)
    assert operated(rights) == references(NUMBERS[2:])


def test_who_leaves_at_a_rotation_has_none_either(rights: Rights) -> None:
    turn = rights.begin_rotation()
    rights.redeliver(turn, NUMBERS[2:], supplier=HOSPITAL)
    apply_rotation(rights.home, CONTRACT, without=[INSURER], leaving=2)
    assert operated(rights) == references(NUMBERS[2:])


def test_a_rotation_moves_them_and_no_indicator_is_made_anew(rights: Rights) -> None:
    before = indicators(rights)
    turn = rights.begin_rotation()
    rights.redeliver(turn, supplier=HOSPITAL)
    apply_rotation(rights.home, CONTRACT, without=[INSURER])
    assert indicators(rights).digests == before.digests
    assert set(rights.stored("core_operation")["pid"]) == rights.true_pids(NUMBERS, turn.then)
    assert set(rights.stored("core_patient_report")["pid"]) == rights.true_pids(NUMBERS, turn.then)


def test_nor_is_anybody_in_what_a_killed_night_left(rights: Rights) -> None:
    """Pages that a query spilled to, in clear; and half an answer of the TTP's, beside the whole one."""
    page = rights.home.spill / "killed" / "pages" / "duckdb_temp_1_0_storage_S32K-0.tmp"
    half = rights.home.inbox / "operations.map.part" / "part-0000.blob"
    for left in (page, half):
        left.parent.mkdir(parents=True)
        left.write_bytes(b"rows of persons")
    rights.object(GONE)
    assert not page.exists()
    assert rights.inbox() == set()
