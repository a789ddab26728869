"""The register's database: writers wait for one another, and nothing half is left."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.database import open_database, writing
from pipeline.lake import Catalogue


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    made = open_database(f"sqlite:///{tmp_path / 'new' / 'register.sqlite'}")
    with writing(made) as connection, connection.begin():
        connection.execute(sa.text("CREATE TABLE t (n INTEGER)"))
    return made


def count(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM t")).scalar_one())


def test_the_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'a' / 'b' / 'register.sqlite'}").connect().close()
    assert (tmp_path / "a" / "b").is_dir()


def test_an_error_takes_the_whole_transaction_back(engine: sa.Engine) -> None:
    def write_and_fail() -> None:
        with writing(engine) as connection, connection.begin():
            connection.execute(sa.text("INSERT INTO t VALUES (1)"))
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        write_and_fail()
    assert count(engine) == 0


def test_a_second_writer_waits_from_the_start_of_its_transaction(engine: sa.Engine) -> None:
    """Both read before they write: without the lock at the start, one of them would fail."""
    order: list[str] = []

    def second() -> None:
        with writing(engine) as connection, connection.begin():
            seen = connection.execute(sa.text("SELECT count(*) FROM t")).scalar_one()
            order.append(f"second sees {seen}")
            connection.execute(sa.text("INSERT INTO t VALUES (2)"))

    with writing(engine) as connection, connection.begin():
        connection.execute(sa.text("SELECT count(*) FROM t"))
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=0.3)
        assert order == [], "it waits"
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))
    thread.join(timeout=30)
    assert order == ["second sees 1"]
    assert count(engine) == 2


def test_a_reader_does_not_wait_for_a_writer(engine: sa.Engine) -> None:
    with writing(engine) as connection, connection.begin():
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))
        assert count(engine) == 0, "and sees nothing of what is not committed"
    assert count(engine) == 1


def test_two_that_open_a_new_database_at_once_both_end_well(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def open_catalogue(url: str, start: threading.Barrier) -> None:
        engine = open_database(url)
        start.wait()
        try:
            Catalogue(engine)
        except sa.exc.OperationalError as error:
            failures.append(error)

    for number in range(20):
        start = threading.Barrier(2)
        arguments = (f"sqlite:///{tmp_path / f'{number}.sqlite'}", start)
        threads = [threading.Thread(target=open_catalogue, args=arguments) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
    assert failures == []
