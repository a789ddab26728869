"""Whether a delivery links as the contract expects: the overlap with the register of insured, and who is new.

Two suppliers that do not hash alike are found by the canary. Numbers that are typed over, a wrong file, or persons
slipped in to learn their pseudonyms are not; they show here. A delivery outside the band that the contract states
is put Many persons whom nobody delivered before are an alarm, which holds nothing back: one in which
nearly all are new is unlike any other (a new region, a new year), and an operator must look.

The findings have the shape of the gate's results, so that they stand in the delivery's verdict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import duckdb

from pipeline.canonical import canonical_table
from pipeline.contract import Terms
from pipeline.contract.shelf import versions_of
from pipeline.contract.values import Overlap
from pipeline.deliveries import Delivery, Register
from pipeline.home import OcmoHome
from pipeline.lake import Lake, connect, engine_settings
from pipeline.periods import first_day

OVERLAP, NEW_PERSONS = "overlap", "new persons"
"""Types of the findings."""
FEWEST = 50
"""Persons of a table on which a share is judged: at 0.65 its standard error is 0.07, well within any band."""
REGISTER = "insured"
NO_REGISTER = "no register of insured has come yet"

_SHOWN_DIGITS = 4
_ENDANGERS = ["settlement"]

Tables = Mapping[str, Path]


def linking(
    home: OcmoHome, lake: Lake, register: Register, delivery: Delivery, on: dt.date | None = None
) -> list[dict[str, Any]]:
    """How a linked delivery meets what the OCMO has, as results of the gate in JSON's shape.

    It is held against the contract's deliveries that count on the day it was delivered, and, for the register,
    against itself; by the terms of that day, or of the first if it came before the contract began. When there was no
    register of insured that day, one that counts `on` the date of the night serves.

    Raises:
        ContractError: when the contract is none that the OCMO serves.
    """
    day = delivery.delivered_on or dt.date.max
    versions = versions_of(home.contracts, str(delivery.contract))
    held_on = max(day, first_day(versions.years[0]))
    terms = versions.on(held_on).at(held_on)
    own = _tables(lake, delivery)
    others = _others(lake, register, delivery, day)
    insured = _registers((own, *others)) or _registers(_others(lake, register, delivery, on or day))
    with connect(engine_settings(home)) as connection:
        return [*_overlaps(connection, terms, own, insured), _alarm(connection, terms, own, others)]


def outside_band(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why a delivery must wait in quarantine: what of it is outside the contract's band; empty when nothing is."""
    return [str(one["reason"]) for one in findings if one["type"] == OVERLAP and one["status"] == "failed"]


def waits_for_register(findings: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a table is under a band, and there is no register of insured yet to hold it against."""
    return any(one["type"] == OVERLAP and one["reason"] == NO_REGISTER for one in findings)


def brings_register(lake: Lake, delivery: Delivery) -> bool:
    """Whether a register of insured is among a delivery's tables."""
    return REGISTER in _tables(lake, delivery)


def _others(lake: Lake, register: Register, delivery: Delivery, day: dt.date) -> list[Tables]:
    """The tables about persons of the contract's other deliveries that count on a day."""
    return [
        _tables(lake, other)
        for other in register.accepted(str(delivery.contract), day)
        if other.delivery_id != delivery.delivery_id
    ]


def _registers(deliveries: Sequence[Tables]) -> list[Path]:
    return [tables[REGISTER] for tables in deliveries if REGISTER in tables]


def _tables(lake: Lake, delivery: Delivery) -> Tables:
    """Where a delivery's tables about persons lie, by canonical name."""
    snapshot = lake.catalogue.current(delivery.scope)
    named = {
        file.table.removeprefix("raw_"): lake.path(file) for file in (snapshot.files if snapshot else ())
    }
    return {name: path for name, path in named.items() if canonical_table(name).is_personal}


def _overlaps(
    connection: duckdb.DuckDBPyConnection, terms: Terms, own: Tables, insured: Sequence[Path]
) -> Iterator[dict[str, Any]]:
    for band in terms.linkage_overlap.value:
        if band.table in own:
            yield _overlap(connection, band, own[band.table], insured)


def _overlap(
    connection: duckdb.DuckDBPyConnection, band: Overlap, path: Path, insured: Sequence[Path]
) -> dict[str, Any]:
    says = "as many of its persons are in the register as the contract expects"
    limits = {
        "expected": float(band.expected),
        "lowest": float(band.at_least),
        "highest": float(band.at_most),
    }
    finding = _finding(band.table, OVERLAP, says, limits)
    if not insured:
        return finding | {"reason": NO_REGISTER}
    persons, unknown = _met(connection, [path], insured)
    if persons < FEWEST:
        return finding | {"reason": f"there are fewer than {FEWEST} persons"}
    share = (persons - unknown) / persons
    finding |= {"value": round(share, _SHOWN_DIGITS), "violated": unknown, "denominator": persons}
    if limits["lowest"] <= share <= limits["highest"]:
        return finding | {"status": "passed"}
    reason = (
        f"{share:.1%} of the {persons:,} persons in {band.table} are in the register of insured; the contract expects "
        f"{limits['expected']:.0%}, and {limits['lowest']:.0%} to {limits['highest']:.0%} is allowed"
    )
    return finding | {"status": "failed", "reason": reason}


def _alarm(
    connection: duckdb.DuckDBPyConnection, terms: Terms, own: Tables, others: Sequence[Tables]
) -> dict[str, Any]:
    highest = float(terms.linkage_new_persons_alarm.value)
    finding = _finding(
        "all", NEW_PERSONS, "not too many persons whom nobody delivered before", {"highest": highest}
    )
    before = [path for tables in others for path in tables.values()]
    if not before:
        return finding | {"reason": "nothing was delivered before"}
    persons, new = _met(connection, list(own.values()), before)
    if persons < FEWEST:
        return finding | {"reason": f"there are fewer than {FEWEST} persons"}
    finding |= {"value": round(new / persons, _SHOWN_DIGITS), "violated": new, "denominator": persons}
    if new <= highest * persons:
        return finding | {"status": "passed"}
    reason = f"{new:,} of {persons:,} persons were delivered by nobody before; {highest:.0%} is allowed"
    return finding | {"status": "failed", "reason": reason}


def _met(
    connection: duckdb.DuckDBPyConnection, own: Sequence[Path], others: Sequence[Path]
) -> tuple[int, int]:
    """(persons in `own`, those of them who are in none of `others`)."""
    persons = reduce(duckdb.DuckDBPyRelation.union, (_persons(connection, path) for path in own)).distinct()
    strangers = persons
    for path in others:
        strangers = strangers.join(_persons(connection, path), "pid", how="anti")
    return _count(persons), _count(strangers)


def _persons(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    return connection.read_parquet(str(path)).filter("pid IS NOT NULL").project("pid").distinct()


def _count(relation: duckdb.DuckDBPyRelation) -> int:
    return int(relation.count("*").fetchall()[0][0])


def _finding(table: str, kind: str, says: str, limits: Mapping[str, float]) -> dict[str, Any]:
    """A finding that could not be judged: what was found is laid over it. By itself it warns."""
    return {
        "check": f"{table}.{kind.replace(' ', '_')}",
        "table": "linkage",
        "columns": [],
        "type": kind,
        "says": says,
        "status": "not applicable",
        "violated": 0,
        "denominator": 0,
        "threshold": "0",
        "severity": "warn",
        "endangers": _ENDANGERS,
        "reason": "",
        "measure": kind.replace(" ", "_"),
        "value": None,
        "limits": dict(limits),
    }
