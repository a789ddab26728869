"""Two suppliers, a TTP and an OCMO with their rings and drop folders: what the protocol's tests play with."""

from __future__ import annotations

import base64
import re
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pseudonymisation.agreement import Agreement
from pseudonymisation.engine import epoch_secret
from pseudonymisation.errors import PseudonymisationError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import Manifest
from pseudonymisation.recipient import OpenedDelivery, open_delivery
from pseudonymisation.seen import SeenStore
from pseudonymisation.signing import write_signed
from pseudonymisation.supplier import Delivery, SealReceipt, seal
from pseudonymisation.ttp import TtpReceipt, process
from tests.oracles.pseudonymisation_stdlib import pre_pseudonym, pseudonym, synthetic_numbers

NUMBERS = synthetic_numbers(40)
INSURER, HOSPITAL, TTP, OCMO = "insurer", "hospital", "notary", "office"
DELIVERY = "insurer-2025"


def claims(numbers: list[str]) -> pl.DataFrame:
    """Two claim lines per person, in the order of the numbers."""
    twice = [number for number in numbers for _ in range(2)]
    rows = [(number, f"line {i}", i) for i, number in enumerate(twice)]
    return pl.DataFrame(rows, {"bsn": pl.String, "line_ref": pl.String, "cents": pl.Int64}, orient="row")


def insured(numbers: list[str]) -> pl.DataFrame:
    """One row per person; several look alike but for who they are."""
    return pl.DataFrame({"bsn": numbers, "birth_year": [1950 + i % 3 for i in range(len(numbers))]})


def access(rows: int = 4) -> pl.DataFrame:
    """A table that is not about persons: waiting times of a provider."""
    return pl.DataFrame({"provider_code": [f"{i:08d}" for i in range(rows)], "waiting_days": range(rows)})


