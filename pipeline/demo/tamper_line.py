"""A small delivery that was sealed, mapped and can be opened, in a folder of its own: to be tampered with."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.identities import draw_bsns
from pseudonymisation.agreement import Agreement
from pseudonymisation.keys import KeyRing
from pseudonymisation.recipient import open_delivery
from pseudonymisation.seen import SeenStore
from pseudonymisation.supplier import Delivery, seal
from pseudonymisation.ttp import process

SUPPLIER, TTP, OCMO = "insurer", "notary", "office"
ROLES = {SUPPLIER: "supplier", TTP: "ttp", OCMO: "ocmo"}
CONTRACT, DELIVERY = "example", "insurer-2025"
PERSONS, CHUNK_ROWS = 60, 40


@dataclass(frozen=True)
class Line:
    """The roles' rings, their agreement, and the drop folders between them."""

    root: Path
    rings: dict[str, KeyRing]
    agreement: Agreement

    @classmethod
    def make(cls, root: Path, suite: str) -> Line:
        """A delivery of made-up persons, sealed and mapped."""
        rings = {
            name: KeyRing.create(root / name, role=role, name=name, suite=suite)
            for name, role in ROLES.items()
        }
        rings[SUPPLIER].create_shared_secret()
        rings[TTP].create_pseudonym_key(CONTRACT, 1)
        agreement = Agreement(
            contract=CONTRACT,
            epoch=1,
            key_version=1,
            ttp=rings[TTP].identity,
            ocmo=rings[OCMO].identity,
            suppliers=(rings[SUPPLIER].identity,),
            minimum_persons=10,
            maximum_persons=1_000,
            suite=suite,
            allow_test_numbers=True,
        )
        line = cls(root, rings, agreement)
        line._seal()
        line.map(line.tables.parent)
        return line

    @property
    def identifiers(self) -> Path:
        """The half for the TTP."""
        return self.root / "to-ttp" / DELIVERY

    @property
    def tables(self) -> Path:
        """The half for the OCMO."""
        return self.root / "to-ocmo" / DELIVERY

    @property
    def answer(self) -> Path:
        """The TTP's answer to the OCMO."""
        return self.root / "to-ocmo" / f"{DELIVERY}.map"

    def map_anew(self) -> None:
        """The TTP's step over the delivery as it lies there now, as if it had seen nothing before."""
        outbox = self.root / "again"
        shutil.rmtree(outbox, ignore_errors=True)
        self.map(outbox)

    def map(self, outbox: Path) -> None:
        """The TTP's step."""
        outbox.mkdir(exist_ok=True)
        seen = SeenStore(outbox / "seen.json")
        process(self.identifiers, agreement=self.agreement, ring=self.rings[TTP], seen=seen, outbox=outbox)

    def open(self) -> None:
        """The OCMO's step."""
        open_delivery(
            self.tables,
            self.answer,
            agreement=self.agreement,
            ring=self.rings[OCMO],
            already_seen=lambda _delivery, _digest: False,
        )

    def _seal(self) -> None:
        numbers = draw_bsns(np.random.default_rng(1), PERSONS)
        tables = {
            "claim_line": pl.DataFrame({"bsn": numbers.append(numbers), "cents": range(2 * PERSONS)}),
            "insured": pl.DataFrame({"bsn": numbers.unique(), "birth_year": range(1950, 1950 + PERSONS)}),
        }
        seal(
            agreement=self.agreement,
            ring=self.rings[SUPPLIER],
            delivery=Delivery(DELIVERY, SUPPLIER, CONTRACT, "2025", dt.date(2026, 1, 31)),
            tables=tables,
            schema_digests={name: hashlib.sha256(name.encode()).hexdigest() for name in tables},
            accounts={"claim_line": {"rows_delivered": 2 * PERSONS}},
            ttp_outbox=self.identifiers.parent,
            ocmo_outbox=self.tables.parent,
            chunk_rows=CHUNK_ROWS,
        )
