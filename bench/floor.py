"""The floor: the least that any engine must do with the claim lines, here done by DuckDB alone.

It reads the linked lines from the lake's Parquet files, adds them up by person, month and kind of care,
and writes the sums as Parquet, compressed and sorted by that key as every table of the lake is. It has the
memory limit and the threads that the pipeline's own steps have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.errors import ReconciliationError

if TYPE_CHECKING:
    from pipeline.demo.roles import State

FLOOR_QUERY = """
COPY (
    SELECT pid, date_trunc('month', opening_date) AS month, care_type_code,
        sum(declared_cents) AS cents, count(*) AS claim_lines
    FROM claim_line
    GROUP BY pid, month, care_type_code
    ORDER BY pid, month, care_type_code
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def load_floor(state: State) -> Callable[[], None]:
    """The floor over the lines that the claims step reads in this state.

    The work raises a ReconciliationError when the sums do not hold every linked line.
    """
    from pipeline.deliveries import raw_inputs
    from pipeline.demo.run import BUSINESS_DATE, CONTRACT_ID
    from pipeline.home import OcmoHome
    from pipeline.lake import connect, engine_settings, open_lake

    home = OcmoHome.open(state.ocmo)
    lake = open_lake(home)
    snapshots = raw_inputs(lake, CONTRACT_ID, BUSINESS_DATE).snapshots
    files = [file for snapshot in snapshots for file in snapshot.files if file.table == "raw_claim_line"]
    sums = state.root / "floor.parquet"

    def work() -> None:
        with connect(engine_settings(home)) as connection:
            connection.read_parquet([str(lake.path(file)) for file in files]).create_view("claim_line")
            connection.execute(FLOOR_QUERY.format(path=str(sums).replace("'", "''")))
            lines = connection.read_parquet(str(sums)).sum("claim_lines").fetchall()[0][0]
        if lines != sum(file.rows for file in files):
            raise ReconciliationError("The floor did not read every linked line", where=sums.name)

    return work