@dataclass
class World:
    """All roles on one disk, which only a test may do."""

    root: Path
    rings: dict[str, KeyRing]
    agreement: Agreement

    @classmethod
    def make(cls, root: Path, suite: str = "X25519", **terms: Any) -> World:
        """Rings made, secret exchanged, agreement written."""
        roles = {INSURER: "supplier", HOSPITAL: "supplier", TTP: "ttp", OCMO: "ocmo"}
        rings = {
            name: KeyRing.create(root / name / "keys", role=role, name=name, suite=suite)
            for name, role in roles.items()
        }
        share_secret(rings[INSURER], rings[HOSPITAL])
        rings[TTP].create_pseudonym_key(terms.get("contract", "maasoever"), terms.get("epoch", 1))
        agreed: dict[str, Any] = {
            "contract": "maasoever",
            "epoch": 1,
            "key_version": 1,
            "minimum_persons": 3,
            "maximum_persons": 100,
            "allow_test_numbers": True,
            "suite": suite,
            "suppliers": (rings[INSURER].identity, rings[HOSPITAL].identity),
        }
        return cls(
            root, rings, Agreement(ttp=rings[TTP].identity, ocmo=rings[OCMO].identity, **agreed | terms)
        )

    @property
    def ttp_inbox(self) -> Path:
        return self.root / "to-ttp"

    @property
    def ocmo_inbox(self) -> Path:
        return self.root / "to-ocmo"

    @property
    def seen(self) -> SeenStore:
        return SeenStore(self.root / TTP / "seen.json")

    def seal(
        self,
        supplier: str = INSURER,
        tables: Mapping[str, pl.DataFrame] | None = None,
        *,
        delivery_id: str = "",
        period: str = "2025",
        accounts: Mapping[str, object] | None = None,
        agreement: Agreement | None = None,
        replaces: str = "",
        delivered_on: date = date(2026, 1, 31),
        schema_digests: Mapping[str, str] | None = None,
        impersonal: Collection[str] = (),
        chunk_rows: int = 25,
    ) -> SealReceipt:
        agreement = agreement or self.agreement
        tables = (
            tables if tables is not None else {"claim_line": claims(NUMBERS), "insured": insured(NUMBERS)}
        )
        return seal(
            agreement=agreement,
            ring=self.rings[supplier],
            delivery=Delivery(
                delivery_id or f"{supplier}-{period}",
                supplier,
                agreement.contract,
                period,
                delivered_on,
                replaces,
            ),
            tables=tables,
            schema_digests=schema_digests or {name: f"schema of {name}" for name in tables},
            accounts=accounts if accounts is not None else {"claim_line": {"rows": 80, "cents": 3160}},
            ttp_outbox=self.ttp_inbox,
            ocmo_outbox=self.ocmo_inbox,
            impersonal=impersonal,
            chunk_rows=chunk_rows,
        )

    def process(self, delivery_id: str = f"{INSURER}-2025", agreement: Agreement | None = None) -> TtpReceipt:
        return process(
            self.ttp_inbox / delivery_id,
            agreement=agreement or self.agreement,
            ring=self.rings[TTP],
            seen=self.seen,
            outbox=self.ocmo_inbox,
        )

    def open(
        self, delivery_id: str = f"{INSURER}-2025", agreement: Agreement | None = None, *, seen: bool = False
    ) -> OpenedDelivery:
        return open_delivery(
            self.ocmo_inbox / delivery_id,
            self.ocmo_inbox / f"{delivery_id}.map",
            agreement=agreement or self.agreement,
            ring=self.rings[OCMO],
            already_seen=lambda _id, _digest: seen,
        )

    def through(
        self, supplier: str = INSURER, tables: Mapping[str, pl.DataFrame] | None = None
    ) -> OpenedDelivery:
        """Sealed, processed and opened."""
        delivery = self.seal(supplier, tables).delivery_id
        self.process(delivery)
        return self.open(delivery)

    def secret(self, role: str, key: str) -> bytes:
        """A key in the clear, which no role's code can ask for: only for oracles."""
        return self.rings[role]._store.get(key)

    def true_pid(self, number: str) -> bytes:
        """The pseudonym by the independent implementation."""
        terms = self.agreement
        pre = pre_pseudonym(
            self.secret(INSURER, "shared-secret-1"), number, terms.contract, terms.key_version
        )
        return pseudonym(
            self.secret(TTP, epoch_secret(terms.contract, terms.epoch)), pre, terms.contract, terms.epoch
        )

    @contextmanager
    def refused(self, error: type[PseudonymisationError], *words: str) -> Iterator[None]:
        """Expect exactly this refusal, for people, without a secret, and nothing written."""
        before = files(self.root)
        with pytest.raises(error) as caught:
            yield
        refusal = caught.value
        assert type(refusal) is error
        assert refusal.remedy, "says what to do"
        for word in words:
            assert word in str(refusal)
        self.assert_no_secret("".join(traceback.format_exception(refusal)) + repr(refusal))
        assert files(self.root) == before, "nothing is written when refused"

    def assert_no_secret(self, text: str) -> None:
        """No BSN, no key in any notation."""
        assert not re.search(r"(?<![0-9a-f])[0-9]{8,9}(?![0-9a-f])", text), "a number like a BSN"
        for name, ring in self.rings.items():
            for key in ring._store.names():
                secret = self.secret(name, key)
                for notation in (secret.hex(), base64.b64encode(secret).decode(), repr(secret)):
                    assert notation not in text, f"key {key}"


def share_secret(giver: KeyRing, taker: KeyRing) -> None:
    """One supplier makes k_S, the other takes it over."""
    giver.create_shared_secret()
    taker.receive_shared_secret(giver.wrap_shared_secret(taker.identity), sender=giver.identity)


def resign(folder: Path, kind: type[Manifest], ring: KeyRing, **changes: Any) -> None:
    """Change a manifest and sign it again: what a faulty or dishonest sender would do."""
    manifest = kind.decode((folder / "manifest.json").read_bytes())
    write_signed(folder, replace(manifest, **changes), ring)


def flip(path: Path, position: int) -> None:
    """Change one bit of one byte."""
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def files(root: Path) -> dict[str, bytes]:
    """Every file's contents, but for locks."""
    paths = (path for path in sorted(root.rglob("*")) if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def swap(first: Path, second: Path) -> None:
    """Exchange two files."""
    contents = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(contents)


def every_file_of(folder: str) -> list[str]:
    """A file of each kind in one half of the insurer's delivery."""
    blobs = {"to-ttp": ["identifiers-0001.blob"], "to-ocmo": ["claim_line-0001.blob", "insured-0002.blob"]}
    return [f"{folder}/{DELIVERY}/{name}" for name in ("manifest.json", "manifest.sig", *blobs[folder])]
