"""Groups of persons who are alike, counted on the linked set of a contract; nothing of it is kept.

Persons are brought together in one table in the engine's memory, which spills to disk when it must. Each set of
columns is then one statement over it; only sizes of groups come out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import duckdb

from pipeline.deliveries import raw_inputs
from pipeline.home import OcmoHome
from pipeline.lake import Step, connect, engine_settings, open_lake, sql_table
from pipeline.privacy.knowledge import COLUMNS, Known, everything

PACKAGE = "privacy"
TABLES = ("insured", "claim_line", "clinical_event", "patient_report")
"""The tables about persons; the first holds everybody who is linked."""


@dataclass(frozen=True)
class Groups:
    """Persons alike in some columns: how many groups there are of each size."""

    by_size: Mapping[int, int]

    @property
    def persons(self) -> int:
        """Everybody."""
        return self.below(max(self.by_size, default=0) + 1)

    @property
    def groups(self) -> int:
        """How many groups."""
        return sum(self.by_size.values())

    def below(self, size: int) -> int:
        """Persons in groups of fewer than `size`; below 2 are those who are alone."""
        return sum(each * groups for each, groups in self.by_size.items() if each < size)

    def share_below(self, size: int) -> Fraction:
        """The same as a share of all persons; 0 when there are none."""
        return Fraction(self.below(size), self.persons or 1)

    @property
    def mean_risk(self) -> Fraction:
        """The mean chance of picking the right person from a group: groups by persons; 0 when there are none."""
        return Fraction(self.groups, self.persons or 1)


@dataclass(frozen=True)
class Linked:
    """Persons of one table: `persons` in all, and `in_register` of them in the insurers' register."""

    persons: int
    in_register: int


@dataclass(frozen=True)
class Measured:
    """The linked set: its deliveries, quasi-identifiers kept, persons by table, groups by known columns and table.

    A quasi-identifier that is empty for everybody is not kept: nobody delivered it.
    """

    deliveries: tuple[str, ...]
    kept: Known
    linked: Mapping[str, Linked]
    groups: Mapping[Known, Mapping[str, Groups]]


def measure(
    home: OcmoHome, contract_id: str, business_date: dt.date, sets: Callable[[Known], Iterable[Known]]
) -> Measured:
    """Count the groups of alike persons for each set of known columns; `sets` makes them of those that are kept.

    Raises:
        NoDataError: when no delivery was accepted up to `business_date`.
        ReconciliationError: when deliveries carry pseudonyms of different epochs.
    """
    lake = open_lake(home)
    raw = raw_inputs(lake, contract_id, business_date)
    with connect(engine_settings(home)) as connection:
        raw.see(Step(lake, connection, label=""), *(f"raw_{name}" for name in TABLES))
        linked = _linked(connection)
        gather_persons(connection)
        kept = _kept(connection)
        groups = {known: group_sizes(connection, known) for known in dict.fromkeys(sets(kept))}
    return Measured(tuple(str(one.delivery_id) for one in raw.deliveries), kept, linked, groups)


def gather_persons(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table of persons from the raw tables that the connection sees."""
    statement = sql_table(PACKAGE, "core_privacy_person").text
    connection.execute(f"CREATE TEMPORARY TABLE core_privacy_person AS {statement}")


def group_sizes(connection: duckdb.DuckDBPyConnection, known: Known) -> dict[str, Groups]:
    """By table: the sizes of the groups alike in these columns."""
    statement = sql_table(PACKAGE, "mart_privacy_group")
    parameters = {f"knows_{column}": column in known for column in COLUMNS}
    found: dict[str, dict[int, int]] = {table: {} for table in TABLES}
    for table, size, groups in connection.execute(statement.text, parameters).fetchall():
        found[table][size] = groups
    return {table: Groups(dict(sorted(sizes.items()))) for table, sizes in found.items()}


def _kept(connection: duckdb.DuckDBPyConnection) -> Known:
    counts = ", ".join(f"count({column})" for column in everything())
    (filled,) = connection.table("core_privacy_person").aggregate(counts).fetchall()
    return tuple(column for column, persons in zip(everything(), filled, strict=True) if persons)


def _linked(connection: duckdb.DuckDBPyConnection) -> dict[str, Linked]:
    rows = connection.execute(sql_table(PACKAGE, "mart_linked_person").text).fetchall()
    counted = {table: Linked(persons, in_register) for table, persons, in_register in rows}
    return {table: counted.get(table, Linked(0, 0)) for table in TABLES}
