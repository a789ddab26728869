"""Where queries spill to: rows of persons in clear, of which nothing is left when a connection ends or was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from pipeline.lake import EngineSettings, connect

MANY = (
    "CREATE TEMP TABLE t AS SELECT range, hash(range) AS h, repeat('x', 50) || range AS s FROM range(1000000)"
)


def settings(spill: Path) -> EngineSettings:
    return EngineSettings("50MB", 1, spill)


def pages(spill: Path) -> list[Path]:
    return [path for path in spill.rglob("*") if path.is_file() and path.name != "lock"]


def test_what_a_query_spilled_goes_with_its_connection(tmp_path: Path) -> None:
    with connect(settings(tmp_path)) as connection:
        connection.execute(MANY)
        (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
        assert pages(tmp_path), "it did spill"
        assert folder.stat().st_mode & 0o777 == 0o700
    assert pages(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_one_at_work_is_left_alone(tmp_path: Path) -> None:
    with connect(settings(tmp_path)) as connection:
        connection.execute(MANY)
        before = pages(tmp_path)
        with connect(settings(tmp_path)) as other:
            assert other.execute("SELECT 1").fetchall() == [(1,)]
        assert set(before) <= set(pages(tmp_path))
        assert connection.execute("SELECT count(DISTINCT s) FROM t").fetchall() == [(1000000,)]


def test_what_a_killed_process_spilled_goes_with_the_next_connection(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from pipeline.lake import EngineSettings, connect; import sys, time\n"
        f"with connect(EngineSettings('50MB', 1, Path({str(tmp_path)!r}))) as c:\n"
        f"    c.execute({MANY!r}); print('spilled', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"spilled\n"
        os.kill(process.pid, signal.SIGKILL)
    assert pages(tmp_path), "it could not remove them"
    with connect(settings(tmp_path)):
        pass
    assert pages(tmp_path) == []


def test_what_lies_there_loose_goes_too(tmp_path: Path) -> None:
    (tmp_path / "duckdb_temp_1_0_storage_S32K-0.tmp").write_bytes(b"rows")
    with connect(settings(tmp_path)):
        assert pages(tmp_path) == []
