"""What each role does, in the order in which they do it; each in a folder of its own.

insurer/ hospital/   the suppliers: their key rings
notary/              the TTP: its key ring, and which deliveries it has seen
office/              the OCMO: its key ring
to-ttp/ to-ocmo/     the drop folders in which they meet
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from pseudonymisation.agreement import Agreement
from pseudonymisation.keys import KeyRing
from pseudonymisation.recipient import OpenedDelivery, open_delivery
from pseudonymisation.seen import SeenStore
from pseudonymisation.supplier import Delivery, seal
from pseudonymisation.ttp import process

INSURER, HOSPITAL, TTP, OCMO = "insurer", "hospital", "notary", "office"
ROLES = {INSURER: "supplier", HOSPITAL: "supplier", TTP: "ttp", OCMO: "ocmo"}
TABLES = {INSURER: "cost", HOSPITAL: "operation"}
CONTRACT, EPOCH, PERIOD = "example", 1, "2025"
DELIVERED_ON = date(2026, 1, 31)

_FILES = Path(__file__).parent


def run(folder: Path) -> dict[str, OpenedDelivery]:
    """All roles' steps; what the OCMO opened, by supplier.

    Raises:
        PseudonymisationError: whatever a role refuses.
    """
    rings = make_rings(folder)
    agreement = agree(rings)
    for supplier in TABLES:
        deliver(folder, supplier, agreement, rings[supplier])
    for supplier in TABLES:
        process(
            folder / "to-ttp" / _delivery(supplier),
            agreement=agreement,
            ring=rings[TTP],
            seen=SeenStore(folder / TTP / "seen.json"),
            outbox=folder / "to-ocmo",
        )
    return {supplier: receive(folder, supplier, agreement, rings[OCMO]) for supplier in TABLES}


def make_rings(folder: Path) -> dict[str, KeyRing]:
    """A key ring for each role; the suppliers share a secret; the TTP has a key for the epoch."""
    rings = {
        name: KeyRing.create(folder / name / "keys", role=role, name=name, made_on=DELIVERED_ON)
        for name, role in ROLES.items()
    }
    giver, taker = rings[INSURER], rings[HOSPITAL]
    giver.create_shared_secret()
    taker.receive_shared_secret(giver.wrap_shared_secret(taker.identity), sender=giver.identity)
    rings[TTP].create_pseudonym_key(CONTRACT, EPOCH)
    return rings


def agree(rings: dict[str, KeyRing]) -> Agreement:
    """The agreement of which each role keeps a copy."""
    return Agreement(
        contract=CONTRACT,
        epoch=EPOCH,
        key_version=1,
        ttp=rings[TTP].identity,
        ocmo=rings[OCMO].identity,
        suppliers=tuple(rings[name].identity for name in TABLES),
        minimum_persons=10,
        maximum_persons=100,
        allow_test_numbers=True,  # the people are made up, with numbers that are nobody's
    )


def deliver(folder: Path, supplier: str, agreement: Agreement, ring: KeyRing) -> None:
    """A supplier's step: its CSV file, sealed in two halves."""
    frame = pl.read_csv(_FILES / f"{supplier}.csv", schema_overrides={"bsn": pl.String})
    table = TABLES[supplier]
    seal(
        agreement=agreement,
        ring=ring,
        delivery=Delivery(_delivery(supplier), supplier, CONTRACT, PERIOD, DELIVERED_ON),
        tables={table: frame},
        schema_digests={table: "the columns of the example"},
        accounts={table: {"rows": frame.height}},
        ttp_outbox=folder / "to-ttp",
        ocmo_outbox=folder / "to-ocmo",
    )


def receive(folder: Path, supplier: str, agreement: Agreement, ring: KeyRing) -> OpenedDelivery:
    """The OCMO's step: the supplier's half and the TTP's answer make a table with pseudonyms."""
    inbox, delivery = folder / "to-ocmo", _delivery(supplier)
    return open_delivery(
        inbox / delivery,
        inbox / f"{delivery}.map",
        agreement=agreement,
        ring=ring,
        already_seen=lambda _delivery_id, _digest: False,
    )


def joined(insurer: OpenedDelivery, hospital: OpenedDelivery) -> pl.DataFrame:
    """Cost and operation by person, whoever delivered either; sorted by what they say, not by pseudonym."""
    cost, operation = insurer.tables[TABLES[INSURER]], hospital.tables[TABLES[HOSPITAL]]
    together = cost.join(operation, on="pid", how="full", coalesce=True)
    return together.sort("cents", "operation", "has_complication", nulls_last=True)


def shortened(frame: pl.DataFrame) -> str:
    """A table for the eye, with the first four digits of each pseudonym."""
    shown = frame.with_columns(pid=pl.col("pid").bin.encode("hex").str.slice(0, 4) + "...")
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
        return str(shown)


def _delivery(supplier: str) -> str:
    return f"{supplier}-{PERIOD}"
