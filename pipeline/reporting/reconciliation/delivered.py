"""From what suppliers counted to what lies in the lake, per delivery and table.

What was removed since, because a person objected or was not delivered again for a new epoch, is counted with it.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipeline.canonical import canonical_table
from pipeline.deliveries import Delivery, RawInputs
from pipeline.deliveries.removed import RemovedRows
from pipeline.lake import Lake, TableFile
from pipeline.linkage.signed_accounts import GRANTED, accounted
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
    """Delivered = accepted + rejected + merged, and accepted = in the lake + removed, in rows and cents.

    Where the supplier tells what awarded amounts change: accepted with that change = in the lake + removed, awarded
    instead of declared. A table that only the account or only the lake has counts as nothing in the other.
    """
    snapshots = {snapshot.scope: snapshot for snapshot in raw.snapshots}
    removed = RemovedRows(lake.catalogue.engine)
    for delivery in raw.deliveries:
        snapshot = snapshots.get(delivery.scope)
        files = {file.table.removeprefix("raw_"): file for file in snapshot.files} if snapshot else {}
        for name in sorted({*delivery.accounts, *files}):
            counted = _counted(connection, lake, name, files[name]) if name in files else (0, 0, 0)
            yield from _accounted(delivery, name, counted, removed.of(delivery.delivery_id, name))


def _counted(
    connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, file: TableFile
) -> tuple[int, int, int]:
    """Rows, cents as delivered, and cents that count: the granted amount where there is one."""
    table = connection.read_parquet(str(lake.path(file)))
    ((rows, cents, counting),) = table.aggregate(canonical_table(name).totals).fetchall()
    return int(rows), int(cents), int(counting)


def _accounted(
    delivery: Delivery, name: str, counted: tuple[int, int, int], removed: tuple[int, int, int]
) -> Iterator[Step]:
    account, scope = delivery.accounts.get(name, NOTHING), f"{delivery.delivery_id}, {name}"
    rows, cents, counting = (in_lake + gone for in_lake, gone in zip(counted, removed, strict=True))
    for quantity, kept in (("rows", rows), ("cents", cents)):
        accepted, rejected, merged = accounted(account, quantity)
        came = int(account[f"{quantity}_delivered"])
        yield Step(
            "delivered = accepted + rejected + merged", scope, quantity, came, accepted + rejected + merged
        )
        yield Step("accepted = in the lake + removed", scope, quantity, accepted, kept)
    if GRANTED in account:
        changed = int(account["cents_accepted"]) + int(account[GRANTED])
        step = "accepted, awarded instead of declared = in the lake + removed"
        yield Step(step, scope, "cents", changed, counting)
