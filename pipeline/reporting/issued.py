"""The register of issued statements: which contract year was issued, on which figures, with which content."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.database import make_tables, metadata

issued_statement = sa.Table(
    "issued_statement",
    metadata,
    sa.Column("contract", sa.String, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("business_date", sa.Date, nullable=False),
    sa.Column("payable_cents", sa.BigInteger, nullable=False),
    sa.Column("json_digest", sa.String(64), nullable=False),
    sa.Column("html_digest", sa.String(64), nullable=False),
    sa.Column("code_version", sa.String, nullable=False),
)


@dataclass(frozen=True)
class IssuedStatement:
    """One issued statement; the digests are SHA-256 of its two files."""

    contract: str
    year: int
    business_date: dt.date
    payable_cents: int
    json_digest: str
    html_digest: str
    code_version: str


class IssuedStatements:
    """Reads and adds to the register of issued statements; nothing in it is ever changed or taken out."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, issued_statement)

    def find(self, contract_id: str, year: int) -> IssuedStatement | None:
        """What was issued for a contract year, if anything was."""
        found = [row for row in self.all() if (row.contract, row.year) == (contract_id, year)]
        return found[0] if found else None

    def before(self, contract_id: str, business_date: dt.date) -> list[IssuedStatement]:
        """What was issued of a contract on the figures of nights before a date, by year.

        So an interim report of the night on whose figures a year was issued says the same before and after.
        """
        return [
            row for row in self.all() if row.contract == contract_id and row.business_date < business_date
        ]

    def all(self) -> list[IssuedStatement]:
        """Every issued statement, by contract and year."""
        table = issued_statement.c
        query = sa.select(issued_statement).order_by(table.contract, table.year)
        with self.engine.connect() as connection:
            return [IssuedStatement(**row._mapping) for row in connection.execute(query)]

    def add(self, row: IssuedStatement, connection: sa.engine.Connection) -> None:
        """Enter a statement, in the caller's transaction.

        Raises:
            sqlalchemy.exc.IntegrityError: when the contract year was issued already.
        """
        connection.execute(sa.insert(issued_statement).values(**vars(row)))
