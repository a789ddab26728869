"""Versions that stand: what a statement was issued on. The register keeps their digests for ever.

A version of a contract never changes once money was settled on it: whoever wants other terms writes the next
version. Until then a file may still be mended.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from pipeline.contract.language import Contract
from pipeline.database import metadata, open_database
from pipeline.errors import ContractValueError
from pipeline.home import OcmoHome

standing_contract = sa.Table(
    "standing_contract",
    metadata,
    sa.Column("contract", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
)


@dataclass(frozen=True)
class Standing:
    """A version that stands: the digest of what it said when `year` was issued on it, the first that was."""

    contract: str
    version: int
    digest: str
    year: int


class StandingVersions:
    """Reads and adds to the register of versions that stand; nothing in it is ever changed or taken out.

    Its table is made when the first version stands, so that a night that only looks writes nothing.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def refuse_changed(self, contract: Contract) -> None:
        """See that a version still says what it said when a statement was issued on it.

        Raises:
            ContractValueError: when it says something else.
        """
        header = contract.contract
        if not sa.inspect(self.engine).has_table(standing_contract.name):
            return
        with self.engine.connect() as connection:
            stands = _found(contract, connection)
        if stands is not None and stands.digest != contract.digest:
            raise ContractValueError(
                f"Version {header.version} of contract '{contract.id}' was changed, and the statement of"
                f" {stands.year} was issued on it: it said {stands.digest[:12]} and says {contract.digest[:12]}",
                where=contract.source,
                remedy=f"Put the old text back, and write the change as a file of its own with `version:"
                f" {header.version + 1}` and `supersedes_from:` the day from which it holds.",
            )

    def hold(self, contract: Contract, year: int, connection: sa.engine.Connection) -> None:
        """Let a version stand, in the transaction in which a statement of `year` is issued on it."""
        metadata.create_all(connection, tables=[standing_contract])
        if _found(contract, connection) is None:
            row = Standing(contract.id, contract.contract.version, contract.digest, year)
            connection.execute(sa.insert(standing_contract).values(**vars(row)))


def _found(contract: Contract, connection: sa.engine.Connection) -> Standing | None:
    """What stands under a contract's id and version."""
    column = standing_contract.c
    query = sa.select(standing_contract).where(
        column.contract == contract.id, column.version == contract.contract.version
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Standing(**row._mapping)


def require_unchanged(home: OcmoHome, contract: Contract) -> None:
    """See that a contract's version is what it was, if it stands in the home's register. Raises as `refuse_changed`."""
    StandingVersions(open_database(home.database_url)).refuse_changed(contract)
