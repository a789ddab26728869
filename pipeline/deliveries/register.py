"""The register of deliveries: one row for every arrival that was tried, and what became of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from pipeline.database import make_tables, metadata, writing
from pipeline.deliveries.delivery import OPENED, Delivery, Status
from pipeline.deliveries.standing import DeliveryState, Standing, states
from pipeline.errors import SettingsError

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
    sa.Column("replaces", sa.String, nullable=False, default=""),
    sa.Column("repeats", sa.String, nullable=False, default=""),
    sa.Column("delivered_on", sa.Date),
    sa.Column("manifest_digest", sa.String(64)),
    sa.Column("pseudonym_label", sa.String),
    sa.Column("persons", sa.Integer),
    sa.Column("accounts", sa.JSON),
    sa.Column("checks", sa.JSON),
    sa.Column("acknowledged", sa.Boolean, nullable=False, default=False),
    sa.Column("released_on", sa.Date),
)


class Register:
    """Reads and writes the register.

    Raises:
        SettingsError: when the database holds a register of another release.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, delivery)
        _require_columns(engine)

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

    def state(self, business_date: dt.date, contract: str | None = None) -> list[DeliveryState]:
        """How every arrival up to a business date stands on it.

        With a `contract`, those of that contract, and those of which no contract is known.
        """
        found = states(self.all(), business_date)
        return [one for one in found if contract is None or one.delivery.contract in (contract, None)]

    def accepted(self, contract: str, business_date: dt.date) -> list[Delivery]:
        """The deliveries that figures of this contract use on this business date, by arrival.

        They were accepted and delivered up to that date, and none of the others replaces them.
        """
        standing = (
            one.delivery
            for one in self.state(business_date)
            if one.standing is Standing.ACCEPTED and one.delivery.contract == contract
        )
        return sorted(standing, key=lambda row: (row.arrival, row.arrival_digest))

    def with_status(self, status: Status, business_date: dt.date) -> list[Delivery]:
        """Deliveries of one status that the night of `business_date` sees, oldest first."""
        found = self._read(delivery.c.status == status, delivery.c.delivered_on <= business_date)
        return sorted(found, key=lambda row: (str(row.delivered_on), row.arrival, row.arrival_digest))

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
        self._update(
            delivery.c.arrival == row.arrival,
            delivery.c.arrival_digest == row.arrival_digest,
            delivery.c.status == Status.LINKED,
            values={"status": status, "checks": checks, "reason": reason},
        )

    def not_acknowledged(self) -> list[Delivery]:
        """Deliveries that were opened, and of which the TTP was not told so."""
        return self._read(delivery.c.status.in_(OPENED), delivery.c.acknowledged.is_(False))

    def note_acknowledged(self, arrival: str) -> None:
        """Record that the TTP was told of the delivery that was opened from this arrival."""
        self._update(
            delivery.c.arrival == arrival, delivery.c.status.in_(OPENED), values={"acknowledged": True}
        )

    def release(self, row: Delivery, released_on: dt.date) -> None:
        """Let a delivery that is in quarantine count from a business date on."""
        self._update(
            delivery.c.arrival == row.arrival,
            delivery.c.arrival_digest == row.arrival_digest,
            delivery.c.status == Status.QUARANTINED,
            values={"status": Status.ACCEPTED, "released_on": released_on},
        )

    def relabel(self, old: str, new: str, connection: sa.engine.Connection) -> None:
        """Say of every delivery with pseudonyms of one label that they are of another, in the caller's transaction."""
        connection.execute(
            sa.update(delivery).where(delivery.c.pseudonym_label == old).values(pseudonym_label=new)
        )

    def _update(self, *conditions: sa.ColumnElement[bool], values: dict[str, Any]) -> None:
        with writing(self.engine) as connection, connection.begin():
            connection.execute(sa.update(delivery).where(*conditions).values(**values))

    def _read(self, *conditions: sa.ColumnElement[bool]) -> list[Delivery]:
        query = sa.select(delivery).where(*conditions).order_by(delivery.c.arrival, delivery.c.arrival_digest)
        with self.engine.connect() as connection:
            return [Delivery(**row._mapping) for row in connection.execute(query)]


def _require_columns(engine: sa.Engine) -> None:
    held = {column["name"] for column in sa.inspect(engine).get_columns(delivery.name)}
    if lacking := sorted(set(delivery.columns.keys()) - held):
        raise SettingsError(
            f"The register is of an earlier release: it has no {' and no '.join(lacking)}",
            where=engine.url.render_as_string(hide_password=True),
            remedy="Start a new home, and have the suppliers deliver into it; no register is carried over yet.",
        )
