"""The protocol's three steps, each as in use: it reads its input from disk and leaves its output there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from bench.pseudonymisation.world import TABLE
from bench.stages import Work
from pseudonymisation.agreement import Agreement
from pseudonymisation.keys import KeyRing
from pseudonymisation.recipient import open_delivery
from pseudonymisation.seen import SeenStore
from pseudonymisation.supplier import Delivery, seal
from pseudonymisation.ttp import process

DELIVERY = "insurer-2025"


def load_seal(folder: Path) -> Work:
    """The supplier seals the table."""
    agreement, ring = Agreement.load(folder / "agreement.json"), KeyRing.open(folder / "insurer")

    def work() -> int:
        receipt = seal(
            agreement=agreement,
            ring=ring,
            delivery=Delivery(DELIVERY, "insurer", "bench", "2025", dt.date(2026, 1, 31)),
            tables={TABLE: pl.scan_parquet(folder / f"{TABLE}.parquet")},
            schema_digests={TABLE: "0" * 64},
            accounts={},
            ttp_outbox=folder / "to-ttp",
            ocmo_outbox=folder / "to-ocmo",
        )
        return receipt.rows[TABLE]

    return work


def load_map(folder: Path) -> Work:
    """The TTP gives pseudonyms."""
    agreement, ring = Agreement.load(folder / "agreement.json"), KeyRing.open(folder / "notary")
    seen = SeenStore(folder / "seen.json")

    def work() -> int:
        inbox, outbox = folder / "to-ttp" / DELIVERY, folder / "to-ocmo"
        return process(inbox, agreement=agreement, ring=ring, seen=seen, outbox=outbox).persons

    return work


def load_open(folder: Path) -> Work:
    """The OCMO opens both halves and joins them."""
    agreement, ring = Agreement.load(folder / "agreement.json"), KeyRing.open(folder / "office")

    def work() -> int:
        opened = open_delivery(
            folder / "to-ocmo" / DELIVERY,
            folder / "to-ocmo" / f"{DELIVERY}.map",
            agreement=agreement,
            ring=ring,
            already_seen=lambda _delivery, _digest: False,
        )
        return opened.tables[TABLE].height

    return work
