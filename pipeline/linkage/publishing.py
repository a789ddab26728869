"""Publish a delivery that was opened: without who objected, in the epoch of now, together with its row."""

from __future__ import annotations

import datetime as dt

import polars as pl
import sqlalchemy as sa

from pipeline.canonical import canonical_table
from pipeline.deliveries import Arrival, Delivery, Register
from pipeline.deliveries.removed import OBJECTION, Removed, RemovedRows
from pipeline.home import OcmoHome
from pipeline.lake import Lake
from pipeline.linkage.blocklist import BlockList, without
from pipeline.linkage.discarding import discard
from pipeline.linkage.own_agreements import is_of_now


def publish(
    home: OcmoHome, lake: Lake, register: Register, row: Delivery, tables: dict[str, pl.DataFrame]
) -> bool:
    """Publish a delivery's tables and its row; false when another night, or a rotation, came between.

    Raises:
        SettingsError: when the list of who objected cannot be used.
    """
    entered: list[str] = []
    register_of_removed = RemovedRows(register.engine)
    with lake.writing():  # so nobody rewrites tables between looking at who objected and publishing
        if not is_of_now(home, str(row.contract), str(row.pseudonym_label)):
            return False
        kept = {name: _unblocked(home, name, frame, row) for name, frame in tables.items()}
        removed = [_removed(name, tables[name], frame, row) for name, frame in kept.items()]

        def enter(connection: sa.engine.Connection) -> None:
            register.insert(row, connection)
            register_of_removed.add([one for one in removed if one.rows], connection)
            entered.append(row.arrival)

        files = [
            lake.write_frame(
                f"raw_{name}",
                frame,
                sort_by=["pid" if key == "person" else key for key in canonical_table(name).key],
                label=row.pseudonym_label or "",
            )
            for name, frame in kept.items()
        ]
        lake.catalogue.publish(
            row.scope, row.delivered_on or dt.date.min, row.manifest_digest or "", files, also=enter
        )
    return bool(entered)


def discard_with_blocked(home: OcmoHome, arrival: Arrival, row: Delivery) -> None:
    """Take a delivery that was published out of the inbox when anybody objected: it may hold that person."""
    if BlockList(home).persons(str(row.pseudonym_label)):
        discard(arrival)


def _unblocked(home: OcmoHome, name: str, frame: pl.DataFrame, row: Delivery) -> pl.DataFrame:
    label = str(row.pseudonym_label)
    blocked = BlockList(home).persons(label)
    return without(frame, blocked, label) if blocked and canonical_table(name).is_personal else frame


def _removed(name: str, came: pl.DataFrame, kept: pl.DataFrame, row: Delivery) -> Removed:
    """What of a table was left out."""
    totals = f"SELECT {canonical_table(name).totals} FROM self"  # noqa: S608
    gone = (
        before - after for before, after in zip(came.sql(totals).row(0), kept.sql(totals).row(0), strict=True)
    )
    return Removed(str(row.delivery_id), name, OBJECTION, *gone)
