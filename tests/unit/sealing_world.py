"""A supplier's home with a register of three persons, for the tests of sealing."""

from __future__ import annotations

from pathlib import Path

from pipeline.cli.supplier.planning import SupplierHome
from pipeline.cli.supplier.sealing import SealedDelivery, seal_planned
from pipeline.home import CHECKOUT
from pseudonymisation.agreement import Agreement
from pseudonymisation.keys import KeyRing
from tests.oracles.pseudonymisation_stdlib import synthetic_numbers

MAPPINGS = CHECKOUT / "pipeline" / "demo" / "mappings"
HEADER = (
    "burgerservicenummer;uzovi;geboortedatum;geslacht;postcode;ingangsdatum;einddatum;huisartspraktijk;"
    "wlz_ingangsdatum"
)


def register(numbers: list[str]) -> str:
    """A register of these persons, and of one whose number fails the eleven test."""
    persons = (f"{number};9991;01-02-1960;V;5311 AB;01-01-2025;;;" for number in (*numbers, "123456789"))
    return "".join(f"{line}\n" for line in (HEADER, *persons))


REGISTER = register(synthetic_numbers(3))
REGISTER_FILE = f'{{path: register.csv, mapping: "{MAPPINGS / "insured.yaml"}"}}'
PLAN = f"""
name: one
deliveries:
- delivery_id: one-2025
  period: '2025'
  delivered_on: 2026-01-31
  files: [{REGISTER_FILE}]
"""


def supplier_home(folder: Path, plan: str) -> SupplierHome:
    """The home `one` in this folder, with keys, agreement, register and this plan."""
    roles = {"one": "supplier", "ttp": "ttp", "ocmo": "ocmo"}
    rings = {
        name: KeyRing.create(folder / name / "keys", role=role, name=name) for name, role in roles.items()
    }
    rings["one"].create_shared_secret()
    agreement = Agreement(
        contract="maasoever",
        epoch=1,
        key_version=1,
        ttp=rings["ttp"].identity,
        ocmo=rings["ocmo"].identity,
        suppliers=(rings["one"].identity,),
        minimum_persons=3,
        maximum_persons=100,
        allow_test_numbers=True,
    )
    root = folder / "one"
    agreement.write(root / "agreement.json")
    (root / "register.csv").write_text(REGISTER)
    (root / "supplier.yaml").write_text(plan)
    return SupplierHome.open(root)


def seal(home: SupplierHome) -> SealedDelivery:
    """Seal the only delivery that is planned."""
    (planned,) = home.planned
    return seal_planned(home, planned)
