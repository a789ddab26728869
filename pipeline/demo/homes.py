"""Set the roles up: homes, key rings, the suppliers' shared secret, the agreement, the plan of deliveries.

Everything that exists is left as it is, so that a set-up that was broken off at any point goes on where it
stopped.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import yaml

from pipeline.contract import Contract, load
from pipeline.demo.files import mapping_path
from pipeline.demo.roles import State, run_role
from pipeline.demo.summary import RegionSummary
from pipeline.home import CHECKOUT

CONTRACT = CHECKOUT / "contracts" / "maasoever.yaml"
TTP_NAME, OCMO_NAME = "vertrouwd", "ocmo"
DELIVERED_ON = (7, 1)
"""Month and day, in the year after, on which the demonstration's suppliers deliver a year."""


def set_up_roles(state: State) -> bool:
    """Make homes, keys and agreement where they are not there yet; whether anything was made."""
    contract = load(CONTRACT)
    suppliers = list(contract.for_year(contract.years[0]).linkage_suppliers.value)
    if (state.ocmo / "agreements" / f"{contract.id}.json").exists():
        return False
    roles = [("ttp", TTP_NAME), ("ocmo", OCMO_NAME), *(("supplier", name) for name in suppliers)]
    _make_homes(state, roles)
    new = {name for role, name in roles if _make_keys(state, role, name)}
    lacking = {name for name in suppliers if name in new or not _has_secret(state, name)}
    _share_secret(state, suppliers, lacking)
    _agree(state, contract, [name for _, name in roles], suppliers)
    return True


def _make_homes(state: State, roles: list[tuple[str, str]]) -> None:
    for place in ("ttp", "ocmo", "identities"):
        (state.drop / place).mkdir(parents=True, exist_ok=True)
    for role, name in roles:
        home = state.home(role, name)
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
    for role in ("ttp", "ocmo"):
        (state.home(role, role) / "agreements").mkdir(exist_ok=True)
    _write(state.ttp / "ttp.json", json.dumps({"inbox": "../drop/ttp", "outbox": "../drop/ocmo"}) + "\n")
    _write(state.ocmo / "ocmo.yaml", yaml.safe_dump({"inbox": "../drop/ocmo"}))


def _identity(state: State, name: str) -> Path:
    return state.drop / "identities" / f"{name}.json"


def _ring(state: State, role: str, name: str) -> str:
    return str(state.home(role, name) / "keys")


def _make_keys(state: State, role: str, name: str) -> bool:
    """A key ring and its public half; whether the ring is new, so that it holds no shared secret."""
    ring, identity = _ring(state, role, name), _identity(state, name)
    if not Path(ring).exists():
        run_role(state, "keys", "create", ring, "--role", role, "--name", name, "--identity", str(identity))
        return True
    if not (identity.exists() and identity.stat().st_size):  # it is made empty, before the ring
        run_role(state, "keys", "show", ring, "--identity", str(identity))
    return False


def _has_secret(state: State, supplier: str) -> bool:
    return "shared secret" in run_role(state, "keys", "show", _ring(state, "supplier", supplier))


def _share_secret(state: State, suppliers: list[str], lacking: set[str]) -> None:
    """The first supplier makes the secret, once, and seals it for each other one that lacks it."""
    maker, others = suppliers[0], suppliers[1:]
    ring = _ring(state, "supplier", maker)
    if maker in lacking:
        run_role(state, "keys", "make-secret", ring)
    for name in others:
        sealed = state.drop / "identities" / f"{name}.secret"
        if name in lacking:
            run_role(
                state, "keys", "share-secret", ring,
                "--with", str(_identity(state, name)), "--out", str(sealed),
            )  # fmt: skip
            run_role(
                state, "keys", "receive-secret", _ring(state, "supplier", name), str(sealed),
                "--from", str(_identity(state, maker)),
            )  # fmt: skip
        sealed.unlink(missing_ok=True)


def _agree(state: State, contract: Contract, names: list[str], suppliers: list[str]) -> None:
    agreed = state.drop / "identities" / "agreement.json"
    identities = [part for name in names for part in ("--identity", str(_identity(state, name)))]
    run_role(state, "agreement", "make", str(CONTRACT), *identities, "--out", str(agreed))
    text = agreed.read_text(encoding="utf-8")
    for name in suppliers:
        _write(state.home("supplier", name) / "agreement.json", text)
    for home in (state.ttp, state.ocmo):  # the OCMO's last: it says that the set-up is whole
        _write(home / "agreements" / f"{contract.id}.json", text)


def plan_deliveries(state: State, region: RegionSummary) -> None:
    """Write each supplier's `supplier.yaml`: one delivery a year, of the files it has on disk."""
    for supplier in region.suppliers:
        home = state.home("supplier", supplier)
        planned = [
            {
                "delivery_id": f"{supplier}-{year}-01",
                "period": str(year),
                "delivered_on": dt.date(year + 1, *DELIVERED_ON).isoformat(),
                "files": [
                    {
                        "path": os.path.relpath(state.suppliers / file.path, home),
                        "mapping": f"mappings/{file.mapping}.yaml" if file.mapping else None,
                    }
                    for file in region.of(supplier, year)
                ],
            }
            for year in sorted({file.year for file in region.of(supplier)})
        ]
        (home / "mappings").mkdir(exist_ok=True)
        for name in sorted({file.mapping for file in region.of(supplier) if file.mapping}):
            _write(home / "mappings" / f"{name}.yaml", mapping_path(name).read_text(encoding="utf-8"))
        settings = {
            "name": supplier,
            "ttp_outbox": "../../drop/ttp",
            "ocmo_outbox": "../../drop/ocmo",
            "deliveries": planned,
        }
        _write(home / "supplier.yaml", yaml.safe_dump(settings, sort_keys=False))


def _write(path: Path, text: str) -> None:
    """Write a small file whole, and only when it differs."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        part = path.with_name(f".{path.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
