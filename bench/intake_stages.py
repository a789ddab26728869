"""The stages of taking in a message, each the work of one process: `python -m bench.intake_stages STAGE FILE`.

The process imports what the stage needs and only then starts its clock; its report is one line of JSON. Making the
message is the work of a process too: a parent's peak memory is handed down to those that are measured.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.measure import Measurement, MeasuringError, measure_process, report_work
from pipeline.home import CHECKOUT

FLOOR = "floor"
BARE = "bare parse"
VALIDATED = "read and validated"
READ = "read to canonical Parquet"
CHECK = "check as a delivery"
MAKE = "make"

FLOOR_QUERY = """
COPY (
    SELECT line FROM read_csv('{source}', columns = {{'line': 'VARCHAR'}}, delim = '\x01', quote = '', escape = '',
        header = false, auto_detect = false)
) TO '{target}' (FORMAT parquet)
"""


def load_floor(message: Path, folder: Path) -> Callable[[], object]:
    """DuckDB reads the file as one text column and writes it as Parquet."""
    import duckdb

    quoted = {
        "source": str(message).replace("'", "''"),
        "target": str(folder / "floor.parquet").replace("'", "''"),
    }

    def work() -> None:
        with duckdb.connect(config={"threads": 2}) as connection:
            connection.execute(FLOOR_QUERY.format(**quoted))

    return work


def load_bare(message: Path, folder: Path) -> Callable[[], object]:
    """The XML reader's parser goes through every element and throws it away."""
    from bench import intake_xml

    return intake_xml.load_bare(message)


def load_validated(message: Path, folder: Path) -> Callable[[], object]:
    """An XML message read and validated, its rows thrown away."""
    from bench import intake_xml

    return intake_xml.load_read(message)


def load_read(message: Path, folder: Path) -> Callable[[], object]:
    """The message read, every field and row judged, the accepted rows written as Parquet."""
    from pipeline.cli.supplier.judging import judge_bsn
    from pipeline.intake import reading
    from pipeline.intake.files.source_file import SourceFile
    from pipeline.intake.judged_file import judge_file
    from pipeline.intake.rules.period_rules import Window

    def work() -> None:
        source = SourceFile.at(message, workspace=folder)
        blocks = reading.read(source, None, None)
        judged = judge_file(source, blocks, judge_bsn(allow_test_numbers=True), Window(), folder)
        require_whole(sum(table.account.rows_rejected for table in judged.tables.values()))

    return work


def load_check(message: Path, folder: Path) -> Callable[[], object]:
    """The same, and then the rules between records: what `ocmo supplier check` does."""
    from pipeline.cli.supplier.judging import judge_bsn
    from pipeline.intake.check import FileToCheck, check_delivery
    from pipeline.intake.files.workspace import Workspace

    def work() -> None:
        with Workspace(folder / "work") as workspace:
            checked = check_delivery(
                [FileToCheck(message)], judge_bsn=judge_bsn(allow_test_numbers=True), workspace=workspace
            )
            require_whole(sum(account.rows_rejected for account in checked.files[0].accounts.values()))

    return work


STAGES: dict[str, Callable[[Path, Path], Callable[[], object]]] = {
    FLOOR: load_floor,
    BARE: load_bare,
    VALIDATED: load_validated,
    READ: load_read,
    CHECK: load_check,
}


def make(standard: str, message: Path, size: int) -> int:
    """Make a message of at least so many records or performances, in a process of its own; how many it has.

    Raises:
        MeasuringError: when it could not be made.
    """
    command = [sys.executable, "-m", "bench.intake_stages", MAKE, str(message), standard, str(size)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
    if ended.returncode:
        raise MeasuringError("The message could not be made", remedy=ended.stderr)
    return int(ended.stdout.splitlines()[-1])


def _made(message: Path, standard: str, size: int) -> int:
    from bench import intake_message, intake_xml

    maker = {"ZH308": intake_message.make_message, "GDS801": intake_xml.make_message}[standard]
    return maker(message, size)


def require_whole(rejected: int) -> None:
    """See that nothing was rejected: to reject rows quickly is no speed.

    Raises:
        MeasuringError: when something was.
    """
    if rejected:
        raise MeasuringError(f"{rejected:,} rows of the generated message were rejected")


def measure_stage(stage: str, message: Path) -> Measurement:
    """Run one stage in a process of its own.

    Raises:
        MeasuringError: when it fails; the message ends with its own.
    """
    return measure_process(stage, [sys.executable, "-m", "bench.intake_stages", stage, str(message)])


def main() -> None:
    """Be that process."""
    stage, message, *more = sys.argv[1:]
    if stage == MAKE:
        print(_made(Path(message), more[0], int(more[1])))
        return
    with tempfile.TemporaryDirectory(dir=Path(message).parent) as folder:
        report_work(lambda: STAGES[stage](Path(message), Path(folder)))


if __name__ == "__main__":
    main()
