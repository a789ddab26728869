"""Suppliers, a TTP and an OCMO with a home: what taking deliveries in is tested with."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.deliveries import Delivery, Register, Status
from pipeline.home import CHECKOUT, OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage import TakeIn, take_in
from tests.unit.lake_world import home_in
from tests.unit.pseudonymisation_world import INSURER, NUMBERS, OCMO, World

FIRST, SECOND, THIRD = "insurer-2025-01", "insurer-2025-02", "insurer-2025-03"
SUMMER = dt.date(2026, 7, 1)


def canonical(name: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """A canonical table as a supplier seals it; what a row does not name is empty."""
    table = canonical_table(name)
    schema = ({"bsn": pl.String()} if table.is_personal else {}) | table.polars_schema
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def claim_lines(cents: int = 100, *, year: int = 2025) -> pl.DataFrame:
    """A claim line of each person, opened and invoiced in a year."""
    day = dt.date(year, 3, 1)
    return canonical(
        "claim_line",
        [
            {
                "bsn": number,
                "line_ref": f"{year} {number[-4:]}",
                "opening_date": day,
                "invoiced_date": day,
                "declared_cents": cents,
            }
            for number in NUMBERS
        ],
    )


def providers() -> pl.DataFrame:
    """A table that is not about persons."""
    return canonical("provider", [{"provider_code": "06990001", "kind_code": "hospital"}])


def account(name: str, frame: pl.DataFrame, references: Sequence[str] = ("a file",)) -> dict[str, Any]:
    """What the supplier's intake says of a table of which it rejected nothing."""
    cents = int(frame["declared_cents"].sum()) if name == "claim_line" else 0
    return {
        **{"rows_delivered": frame.height, "rows_accepted": frame.height, "rows_rejected": 0},
        **{"cents_delivered": cents, "cents_accepted": cents, "cents_rejected": 0},
        **{"rejected_by_rule": {}, "rejected_cents_by_rule": {}, "rejected_by_care": []},
        "files": [{"standard": "CSV", "version": "1", "file_ref": ref} for ref in references],
    }


@dataclass
class Linkage:
    """The roles of a contract, of which the OCMO has a home with its register and lake."""

    world: World
    home: OcmoHome

    @classmethod
    def make(cls, root: Path) -> Linkage:
        """Two suppliers of contract maasoever, nothing delivered."""
        world = World.make(root)
        contracts = root / "contracts"
        contracts.mkdir()
        shutil.copy(CHECKOUT / "contracts" / "maasoever.yaml", contracts)
        home = replace(home_in(root), root=root / OCMO, inbox=world.ocmo_inbox, contracts=contracts)
        home.agreements.mkdir()
        world.agreement.write(home.agreements / "maasoever.json")
        return cls(world, home)

    @property
    def register(self) -> Register:
        return Register(open_lake(self.home).catalogue.engine)

    def send(
        self,
        delivery_id: str = FIRST,
        tables: dict[str, pl.DataFrame] | None = None,
        *,
        supplier: str = INSURER,
        files: Sequence[str] = (),
        mapped: bool = True,
        **said: Any,
    ) -> None:
        """Seal a delivery, and have the TTP map it; `files` are references, the delivery's own by default."""
        tables = tables or {"claim_line": claim_lines()}
        references = files or [f"file of {delivery_id}"]
        self.world.seal(
            supplier,
            tables,
            delivery_id=delivery_id,
            impersonal=[name for name in tables if not canonical_table(name).is_personal],
            **{
                "delivered_on": SUMMER,
                "schema_digests": {name: canonical_table(name).schema_digest for name in tables},
                "accounts": {name: account(name, frame, references) for name, frame in tables.items()},
                **said,
            },
        )
        if mapped:
            self.world.process(delivery_id)

    def take_in(self, name: str = FIRST) -> TakeIn:
        return take_in(self.home, name)

    def accept(self, *names: str) -> None:
        """Take deliveries in, and let the gate accept them."""
        for name in names:
            assert self.take_in(name).outcome == Status.LINKED
            self.register.judge(self.row(name), Status.ACCEPTED, {})

    def row(self, arrival: str = FIRST) -> Delivery:
        (row,) = (row for row in self.register.all() if row.arrival == arrival)
        return row
