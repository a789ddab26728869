"""The catalogue: which files make up which published snapshot.

A snapshot belongs to a scope (`delivery/zilverzorg-2025-01`, `claims/maasoever`), a business date and a
digest of everything it was computed from. The same scope, date and inputs are published once: a rerun
finds the snapshot and does nothing. Other inputs for the same date make a newer snapshot beside it; the
newest is current, the older ones stay.

What is published does not change, with two exceptions, both of persons' rights over their own rows: an objection
takes rows out, and a rotation gives all persons other pseudonyms (`replacing`). What a later step is a function of
is a table's content up to the names of pseudonyms, so a table that was only moved counts as what it was (`origin`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from pipeline.database import make_tables, metadata, writing

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("snapshot_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("scope", sa.String, nullable=False),
    sa.Column("business_date", sa.Date, nullable=False),
    sa.Column("inputs_digest", sa.String(64), nullable=False),
    sa.UniqueConstraint("scope", "business_date", "inputs_digest"),
)

snapshot_file = sa.Table(
    "snapshot_file",
    metadata,
    sa.Column("snapshot_id", sa.ForeignKey("snapshot.snapshot_id"), primary_key=True),
    sa.Column("table_name", sa.String, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("row_count", sa.BigInteger, nullable=False),
)

moved_table = sa.Table(
    "moved_table",
    metadata,
    sa.Column("snapshot_id", sa.ForeignKey("snapshot.snapshot_id"), primary_key=True),
    sa.Column("table_name", sa.String, primary_key=True),
    sa.Column("origin", sa.String(64), nullable=False),
)


@dataclass(frozen=True, order=True)
class TableFile:
    """One version of one table: named by its content.

    In a snapshot, `origin` is the digest that the table had there before all pseudonyms changed; empty when none did.
    """

    table: str
    digest: str
    rows: int
    origin: str = ""


@dataclass(frozen=True)
class Snapshot:
    """What one step published at once."""

    scope: str
    business_date: dt.date
    inputs_digest: str
    files: tuple[TableFile, ...]

    def file(self, table: str) -> TableFile:
        """The version of `table` in this snapshot; a KeyError when the step makes no such table."""
        for file in self.files:
            if file.table == table:
                return file
        raise KeyError(f"{self.scope} has no table {table}")

    @property
    def digests(self) -> dict[str, str]:
        """Content digest by table name, up to pseudonyms: what a later step's inputs digest is made of."""
        return {file.table: file.origin or file.digest for file in self.files}


def inputs_digest(*inputs: object) -> str:
    """SHA-256 over everything a result depends on: digests, terms, dates, the code version."""
    text = json.dumps(inputs, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


_FILES = sa.select(
    snapshot_file.c.table_name, snapshot_file.c.digest, snapshot_file.c.row_count, moved_table.c.origin
).outerjoin(
    moved_table,
    sa.and_(
        moved_table.c.snapshot_id == snapshot_file.c.snapshot_id,
        moved_table.c.table_name == snapshot_file.c.table_name,
    ),
)


def _file(row: Any) -> TableFile:
    return TableFile(row.table_name, row.digest, row.row_count, row.origin or "")


class Catalogue:
    """Reads and publishes snapshots in the register's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        make_tables(engine, snapshot, snapshot_file, moved_table)

    def find(self, scope: str, business_date: dt.date, digest: str) -> Snapshot | None:
        """The snapshot already published for exactly these inputs, if there is one."""
        return self._one(
            snapshot.c.scope == scope,
            snapshot.c.business_date == business_date,
            snapshot.c.inputs_digest == digest,
        )

    def current(self, scope: str, business_date: dt.date | None = None) -> Snapshot | None:
        """The newest snapshot of `scope` (on `business_date`, when given), if there is one."""
        conditions = [snapshot.c.scope == scope]
        if business_date is not None:
            conditions.append(snapshot.c.business_date == business_date)
        return self._one(*conditions)

    def last_date(self, scope: str, up_to: dt.date) -> dt.date | None:
        """The last business date up to a day with a snapshot of `scope`, if there is one."""
        newest = sa.select(sa.func.max(snapshot.c.business_date)).where(
            snapshot.c.scope == scope, snapshot.c.business_date <= up_to
        )
        with self.engine.connect() as connection:
            return connection.execute(newest).scalar()

    def publish(
        self,
        scope: str,
        business_date: dt.date,
        digest: str,
        files: Iterable[TableFile],
        *,
        also: Callable[[sa.engine.Connection], None] | None = None,
    ) -> Snapshot:
        """Publish `files` as one snapshot, in one transaction together with what `also` writes.

        Publishing what is already published changes nothing and does not call `also`.
        """
        published = Snapshot(scope, business_date, digest, tuple(sorted(files)))
        with writing(self.engine) as connection, connection.begin():
            if self._select(connection, scope, business_date, digest) is not None:
                return published
            key = connection.execute(
                sa.insert(snapshot)
                .values(scope=scope, business_date=business_date, inputs_digest=digest)
                .returning(snapshot.c.snapshot_id)
            ).scalar_one()
            connection.execute(
                sa.insert(snapshot_file),
                [
                    {"snapshot_id": key, "table_name": f.table, "digest": f.digest, "row_count": f.rows}
                    for f in published.files
                ],
            )
            if also is not None:
                also(connection)
        return published

    def files(self) -> list[TableFile]:
        """Every file that some snapshot holds, once; without an `origin`, which is the snapshots'."""
        with self.engine.connect() as connection:
            return sorted({replace(_file(row), origin="") for row in connection.execute(_FILES)})

    def published_digests(self) -> set[tuple[str, str]]:
        """(table, digest) of every file that some snapshot holds."""
        return {(file.table, file.digest) for file in self.files()}

    def _one(self, *conditions: sa.ColumnElement[bool]) -> Snapshot | None:
        with self.engine.connect() as connection:
            row = connection.execute(
                sa.select(snapshot).where(*conditions).order_by(snapshot.c.snapshot_id.desc()).limit(1)
            ).first()
            if row is None:
                return None
            files = connection.execute(_FILES.where(snapshot_file.c.snapshot_id == row.snapshot_id))
            found = sorted(_file(each) for each in files)
        return Snapshot(row.scope, row.business_date, row.inputs_digest, tuple(found))

    @staticmethod
    def _select(
        connection: sa.engine.Connection, scope: str, business_date: dt.date, digest: str
    ) -> int | None:
        return connection.execute(
            sa.select(snapshot.c.snapshot_id).where(
                snapshot.c.scope == scope,
                snapshot.c.business_date == business_date,
                snapshot.c.inputs_digest == digest,
            )
        ).scalar_one_or_none()
