"""A whole small line for tests that run it many times: planned, then sealed, and all that the OCMO keeps of it.

The contracts are those of the demonstration, as far as a small region can meet them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
import yaml

from pipeline.database import open_database
from pipeline.demo.roles import State
from pipeline.home import CHECKOUT, OcmoHome
from tests import whole_line
from tests.e2e.forked import ocmo
from tests.e2e.state import hashes

INSURED = 1_200
NIGHT = "2026-07-15"
CONTRACTS = ("maasoever", "polderzorg")
ALONE, ITS_SUPPLIER = "polderzorg", "kompas"
"""The contract that one supplier delivers for, so that its line is short."""


def planned_state(root: Path) -> State:
    """Homes, keys, agreements, a region and the suppliers' plans; nothing is sealed yet."""
    contracts = root / "contracts"
    contracts.mkdir(parents=True)
    for name in CONTRACTS:
        text = (CHECKOUT / "contracts" / f"{name}.yaml").read_text()
        (contracts / f"{name}.yaml").write_text(for_few(text))
    state = whole_line.set_up(root / "var", contracts)
    whole_line.planned(state, whole_line.region(state, insured=INSURED))
    return state


def for_few(text: str) -> str:
    """The contract without what needs many people."""
    raw = yaml.safe_load(text)
    raw["linkage"]["minimum_persons"]["values"] = {dt.date(2025, 1, 1): 1}
    raw["population"]["minimum_insured_years"]["values"] = {dt.date(2025, 1, 1): 1}
    if "quality" in raw:  # so few operations may have no complication at all
        values = raw["quality"]["indicators"]["values"]
        for start, indicators in values.items():
            values[start] = [one | {"weight": 1} for one in indicators if one["id"] == "eq5d_change"]
    return yaml.safe_dump(raw, sort_keys=False)


def seal_all(state: State) -> State:
    """Every supplier seals what it plans, and the TTP makes its maps; the state."""
    whole_line.seal_all(state)
    whole_line.ttp(state)
    return state


def seal_one(state: State, supplier: str) -> State:
    """As `seal_all`, of one supplier."""
    ocmo(state, "supplier", "seal", "--home", str(state.home("supplier", supplier)))
    whole_line.ttp(state)
    return state


@dataclass(frozen=True)
class Kept:
    """All that the OCMO keeps: rows of its register and catalogue, tables on disk, reports by content."""

    register: dict[str, list[str]]
    tables: list[str]
    reports: dict[str, str]
    unfinished: list[str]


def kept(state: State) -> Kept:
    """What lies in the OCMO's home, after a sweep; row numbers are not compared."""
    home = OcmoHome.open(state.ocmo)
    return Kept(
        register=_rows(home.database_url),
        tables=sorted(str(path.relative_to(home.lake)) for path in home.lake.rglob("*.parquet")),
        reports=hashes(home.reports),
        unfinished=[str(path) for path in state.root.rglob("*") if path.name.endswith((".part", ".tmp"))],
    )


def _rows(url: str) -> dict[str, list[str]]:
    """Every row of every table as text, a snapshot's number replaced by what it is a snapshot of."""
    engine = open_database(url)
    known = sa.MetaData()
    known.reflect(engine)
    with engine.connect() as connection:
        rows = {name: connection.execute(sa.select(table)).all() for name, table in known.tables.items()}
    named = {row.snapshot_id: str(row[1:]) for row in rows["snapshot"]}
    return {
        name: sorted(
            str([named[value] if key == "snapshot_id" else value for key, value in row._mapping.items()])
            for row in found
        )
        for name, found in rows.items()
    }
