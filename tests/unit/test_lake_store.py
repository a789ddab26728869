"""The store: files named by their content, labelled, and swept when nobody published them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq

from pipeline.home import CHECKOUT
from pipeline.lake import Lake, SqlTable, open_lake
from tests.unit.lake_world import DAY, LABEL, home_in, small_table

STATEMENT = "SELECT * FROM (VALUES (2, 'b'), (1, 'a')) AS t(pid, code)\n"


def lake_in(folder: Path) -> Lake:
    return open_lake(home_in(folder))


def stored(lake: Lake) -> list[str]:
    return sorted(path.name for path in lake.folder.rglob("*") if path.is_file() and path.name != "lock")


def test_a_file_is_named_by_its_content(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    file = small_table(lake)
    assert hashlib.sha256(lake.path(file).read_bytes()).hexdigest() == file.digest
    assert (file.table, file.rows) == ("raw_insured", 2)
    assert lake.path(file) == lake.folder / "tables" / "raw_insured" / f"{file.digest}.parquet"
    assert list(lake.staging.iterdir()) == []


def test_the_same_rows_in_another_order_are_the_same_file(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    frame = pl.DataFrame({"key": [3, 1, None, 2], "value": ["c", "a", "n", "b"]})
    first = lake.write_frame("t", frame, sort_by=["key"])
    before = stored(lake)
    assert lake.write_frame("t", frame.reverse(), sort_by=["key"]) == first
    assert stored(lake) == before
    assert pl.read_parquet(lake.path(first))["key"].to_list() == [1, 2, 3, None]
    assert lake.write_frame("t", frame.head(3), sort_by=["key"]) != first


def test_a_query_gives_the_same_file_each_time_and_is_seen(tmp_path: Path) -> None:
    lake, table = lake_in(tmp_path), SqlTable("t", ("pid",), (), (), STATEMENT)
    files = []
    for _ in range(2):
        with duckdb.connect() as connection:
            files.append(lake.write_query(connection, table, {}, label=LABEL))
            assert connection.table("t").fetchall() == [(1, "a"), (2, "b")]
    assert files[0] == files[1]


def test_the_label_is_in_the_file_and_beside_it(tmp_path: Path) -> None:
    lake, table = lake_in(tmp_path), SqlTable("t", ("pid",), (), (), STATEMENT)
    with duckdb.connect() as connection:
        files = [small_table(lake), lake.write_query(connection, table, {}, label=LABEL)]
    for file in files:
        path = lake.path(file)
        assert pq.read_schema(path).metadata[b"ocmo.pseudonym_label"] == LABEL.encode()
        assert json.loads(path.with_suffix(".json").read_text()) == {"pseudonym_columns": {"pid": LABEL}}


def test_a_label_makes_another_file_and_a_table_without_pseudonyms_has_no_sidecar(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    frame = pl.DataFrame({"pid": [b"A" * 16]})
    labels = [lake.write_frame("t", frame, sort_by=["pid"], label=label) for label in ("", "one", "two")]
    assert len(set(labels)) == 3, "a file whose label differs is not the same"
    assert not lake.path(labels[0]).with_suffix(".json").exists()
    aggregate = lake.write_frame("mart", pl.DataFrame({"year": [2025]}), sort_by=["year"], label=LABEL)
    assert not lake.path(aggregate).with_suffix(".json").exists()


def test_a_failing_query_leaves_nothing(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    table = SqlTable("t", ("pid",), (), (), "SELECT * FROM nowhere\n")
    with duckdb.connect() as connection:
        try:
            lake.write_query(connection, table, {})
        except duckdb.CatalogException:
            assert stored(lake) == []
        else:
            raise AssertionError("the query cannot work")


def test_a_sweep_removes_only_what_no_snapshot_holds(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    kept, swept = small_table(lake, value=1), small_table(lake, value=2)
    lake.catalogue.publish("s", DAY, "inputs", [kept])
    (lake.staging / "half.parquet").write_bytes(b"PAR1")
    assert lake.sweep() == 3, "a table, its sidecar, and what was being written"
    assert lake.path(kept).with_suffix(".json").is_file()
    assert stored(lake) == sorted([f"{kept.digest}.json", f"{kept.digest}.parquet"])
    assert not lake.path(swept).exists()
    assert lake.sweep() == 0


def test_the_content_of_one_table_published_does_not_keep_another_table(tmp_path: Path) -> None:
    """The same bytes under two names: each table is kept by its own snapshot."""
    lake = lake_in(tmp_path)
    kept, swept = small_table(lake, "raw_insured"), small_table(lake, "raw_other")
    assert kept.digest == swept.digest
    lake.catalogue.publish("s", DAY, "inputs", [kept])
    lake.sweep()
    assert (lake.path(kept).exists(), lake.path(swept).exists()) == (True, False)


WRITE_AND_WAIT = """
import sys
from pathlib import Path
from tests.unit.lake_world import home_in, small_table
from pipeline.lake import open_lake
lake = open_lake(home_in(Path(sys.argv[1])))
with lake.writing():
    print(small_table(lake).digest, flush=True)
    sys.stdin.readline()
"""


def test_nothing_is_swept_while_another_process_writes(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE_AND_WAIT, str(tmp_path)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    digest = writer.stdout.readline().strip()
    assert lake.sweep() == 0
    assert f"{digest}.parquet" in stored(lake)
    writer.communicate("done\n", timeout=60)
    assert writer.returncode == 0
    assert lake.sweep() == 2, "the table and its sidecar: its writer ended without publishing"


def test_two_writers_do_not_wait_for_one_another(tmp_path: Path) -> None:
    first, second = lake_in(tmp_path), lake_in(tmp_path)
    with first.writing(), second.writing():
        assert first.sweep() == 0
        assert small_table(first) == small_table(second)
