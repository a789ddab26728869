"""The catalogue: a snapshot is published as a whole, once, and stays as it is."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline.database import open_database
from pipeline.deliveries import Register
from pipeline.home import CHECKOUT
from pipeline.lake import Catalogue, TableFile, inputs_digest, open_lake
from tests.unit.lake_world import DAY, database_bytes, home_in, publish_delivery, small_table

FILES = [TableFile("b", "2" * 64, 2), TableFile("a", "1" * 64, 1)]


def test_a_snapshot_is_what_was_published(tmp_path: Path) -> None:
    catalogue = open_lake(home_in(tmp_path)).catalogue
    published = catalogue.publish("claims/x/2025", DAY, "inputs", FILES)
    assert catalogue.find("claims/x/2025", DAY, "inputs") == published
    assert catalogue.current("claims/x/2025") == catalogue.current("claims/x/2025", DAY) == published
    assert published.digests == {"a": "1" * 64, "b": "2" * 64}
    assert published.file("b") == FILES[0]
    with pytest.raises(KeyError, match="claims/x/2025 has no table c"):
        published.file("c")
    assert catalogue.published_digests() == {("a", "1" * 64), ("b", "2" * 64)}


@pytest.mark.parametrize(
    "other",
    [("claims/y/2025", DAY, "inputs"), ("claims/x/2025", DAY, "x"), ("claims/x/2025", None, "inputs")],
)
def test_other_scope_date_or_inputs_is_another_snapshot(tmp_path: Path, other: tuple[Any, ...]) -> None:
    catalogue = open_lake(home_in(tmp_path)).catalogue
    catalogue.publish("claims/x/2025", DAY, "inputs", FILES)
    scope, day, inputs = other
    assert catalogue.find(scope, day or dt.date(2026, 7, 14), inputs) is None


def test_the_newest_is_current_and_the_older_stays(tmp_path: Path) -> None:
    catalogue = open_lake(home_in(tmp_path)).catalogue
    later = DAY + dt.timedelta(days=1)
    first = catalogue.publish("s", DAY, "first", FILES[:1])
    second = catalogue.publish("s", DAY, "second", FILES[1:])
    third = catalogue.publish("s", later, "first", FILES)
    assert catalogue.current("s") == catalogue.current("s", later) == third
    assert catalogue.current("s", DAY) == second
    assert catalogue.find("s", DAY, "first") == first


def test_what_fails_in_the_same_transaction_publishes_nothing(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    publish_delivery(home, "earlier")
    before = database_bytes(home)
    with pytest.raises(sa.exc.IntegrityError):
        publish_delivery(home, "later", arrival="earlier", arrival_digest="earlier")
    catalogue = open_lake(home).catalogue
    assert catalogue.current("delivery/later") is None
    assert [row.delivery_id for row in Register(catalogue.engine).all()] == ["earlier"]
    assert database_bytes(home) == before


def test_an_error_after_the_last_write_takes_all_of_it_back(tmp_path: Path) -> None:
    catalogue = open_lake(home_in(tmp_path)).catalogue

    def fail(_connection: sa.engine.Connection) -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        catalogue.publish("s", DAY, "inputs", FILES, also=fail)
    assert catalogue.current("s") is None
    assert catalogue.published_digests() == set()
    assert catalogue.publish("s", DAY, "inputs", FILES) == catalogue.current("s"), "the lock was given back"


def test_publishing_again_changes_no_byte_and_does_nothing_else(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    catalogue = open_lake(home).catalogue
    first = catalogue.publish("s", DAY, "inputs", FILES)
    before = database_bytes(home)
    calls: list[sa.engine.Connection] = []
    assert catalogue.publish("s", DAY, "inputs", reversed(FILES), also=calls.append) == first
    assert calls == []
    assert database_bytes(home) == before


def test_opening_an_existing_database_writes_nothing(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    publish_delivery(home, "one")
    before, stat = database_bytes(home), (home.root / "register.sqlite").stat()
    Register(open_lake(home).catalogue.engine).all()
    assert database_bytes(home) == before
    assert (home.root / "register.sqlite").stat().st_mtime_ns == stat.st_mtime_ns


def test_no_file_of_a_snapshot_that_is_not_there(tmp_path: Path) -> None:
    """Foreign keys are on: SQLite leaves them off unless told otherwise."""
    engine = open_lake(home_in(tmp_path)).catalogue.engine
    with engine.begin() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.text("INSERT INTO snapshot_file VALUES (99, 'a', 'd', 1)"))


PUBLISH_MANY = """
import datetime as dt, sys
from pipeline.database import open_database
from pipeline.lake import Catalogue, TableFile
catalogue = Catalogue(open_database(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(30):
    catalogue.publish("both", dt.date(2026, 7, 15), str(number), [TableFile("t", str(number), number)])
    catalogue.publish(sys.argv[2], dt.date(2026, 7, 15), str(number), [TableFile("t", str(number), number)])
"""


def test_two_processes_that_publish_at_once_both_end_well(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    Catalogue(open_database(url))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISH_MANY, url, name],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    with open_database(url).connect() as connection:
        counted = connection.execute(
            sa.text("SELECT scope, count(*) FROM snapshot GROUP BY scope ORDER BY 1")
        )
        assert [tuple(row) for row in counted] == [("both", 30), ("one", 30), ("two", 30)]
        assert connection.execute(sa.text("SELECT count(*) FROM snapshot_file")).scalar_one() == 90


def test_an_inputs_digest_is_of_contents_and_not_of_their_order_in_a_mapping() -> None:
    assert inputs_digest({"a": 1, "b": 2}) == inputs_digest({"b": 2, "a": 1})
    assert inputs_digest(["a", "b"]) != inputs_digest(["b", "a"])
    assert inputs_digest(DAY) != inputs_digest(DAY + dt.timedelta(days=1))


def test_a_file_that_nobody_published_is_not_in_the_catalogue(tmp_path: Path) -> None:
    lake = open_lake(home_in(tmp_path))
    assert lake.path(small_table(lake)).is_file()
    assert lake.catalogue.published_digests() == set()
