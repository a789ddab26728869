"""Rows that were delivered, and are no longer in the lake: of persons who objected, or whom a rotation left behind.

Every row and cent is accounted for: accepted = in the lake + removed. Only numbers are kept, by delivery and
table, written in the transaction that removes the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.database import make_tables, metadata

OBJECTION, ROTATION = "objection", "rotation"
"""Why: the person objected; or no supplier delivered the person's identifier again for a new epoch."""

removed_rows = sa.Table(
    "removed_rows",
    metadata,
    sa.Column("delivery_id", sa.String, primary_key=True),
    sa.Column("table_name", sa.String, primary_key=True),
    sa.Column("why", sa.String, primary_key=True),
    sa.Column("row_count", sa.BigInteger, nullable=False),
    sa.Column("cents", sa.BigInteger, nullable=False),
    sa.Column("counting_cents", sa.BigInteger, nullable=False),
)


@dataclass(frozen=True, order=True)
class Removed:
    """How many rows of a delivery's canonical table were removed, and for how many cents.

    `cents` are as delivered; `counting_cents` the same with what was awarded instead of declared, where anything was.
    """

    delivery_id: str
    table: str
    why: str
    rows: int
    cents: int
    counting_cents: int


class RemovedRows:
    """Reads and adds to the register of removed rows."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, removed_rows)

    def all(self) -> list[Removed]:
        """All that was removed, by delivery, table and why."""
        with self.engine.connect() as connection:
            return sorted(Removed(*row) for row in connection.execute(sa.select(removed_rows)))

    def of(self, delivery_id: str | None, table: str) -> tuple[int, int, int]:
        """(rows, cents, counting cents) that were removed from a delivery's table, whatever the reason."""
        own = [one for one in self.all() if (one.delivery_id, one.table) == (delivery_id, table)]
        rows, cents = sum(one.rows for one in own), sum(one.cents for one in own)
        return rows, cents, sum(one.counting_cents for one in own)

    def add(self, removed: Iterable[Removed], connection: sa.engine.Connection) -> None:
        """Add to what was removed before, in the caller's transaction."""
        c = removed_rows.c
        for one in removed:
            place = sa.and_(c.delivery_id == one.delivery_id, c.table_name == one.table, c.why == one.why)
            more = {
                "row_count": c.row_count + one.rows,
                "cents": c.cents + one.cents,
                "counting_cents": c.counting_cents + one.counting_cents,
            }
            if not connection.execute(sa.update(removed_rows).where(place).values(more)).rowcount:
                connection.execute(
                    sa.insert(removed_rows).values(
                        delivery_id=one.delivery_id,
                        table_name=one.table,
                        why=one.why,
                        row_count=one.rows,
                        cents=one.cents,
                        counting_cents=one.counting_cents,
                    )
                )
