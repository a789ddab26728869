"""Whether a delivery looks like its supplier's earlier ones: volume, mean, mix, persons never seen before.

Measures, what they are held against and the limits are data: `plausibility.yaml`. The findings have the shape
of the gate's results, so that they stand in the delivery's verdict, as warnings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline.canonical import canonical_table
from pipeline.deliveries.delivery import Delivery
from pipeline.deliveries.findings import (
    MIX,
    NEW_PERSONS,
    Finding,
    Measured,
    by_distance,
    by_ratio,
    by_share,
    not_applicable,
    settings,
    uncomputed,
)
from pipeline.deliveries.profiles import Profile, last_day_in, new_persons, profile
from pipeline.deliveries.register import Register
from pipeline.deliveries.standing import Standing, states
from pipeline.lake import EngineSettings, Lake, connect

PERIOD, REPLACED = "period", "replaced"
"""What a delivery is held against: those of earlier periods, or the one whose place it takes."""


def plausibility(
    lake: Lake, register: Register, delivery: Delivery, connection_settings: EngineSettings
) -> list[dict[str, Any]]:
    """How a linked delivery looks beside its supplier's earlier ones, as results of the gate in JSON's shape.

    Earlier are the deliveries of the same supplier and contract that count on the day this one was delivered. One
    that replaces another is held against that one, any other against those of earlier periods. A person is new
    who is in no table of any of them.

    Returns:
        One finding for each measure of each table that the delivery holds and `plausibility.yaml` names.
    """
    counting = _counting_before(delivery, register.all())
    basis, earlier = _held_against(delivery, counting)
    own, tables = _paths(lake, delivery), {str(row.delivery_id): _paths(lake, row) for row in counting}
    seen = [
        path for held in tables.values() for name, path in held.items() if canonical_table(name).is_personal
    ]
    findings: list[Finding] = []
    with connect(connection_settings) as connection:
        for table in settings()["tables"]:
            if table in own:
                held = [(row, tables[str(row.delivery_id)]) for row in earlier]
                before = [(row, paths[table]) for row, paths in held if table in paths]
                findings += _Look(connection, table, basis, delivery, own[table], before, seen).findings()
    return [finding.as_json() for finding in findings]


def _counting_before(delivery: Delivery, register: Sequence[Delivery]) -> list[Delivery]:
    """The supplier's other deliveries for the contract that count on the day this one was delivered."""
    others = [row for row in register if row.delivery_id != delivery.delivery_id]
    return [
        one.delivery
        for one in states(others, delivery.delivered_on or dt.date.max)
        if one.standing is Standing.ACCEPTED and one.delivery.place[:2] == delivery.place[:2]
    ]


def _held_against(delivery: Delivery, counting: Sequence[Delivery]) -> tuple[str, list[Delivery]]:
    in_place = [row for row in counting if row.place == delivery.place]
    if delivery.replaces and in_place:
        return REPLACED, in_place
    return PERIOD, [row for row in counting if str(row.period) < str(delivery.period)]


def _paths(lake: Lake, row: Delivery) -> dict[str, Path]:
    """Where a delivery's tables lie, by canonical name."""
    snapshot = lake.catalogue.current(row.scope)
    return {file.table.removeprefix("raw_"): lake.path(file) for file in (snapshot.files if snapshot else ())}


@dataclass(frozen=True)
class _Look:
    """One table of a delivery beside the same table of the earlier ones, on one connection.

    `seen` are all tables about persons that this supplier delivered before.
    """

    connection: duckdb.DuckDBPyConnection
    table: str
    basis: str
    delivery: Delivery
    own: Path
    before: Sequence[tuple[Delivery, Path]]
    seen: Sequence[Path]

    def findings(self) -> list[Finding]:
        """One for each measure; what cannot be computed says so."""
        limits = settings()["tables"][self.table]["limits"][self.basis]
        asked = [Measured(self.table, measure, self.basis) for measure in limits]
        if not self.before:
            return [
                not_applicable(measured, "this supplier delivered no such table before") for measured in asked
            ]
        try:
            return list(self._compared(asked))
        except duckdb.Error as error:
            return [uncomputed(measured, error) for measured in asked]

    def _compared(self, asked: Sequence[Measured]) -> Iterator[Finding]:
        now, earlier = self._profiles()
        for measured in asked:
            if measured.measure == NEW_PERSONS:
                yield by_share(measured, *new_persons(self.connection, self.own, self.seen))
            elif measured.measure == MIX:
                yield by_distance(measured, {name: now.distance(then) for name, then in earlier.items()})
            else:
                values = {name: then.measures.get(measured.measure, 0.0) for name, then in earlier.items()}
                yield by_ratio(measured, now.measures.get(measured.measure), values)

    def _profiles(self) -> tuple[Profile, dict[str, Profile]]:
        """The profile of this delivery's table and of each earlier one's, as far as both can have come."""
        if self.basis == REPLACED:
            (row, path) = self.before[-1]
            return self._profile(self.own, self._last_day(path)), {str(row.delivery_id): self._profile(path)}
        last = self._last_day(self.own)
        return self._profile(self.own), {
            str(row.delivery_id): self._profile(path, last and _in_year_of(row, self.delivery, last))
            for row, path in self.before
        }

    def _last_day(self, path: Path) -> dt.date | None:
        day = settings()["tables"][self.table].get("day")
        return last_day_in(self.connection, path, day) if day else None

    def _profile(self, path: Path, until: dt.date | None = None) -> Profile:
        agreed = settings()["tables"][self.table]
        return profile(
            self.connection,
            path,
            canonical_table(self.table),
            mix=agreed.get("mix", ""),
            day=agreed.get("day", ""),
            until=until,
        )


def _in_year_of(earlier: Delivery, delivery: Delivery, day: dt.date) -> dt.date:
    """The same day as far after the earlier period as `day` is after this one's; of 29 February the 28th."""
    year = day.year + int(str(earlier.period)) - int(str(delivery.period))
    return dt.date(year, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
