"""The register of issued corrections: which contract year was corrected, on which figures, with which content."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.database import make_tables, metadata

issued_correction = sa.Table(
    "issued_correction",
    metadata,
    sa.Column("contract", sa.String, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("business_date", sa.Date, nullable=False),
    sa.Column("payable_cents", sa.BigInteger, nullable=False),
    sa.Column("difference_cents", sa.BigInteger, nullable=False),
    sa.Column("digests", sa.JSON, nullable=False),
    sa.Column("code_version", sa.String, nullable=False),
)


@dataclass(frozen=True)
class IssuedCorrection:
    """One issued correction; `payable_cents` is what the year comes to after it, `digests` SHA-256 by file name."""

    contract: str
    year: int
    number: int
    business_date: dt.date
    payable_cents: int
    difference_cents: int
    digests: dict[str, str]
    code_version: str


class IssuedCorrections:
    """Reads and adds to the register of corrections; nothing in it is ever changed or taken out."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, issued_correction)

    def of(self, contract_id: str, year: int) -> list[IssuedCorrection]:
        """The corrections of a contract year, first to last."""
        column = issued_correction.c
        query = (
            sa.select(issued_correction)
            .where(column.contract == contract_id, column.year == year)
            .order_by(column.number)
        )
        with self.engine.connect() as connection:
            return [IssuedCorrection(**row._mapping) for row in connection.execute(query)]

    def add(self, row: IssuedCorrection, connection: sa.engine.Connection) -> None:
        """Enter a correction, in the caller's transaction.

        Raises:
            sqlalchemy.exc.IntegrityError: when a correction of that number was issued already.
        """
        connection.execute(sa.insert(issued_correction).values(**vars(row)))
