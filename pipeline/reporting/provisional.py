"""The register of statements that were issued provisionally: on which figures, and what was paid on them.

A contract year has at most one, and afterwards at most one final statement, which stands in a register of its own
(`issued`): only that one can be corrected.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.database import make_tables, metadata

provisional_statement = sa.Table(
    "provisional_statement",
    metadata,
    sa.Column("contract", sa.String, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("business_date", sa.Date, nullable=False),
    sa.Column("payable_cents", sa.BigInteger, nullable=False),
    sa.Column("paid_cents", sa.BigInteger, nullable=False),
    sa.Column("json_digest", sa.String(64), nullable=False),
    sa.Column("html_digest", sa.String(64), nullable=False),
    sa.Column("code_version", sa.String, nullable=False),
)


@dataclass(frozen=True)
class ProvisionalStatement:
    """One statement that was issued provisionally; `paid_cents` is what is paid on it, signed as what is payable."""

    contract: str
    year: int
    business_date: dt.date
    payable_cents: int
    paid_cents: int
    json_digest: str
    html_digest: str
    code_version: str


class ProvisionalStatements:
    """Reads and adds to the register of provisional statements; nothing in it is ever changed or taken out."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, provisional_statement)

    def find(self, contract_id: str, year: int) -> ProvisionalStatement | None:
        """What was issued provisionally of a contract year, if anything was."""
        found = [row for row in self.all() if (row.contract, row.year) == (contract_id, year)]
        return found[0] if found else None

    def all(self) -> list[ProvisionalStatement]:
        """Every statement that was issued provisionally, by contract and year."""
        table = provisional_statement.c
        query = sa.select(provisional_statement).order_by(table.contract, table.year)
        with self.engine.connect() as connection:
            return [ProvisionalStatement(**row._mapping) for row in connection.execute(query)]

    def add(self, row: ProvisionalStatement, connection: sa.engine.Connection) -> None:
        """Enter a statement, in the caller's transaction.

        Raises:
            sqlalchemy.exc.IntegrityError: when the contract year was issued provisionally already.
        """
        connection.execute(sa.insert(provisional_statement).values(**vars(row)))
