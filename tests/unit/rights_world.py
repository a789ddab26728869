"""Suppliers, a TTP and an OCMO among whom persons object and epochs begin."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.lake import open_lake
from pipeline.linkage import TakeIn, take_in
from pipeline.linkage.own_agreements import next_agreement_path
from pseudonymisation.agreement import Agreement
from pseudonymisation.blobs import open_table
from pseudonymisation.engine import epoch_secret, shared_secret
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import IDENTIFIERS, IdentifiersManifest
from pseudonymisation.objection import seal_objection
from pseudonymisation.rotation import FROM, TO, Turn, next_agreement, seal_rotation
from pseudonymisation.signing import read_signed
from tests.oracles.pseudonymisation_stdlib import pre_pseudonym, pseudonym
from tests.unit.linkage_world import SUMMER, Linkage, canonical, claim_lines
from tests.unit.pseudonymisation_world import HOSPITAL, INSURER, NUMBERS, TTP, World

OBJECTION, ROTATION = "insurer-notice-1", "turn-2"
AUTUMN = dt.date(2026, 10, 1)


def register_of_insured(numbers: Sequence[str] = NUMBERS, year: int = 2025) -> pl.DataFrame:
    """Everybody insured for the whole year, all alike."""
    return canonical(
        "insured",
        [
            {
                "bsn": number,
                "insurer_code": "0101",
                "birth_year": 1960,
                "sex_code": "F",
                "postcode3_code": "123",
                "from_month": dt.date(year, 1, 1),
                "insured_months": 12,
            }
            for number in numbers
        ],
    )


@dataclass
class Rights(Linkage):
    """As `Linkage`, with what a person may ask and what follows a new epoch."""

    @classmethod
    def make(cls, root: Path) -> Rights:
        made = Linkage.make(root)
        return cls(made.world, made.home)

    def copied(self, into: Path) -> Rights:
        """The same, to go on with: everything that lies on disk."""
        root = self.world.root
        shutil.copytree(root, into, dirs_exist_ok=True)
        rings = {name: KeyRing.open(into / name / "keys") for name in self.world.rings}
        places = {name: value for name, value in vars(self.home).items() if str(root) in str(value)}
        moved = {
            name: type(value)(str(value).replace(str(root), str(into))) for name, value in places.items()
        }
        return Rights(World(into, rings, self.world.agreement), replace(self.home, **moved))

    def deliver(self, *delivery_ids: str, year: int = 2025, **said: Any) -> None:
        """Deliveries of a year with claims and a register, taken in and accepted, under the agreement of now."""
        for delivery_id in delivery_ids:
            tables = {"claim_line": claim_lines(year=year), "insured": register_of_insured(year=year)}
            self.send(delivery_id, tables, period=str(year), **said)
            self.accept(delivery_id)

    def send_objection(
        self,
        objecting: Iterable[str],
        *,
        delivery_id: str = OBJECTION,
        others: Sequence[str] = NUMBERS,
        agreement: Agreement | None = None,
        mapped: bool = True,
    ) -> None:
        """Persons object at the insurer."""
        agreement = agreement or self.world.agreement
        seal_objection(
            agreement=agreement,
            ring=self.world.rings[INSURER],
            delivery_id=delivery_id,
            delivered_on=SUMMER,
            objecting=_numbers(objecting),
            others=_numbers(others),
            ttp_outbox=self.world.ttp_inbox,
            ocmo_outbox=self.world.ocmo_inbox,
        )
        if mapped:
            self.world.process(delivery_id, agreement)

    def object(self, objecting: Iterable[str], **said: Any) -> TakeIn:
        """Persons object, and the OCMO carries it out."""
        self.send_objection(objecting, **said)
        return take_in(self.home, said.get("delivery_id", OBJECTION))

    def begin_rotation(self, epoch: int = 2) -> Turn:
        """Keys and agreements of the next epoch; every role has them beside those of now."""
        insurer, hospital = self.world.rings[INSURER], self.world.rings[HOSPITAL]
        insurer.create_shared_secret(epoch)
        sealed = insurer.wrap_shared_secret(hospital.identity, epoch)
        hospital.receive_shared_secret(sealed, sender=insurer.identity, key_version=epoch)
        self.world.rings[TTP].create_pseudonym_key(self.world.agreement.contract, epoch)
        then = next_agreement(self.world.agreement, epoch=epoch, key_version=epoch)
        then.write(next_agreement_path(self.home, then.contract))
        return Turn(self.world.agreement, then)

    def redeliver(
        self,
        turn: Turn,
        numbers: Iterable[str] = NUMBERS,
        *,
        supplier: str = INSURER,
        mapped: Collection[str] = (FROM, TO),
    ) -> None:
        """A supplier delivers identifiers for a rotation, and the TTP answers."""
        name = f"{supplier}-{ROTATION}"
        receipts = seal_rotation(
            turn,
            ring=self.world.rings[supplier],
            name=name,
            delivered_on=AUTUMN,
            numbers=_numbers(numbers),
            ttp_outbox=self.world.ttp_inbox,
            ocmo_outbox=self.world.ocmo_inbox,
        )
        for receipt in receipts:
            which = receipt.delivery_id.rsplit("-", 1)[-1]
            if which in mapped:
                self.world.process(receipt.delivery_id, turn.now if which == FROM else turn.then)

    def true_pids(self, numbers: Iterable[str], agreement: Agreement | None = None) -> set[bytes]:
        """Pseudonyms by the independent implementation, under an agreement."""
        terms, world = agreement or self.world.agreement, self.world
        shared = world.secret(INSURER, shared_secret(terms.key_version))
        secret = world.secret(TTP, epoch_secret(terms.contract, terms.epoch))
        pre = (pre_pseudonym(shared, number, terms.contract, terms.key_version) for number in numbers)
        return {pseudonym(secret, one, terms.contract, terms.epoch) for one in pre}

    def identifiers(self, delivery_id: str, agreement: Agreement) -> pl.DataFrame:
        """What the TTP sees of a delivery."""
        folder = self.world.ttp_inbox / delivery_id
        manifest = read_signed(folder, IdentifiersManifest, agreement=agreement, signers=agreement.suppliers)
        context = agreement.context(IDENTIFIERS, manifest.supplier, manifest.delivery)
        return open_table(folder, IDENTIFIERS, manifest.blobs, ring=self.world.rings[TTP], context=context)

    def stored(self, table: str) -> pl.DataFrame:
        """All published versions of a table together."""
        lake = open_lake(self.home)
        files = [lake.path(file) for file in lake.catalogue.files() if file.table == table]
        return pl.concat([pl.read_parquet(path) for path in files])

    def pids(self) -> set[bytes]:
        """Every pseudonym in any table file on disk, published or not."""
        found: set[bytes] = set()
        for path in open_lake(self.home).tables.rglob("*.parquet"):
            frame = pl.read_parquet(path)
            found |= set(frame["pid"].drop_nulls()) if "pid" in frame.columns else set()
        return found

    def inbox(self) -> set[str]:
        """The names of what lies in the OCMO's inbox."""
        return {path.name for path in self.home.inbox.iterdir() if not path.name.startswith(".")}


def _numbers(numbers: Iterable[str]) -> pl.Series:
    return pl.Series("bsn", list(numbers), dtype=pl.String)
