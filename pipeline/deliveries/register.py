"""The register of deliveries: one row for every arrival that was tried, and what became of it.

linked    opened, linked and published; not yet judged
accepted  passed the gate: figures use it
stopped   the gate stopped it: kept, counted, not used
refused   could not be opened: nothing of it was used
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pipeline.database import make_tables, metadata, writing

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("arrival", sa.String, primary_key=True),
    sa.Column("arrival_digest", sa.String(64), primary_key=True),
    sa.Column("delivery_id", sa.String),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False, default=""),
    sa.Column("contract", sa.String),
    sa.Column("supplier", sa.String),
    sa.Column("period", sa.String),
    sa.Column("delivered_on", sa.Date),
    sa.Column("manifest_digest", sa.String(64)),
    sa.Column("pseudonym_label", sa.String),
    sa.Column("persons", sa.Integer),
    sa.Column("accounts", sa.JSON),
    sa.Column("checks", sa.JSON),
)


class Status(StrEnum):
    """What became of a delivery."""

    LINKED = "linked"
    ACCEPTED = "accepted"
    STOPPED = "stopped"
    REFUSED = "refused"


OPENED = (Status.LINKED, Status.ACCEPTED, Status.STOPPED)


@dataclass(frozen=True)
class Delivery:
    """One row of the register. `accounts` is what the supplier's signed manifest says of rows and cents."""

    arrival: str
    arrival_digest: str
    status: str
    delivery_id: str | None = None
    reason: str = ""
    contract: str | None = None
    supplier: str | None = None
    period: str | None = None
    delivered_on: dt.date | None = None
    manifest_digest: str | None = None
    pseudonym_label: str | None = None
    persons: int | None = None
    accounts: dict[str, Any] = field(default_factory=dict)
    checks: dict[str, Any] | None = None

    @property
    def scope(self) -> str:
        """The catalogue's scope of this delivery's tables."""
        return f"delivery/{self.delivery_id}"


class Register:
    """Reads and writes the register."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, delivery)

    def has_tried(self, arrival: str, arrival_digest: str) -> bool:
        """Whether this very arrival, to the byte, was tried before."""
        return bool(self._read(delivery.c.arrival == arrival, delivery.c.arrival_digest == arrival_digest))

    def has_seen(self, delivery_id: str, manifest_digest: str) -> bool:
        """Whether a delivery of this id, or with this very manifest, was opened before: a replay."""
        return bool(
            self._read(
                delivery.c.status.in_(OPENED),
                sa.or_(delivery.c.delivery_id == delivery_id, delivery.c.manifest_digest == manifest_digest),
            )
        )

    def all(self) -> list[Delivery]:
        """Every arrival that was tried, by name."""
        return self._read()

    def with_status(self, status: Status, business_date: dt.date) -> list[Delivery]:
        """Deliveries of one status that the night of `business_date` sees."""
        return self._read(delivery.c.status == status, delivery.c.delivered_on <= business_date)

    def accepted(self, contract: str, business_date: dt.date) -> list[Delivery]:
        """The deliveries that figures of this contract use on this business date."""
        return [d for d in self.with_status(Status.ACCEPTED, business_date) if d.contract == contract]

    def insert(self, row: Delivery, connection: sa.engine.Connection | None = None) -> None:
        """Enter an arrival, in the caller's transaction when there is one.

        On its own, an arrival that another night has entered meanwhile stays as that one entered it. In a
        transaction of the caller's, entering it twice is an error that takes the whole transaction back.
        """
        if connection is not None:
            connection.execute(sa.insert(delivery).values(**vars(row)))
            return
        known = sa.select(delivery.c.arrival).where(
            delivery.c.arrival == row.arrival, delivery.c.arrival_digest == row.arrival_digest
        )
        with writing(self.engine) as own, own.begin():
            if own.execute(known).first() is None:
                self.insert(row, own)

    def judge(self, row: Delivery, status: Status, checks: dict[str, Any], reason: str = "") -> None:
        """Record the gate's verdict on a linked delivery."""
        with writing(self.engine) as connection, connection.begin():
            connection.execute(
                sa.update(delivery)
                .where(
                    delivery.c.arrival == row.arrival,
                    delivery.c.arrival_digest == row.arrival_digest,
                    delivery.c.status == Status.LINKED,
                )
                .values(status=status, checks=checks, reason=reason)
            )

    def _read(self, *conditions: sa.ColumnElement[bool]) -> list[Delivery]:
        query = sa.select(delivery).where(*conditions).order_by(delivery.c.arrival, delivery.c.arrival_digest)
        with self.engine.connect() as connection:
            return [Delivery(**row._mapping) for row in connection.execute(query)]
