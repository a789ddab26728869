"""Published tables that are written anew: all of a change is seen, or nothing; what moved counts as what it was."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import ReconciliationError
from pipeline.home import OcmoHome
from pipeline.lake import (
    PUBLISHED,
    Lake,
    TableFile,
    connect,
    engine_settings,
    labelled_files,
    open_lake,
    replace_files,
    rewrite,
    see_published,
)
from tests.unit.lake_world import DAY, LABEL, home_in

NEXT = LABEL[:-1] + "2"
PEOPLE = pl.DataFrame(
    {
        "pid": [b"C" * 16, b"A" * 16, b"A" * 16, None],
        "event_ref": ["one", "two", "two", "three"],
        "asa_code": ["1", "3", "2", "1"],
    }
)


@pytest.fixture
def home(tmp_path: Path) -> OcmoHome:
    return home_in(tmp_path)


def published(
    lake: Lake, *scopes: str, table: str = "raw_clinical_event", rows: pl.DataFrame = PEOPLE
) -> TableFile:
    """One version of a table in one or more snapshots, its rows in this order."""
    file = lake.write_frame(table, rows, sort_by=[], label=LABEL)
    for scope in scopes:
        lake.catalogue.publish(scope, DAY, "inputs", [file])
    return file


def written_anew(home: OcmoHome, file: TableFile, statement: str, label: str = LABEL) -> TableFile:
    lake = open_lake(home)
    with connect(engine_settings(home)) as connection:
        see_published(lake, connection, file)
        return rewrite(lake, connection, file, statement, label)


def test_every_snapshot_holds_the_new_version_at_once(home: OcmoHome) -> None:
    lake = open_lake(home)
    old = published(lake, "delivery/a", "delivery/b")
    new = written_anew(home, old, f"SELECT * FROM {PUBLISHED} WHERE pid IS NULL")
    assert [file for file, _ in labelled_files(lake)] == [old], "not yet"
    replace_files(lake.catalogue, {old: new}, also=lambda _: None)
    for scope in ("delivery/a", "delivery/b"):
        snapshot = lake.catalogue.current(scope)
        assert snapshot is not None
        assert snapshot.files == (new,)
        assert snapshot.digests == {"raw_clinical_event": new.digest}


def test_when_what_goes_with_it_fails_nothing_changes(home: OcmoHome) -> None:
    lake = open_lake(home)
    old = published(lake, "delivery/a")
    new = written_anew(home, old, f"SELECT * FROM {PUBLISHED} WHERE pid IS NULL")

    def fail(_: object) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        replace_files(lake.catalogue, {old: new}, also=fail)
    assert lake.catalogue.files() == [old]


def letters(letter: str) -> str:
    """Everybody's pseudonym is this letter, sixteen times."""
    return f"SELECT * REPLACE (repeat('{letter}', 16)::BLOB AS pid) FROM {PUBLISHED}"


def test_a_moved_table_counts_as_what_it_was_however_often(home: OcmoHome) -> None:
    lake = open_lake(home)
    first = now = published(lake, "delivery/a")
    for letter in ("D", "E"):
        moved = written_anew(home, now, letters(letter), NEXT)
        replace_files(lake.catalogue, {now: moved}, moved=[now], also=lambda _: None)
        now = moved
    snapshot = lake.catalogue.current("delivery/a")
    assert snapshot is not None
    assert snapshot.file("raw_clinical_event").digest == now.digest != first.digest
    assert snapshot.digests == {"raw_clinical_event": first.digest}
    assert labelled_files(lake) == [(now, NEXT)]
    other = written_anew(home, now, f"SELECT * FROM {PUBLISHED} LIMIT 1", NEXT)
    replace_files(lake.catalogue, {now: other}, also=lambda _: None)
    assert lake.catalogue.current("delivery/a").digests == {"raw_clinical_event": other.digest}  # type: ignore[union-attr]


def test_two_versions_that_become_the_same_still_count_as_what_each_was(home: OcmoHome) -> None:
    """A snapshot is found again by what it was made of, not by what another one was made of."""
    lake = open_lake(home)
    one, other = published(lake, "delivery/a"), published(lake, "delivery/b", rows=PEOPLE.reverse())
    both = {old: written_anew(home, old, letters("D"), NEXT) for old in (one, other)}
    assert len({new.digest for new in both.values()}) == 1
    replace_files(lake.catalogue, both, moved=list(both), also=lambda _: None)
    for scope, was in (("delivery/a", one), ("delivery/b", other)):
        snapshot = lake.catalogue.current(scope)
        assert snapshot is not None
        assert snapshot.digests == {"raw_clinical_event": was.digest}


def test_the_old_version_is_gone_when_the_lock_is_given_back(home: OcmoHome) -> None:
    lake = open_lake(home)
    old = published(lake, "delivery/a")
    with lake.rewriting():
        new = written_anew(home, old, f"SELECT * FROM {PUBLISHED} WHERE pid IS NULL")
        replace_files(lake.catalogue, {old: new}, also=lambda _: None)
    assert not lake.path(old).exists()
    assert lake.path(new).exists()


def test_written_anew_it_is_sorted_and_the_same_each_time(home: OcmoHome) -> None:
    """Rows of equal key by their other columns: 'two' with the lower class first."""
    old = published(open_lake(home), "delivery/a")
    everything = f"SELECT * FROM {PUBLISHED} ORDER BY random()"
    new = written_anew(home, old, everything)
    assert written_anew(home, old, everything) == new
    rows = pl.read_parquet(open_lake(home).path(new))
    assert rows["event_ref"].to_list() == ["one", "three", "two", "two"]
    assert rows["asa_code"].to_list() == ["1", "1", "2", "3"]
    assert rows.schema == PEOPLE.schema


def test_a_made_table_is_sorted_by_the_grain_of_its_file(home: OcmoHome) -> None:
    lake = open_lake(home)
    months = pl.DataFrame(
        {name: ["b", "a"] for name in ("month", "care_type_code", "group_code", "bucket_code")}
    )
    frame = months.with_columns(pid=pl.Series([b"A" * 16, b"A" * 16]))
    file = lake.write_frame("core_person_month", frame, sort_by=["pid"], label=LABEL)
    new = written_anew(home, file, f"SELECT * FROM {PUBLISHED}")
    assert pl.read_parquet(lake.path(new))["month"].to_list() == ["a", "b"]


def test_a_table_that_nobody_describes_is_refused(home: OcmoHome) -> None:
    file = published(open_lake(home), "delivery/a", table="core_nobody_knows")
    with pytest.raises(ReconciliationError, match="neither a canonical one nor made by"):
        written_anew(home, file, f"SELECT * FROM {PUBLISHED}")


def test_tables_without_pseudonyms_are_no_matter(home: OcmoHome) -> None:
    lake = open_lake(home)
    file = lake.write_frame("mart_cell", PEOPLE.drop("pid"), sort_by=["event_ref"], label=LABEL)
    lake.catalogue.publish("claims", DAY, "inputs", [file])
    assert labelled_files(lake) == []
