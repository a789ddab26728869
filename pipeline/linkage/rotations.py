"""The register of rotations: from which epoch to which, how many persons and tables moved, and who left."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.database import make_tables, metadata

rotation = sa.Table(
    "rotation",
    metadata,
    sa.Column("to_label", sa.String, primary_key=True),
    sa.Column("from_label", sa.String, nullable=False),
    sa.Column("contract", sa.String, nullable=False),
    sa.Column("persons", sa.Integer, nullable=False),
    sa.Column("tables", sa.Integer, nullable=False),
    sa.Column("left_persons", sa.Integer, nullable=False),
    sa.Column("left_rows", sa.JSON, nullable=False),
    sa.Column("left_objections", sa.Integer, nullable=False),
    sa.Column("deliveries", sa.JSON, nullable=False),
)


@dataclass(frozen=True)
class Rotation:
    """A rotation that was applied.

    Attributes:
        persons: how many were delivered for it.
        left_persons: how many left the lake; `left_rows`: their rows, by raw table.
        left_objections: how many had objected and were not delivered again, so that the new list does not have them.
        deliveries: the arrivals that were opened for it, with the digest of each.
    """

    contract: str
    from_label: str
    to_label: str
    persons: int
    tables: int
    left_persons: int
    left_rows: dict[str, int]
    left_objections: int
    deliveries: dict[str, str]

    @property
    def epoch(self) -> int:
        """The epoch that began."""
        return int(self.to_label.rsplit(":", 1)[-1])


class Rotations:
    """Reads and adds to the register of rotations."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, rotation)

    def all(self) -> list[Rotation]:
        """All rotations, by contract and epoch."""
        with self.engine.connect() as connection:
            found = [Rotation(**row._mapping) for row in connection.execute(sa.select(rotation))]
        return sorted(found, key=lambda one: (one.contract, one.epoch))

    def find(self, to_label: str) -> Rotation | None:
        """The rotation to this label, if it was applied."""
        return next((one for one in self.all() if one.to_label == to_label), None)

    def last(self, contract: str) -> Rotation | None:
        """The last rotation of a contract, if there was one."""
        return next((one for one in reversed(self.all()) if one.contract == contract), None)

    def add(self, row: Rotation, connection: sa.engine.Connection) -> None:
        """Enter a rotation, in the caller's transaction."""
        connection.execute(sa.insert(rotation).values(**vars(row)))
