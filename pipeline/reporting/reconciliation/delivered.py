"""From what suppliers counted to what lies in the lake, per delivery and table."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipeline.canonical import canonical_table
from pipeline.deliveries import Delivery, RawInputs
from pipeline.lake import Lake, TableFile
from pipeline.reporting.reconciliation.steps import Step

NOTHING = dict.fromkeys(
    (
        f"{quantity}_{what}"
        for quantity in ("rows", "cents")
        for what in ("delivered", "accepted", "rejected")
    ),
    0,
)


def delivered(connection: duckdb.DuckDBPyConnection, lake: Lake, raw: RawInputs) -> Iterator[Step]:
    """Delivered = accepted + rejected, and accepted = in the lake, in rows and cents.

    A table that only the account or only the lake has counts as nothing in the other.
    """
    snapshots = {snapshot.scope: snapshot for snapshot in raw.snapshots}
    for delivery in raw.deliveries:
        snapshot = snapshots.get(delivery.scope)
        files = {file.table.removeprefix("raw_"): file for file in snapshot.files} if snapshot else {}
        for name in sorted({*delivery.accounts, *files}):
            counted = _counted(connection, lake, name, files[name]) if name in files else (0, 0)
            yield from _accounted(delivery, name, counted)


def _counted(
    connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, file: TableFile
) -> tuple[int, int]:
    money = canonical_table(name).money_column
    cents = f"coalesce(sum({money}), 0)" if money else "0"
    rows = connection.read_parquet(str(lake.path(file))).aggregate(f"count(*), {cents}").fetchall()
    return int(rows[0][0]), int(rows[0][1])


def _accounted(delivery: Delivery, name: str, counted: tuple[int, int]) -> Iterator[Step]:
    account, scope = delivery.accounts.get(name, NOTHING), f"{delivery.delivery_id}, {name}"
    for quantity, in_lake in zip(("rows", "cents"), counted, strict=True):
        came, accepted, rejected = (
            int(account[f"{quantity}_{what}"]) for what in ("delivered", "accepted", "rejected")
        )
        yield Step("delivered = accepted + rejected", scope, quantity, came, accepted + rejected)
        yield Step("accepted = in the lake", scope, quantity, accepted, in_lake)
