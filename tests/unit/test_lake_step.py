"""A step: its inputs decide whether it runs, and all its tables appear at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.errors import ReconciliationError
from pipeline.lake import SqlTable, Step, open_lake, run_step
from pipeline.lake import step as lake_step
from tests.unit.lake_world import DAY, LABEL, home_in, small_table

FRAME = pl.DataFrame({"year": [2025], "cents": [1]})


def counting(calls: list[str]) -> Callable[[Step], None]:
    def work(step: Step) -> None:
        calls.append("ran")
        step.keep("mart_one", FRAME, key=["year"])
        step.keep("mart_two", FRAME, key=["year"])

    return work


def test_a_step_runs_once_for_the_same_inputs(tmp_path: Path) -> None:
    home, calls = home_in(tmp_path), list[str]()
    first = run_step(home, "s", DAY, ["inputs"], counting(calls))
    assert run_step(home, "s", DAY, ["inputs"], counting(calls)) == first
    assert calls == ["ran"]
    assert sorted(first.digests) == ["mart_one", "mart_two"]


@pytest.mark.parametrize("changed", ["inputs", "date", "code"])
def test_other_inputs_another_date_or_other_code_run_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    home, calls = home_in(tmp_path), list[str]()
    run_step(home, "s", DAY, ["inputs"], counting(calls))
    if changed == "code":
        monkeypatch.setattr(lake_step, "code_version", lambda: "another")
    day = DAY + dt.timedelta(days=1) if changed == "date" else DAY
    run_step(home, "s", day, ["others" if changed == "inputs" else "inputs"], counting(calls))
    assert calls == ["ran", "ran"]


def test_a_step_that_fails_half_way_publishes_nothing_and_runs_again(tmp_path: Path) -> None:
    home, calls = home_in(tmp_path), list[str]()

    def failing(step: Step) -> None:
        step.keep("mart_one", FRAME, key=["year"])
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        run_step(home, "s", DAY, ["inputs"], failing)
    lake = open_lake(home)
    assert lake.catalogue.current("s") is None
    assert lake.sweep() == 1, "the lock was given back, and the file is nobody's"
    run_step(home, "s", DAY, ["inputs"], counting(calls))
    assert calls == ["ran"]


def test_what_a_step_sees(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    lake = open_lake(home)
    earlier = lake.catalogue.publish("earlier", DAY, "inputs", [small_table(lake, "core_earlier")])
    schema = canonical_table("insured").raw_schema

    def work(step: Step) -> None:
        step.see_snapshot(earlier)
        step.see_frame("terms", pl.DataFrame({"rate": [0.5]}))
        step.see("raw_insured", [], schema)
        assert step.read("core_earlier")["pid"].to_list() == [b"A" * 16, b"B" * 16]
        assert step.read("terms").rows() == [(0.5,)]
        assert step.read("raw_insured").is_empty()
        assert dict(step.read("raw_insured").schema) == schema
        step.keep("mart", FRAME, key=["year"])

    run_step(home, "s", DAY, [], work)


def test_a_step_without_a_file_or_a_schema_cannot_see(tmp_path: Path) -> None:
    def work(step: Step) -> None:
        step.see("raw_insured", [])

    with pytest.raises(Exception, match=r"(?i)file"):
        run_step(home_in(tmp_path), "s", DAY, [], work)


def test_tables_made_by_sql_carry_the_steps_label(tmp_path: Path) -> None:
    home = home_in(tmp_path)

    def work(step: Step) -> None:
        line = {"pid": b"A" * 16, "month": DAY, "year_of_loss": 2026, "care_type_code": "dental"}
        place = {"group_code": "contracted", "bucket_code": "in_domain", "cents": 5}
        step.see_frame("core_claim_line", pl.DataFrame([{**line, **place}] * 2))
        step.make("claims", "core_person_month")
        assert step.read("core_person_month")["cents"].to_list() == [10]

    made = run_step(home, "s", DAY, [], work, label=LABEL)
    path = open_lake(home).path(made.file("core_person_month"))
    assert LABEL in path.with_suffix(".json").read_text()


@pytest.mark.parametrize("reference", ["event_ref", "line_ref"])
@pytest.mark.parametrize("by_sql", [True, False])
def test_a_table_of_persons_rows_without_their_pseudonym_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, *, by_sql: bool
) -> None:
    """Its supplier knows whose operation or claim a row is; and nobody could find the row when that person objects."""
    home = home_in(tmp_path)
    frame = pl.DataFrame({reference: ["one"]})
    statement = SqlTable("core_rows", (reference,), (), (), f"SELECT 'one' AS {reference}\n")
    monkeypatch.setattr(lake_step, "sql_table", lambda *_: statement)

    def work(step: Step) -> None:
        if by_sql:
            step.make("indicators", "core_rows")
        else:
            step.keep("core_rows", frame, key=[reference])

    with pytest.raises(ReconciliationError, match="rows of persons and no pseudonym") as refused:
        run_step(home, "s", DAY, [], work, label=LABEL)
    assert (refused.value.where, open_lake(home).catalogue.files()) == ("core_rows", [])


def test_pseudonyms_without_a_label_are_refused(tmp_path: Path) -> None:
    """Nobody could say of which contract and epoch they are; so an objection and a rotation would pass them over."""

    def work(step: Step) -> None:
        step.keep("core_rows", pl.DataFrame({"pid": [b"A" * 16]}), key=["pid"])

    with pytest.raises(ReconciliationError, match="no label"):
        run_step(home_in(tmp_path), "s", DAY, [], work)
