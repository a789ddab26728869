"""A home of the OCMO in an empty folder, and small tables to publish in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.deliveries import Delivery, Register
from pipeline.deliveries.register import Status
from pipeline.home import CHECKOUT, OcmoHome
from pipeline.lake import Lake, TableFile, open_lake

DAY = dt.date(2026, 7, 15)
LABEL = "ocp1:hmac-2step-v1:notary:maasoever:1"


def home_in(root: Path, **settings: Any) -> OcmoHome:
    """A home with the contracts of the source tree and an inbox of its own."""
    home = OcmoHome(
        root=root / "ocmo",
        inbox=root / "inbox",
        ttp_outbox=root / "to-ttp",
        contracts=CHECKOUT / "contracts",
        database_url=f"sqlite:///{root / 'ocmo' / 'register.sqlite'}",
        memory_limit="1GB",
        threads=1,
    )
    return replace(home, **settings)


def database_bytes(home: OcmoHome) -> bytes:
    """The SQLite file; whatever it has pending beside it would be an error."""
    beside = [path.name for path in home.root.glob("register.sqlite?*")]
    assert beside == []
    return (home.root / "register.sqlite").read_bytes()


def small_table(lake: Lake, name: str = "raw_insured", value: int = 1) -> TableFile:
    """A written file of two rows, not published."""
    frame = pl.DataFrame({"pid": [b"B" * 16, b"A" * 16], "value": [value, value]})
    return lake.write_frame(name, frame, sort_by=["pid"], label=LABEL)


def _raw_table(lake: Lake, name: str, frame: pl.DataFrame, delivery_id: str) -> TableFile:
    delivered = frame.with_columns(delivery_id=pl.lit(delivery_id))
    return lake.write_frame(f"raw_{name}", delivered, sort_by=frame.columns, label=LABEL)


def publish_delivery(
    home: OcmoHome, delivery_id: str, frames: Mapping[str, pl.DataFrame] | None = None, **values: Any
) -> Delivery:
    """An accepted delivery of 2025, published and registered, unless said otherwise.

    It holds the canonical tables in `frames`, in the lake's shape; one small table when none are given.
    """
    lake = open_lake(home)
    register = Register(lake.catalogue.engine)
    row = Delivery(
        **{
            "arrival": delivery_id,
            "arrival_digest": delivery_id,
            "status": Status.ACCEPTED,
            "delivery_id": delivery_id,
            "contract": "maasoever",
            "supplier": "zilverzorg",
            "period": "2025",
            "delivered_on": DAY,
            "manifest_digest": f"manifest of {delivery_id}",
            "pseudonym_label": LABEL,
            "persons": 2,
            **values,
        }
    )
    with lake.writing():
        lake.catalogue.publish(
            row.scope,
            row.delivered_on or DAY,
            "inputs",
            [_raw_table(lake, name, frame, delivery_id) for name, frame in frames.items()]
            if frames
            else [small_table(lake)],
            also=lambda connection: register.insert(row, connection),
        )
    return row
