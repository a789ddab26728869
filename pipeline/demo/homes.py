"""Set the roles up: homes, key rings, the suppliers' shared secrets, the agreements.

Everything that exists is left as it is, so that a set-up that was broken off at any point goes on where it
stopped.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import yaml

from pipeline.contract import load
from pipeline.demo.roles import State, run_role, side_by_side
from pipeline.home import CHECKOUT

CONTRACT = CHECKOUT / "contracts" / "maasoever.yaml"
CONTRACTS = (CONTRACT, CHECKOUT / "contracts" / "polderzorg.yaml")
"""The contracts of the demonstration's region."""
TTP_NAME, OCMO_NAME = "vertrouwd", "ocmo"


def set_up_roles(state: State) -> bool:
    """Make homes, keys and agreements where they are not there yet; whether anything was made."""
    contracts = {path: load(path) for path in CONTRACTS}
    suppliers = {
        path: list(contract.for_year(contract.years[0]).linkage_suppliers.value)
        for path, contract in contracts.items()
    }
    if all((state.ocmo / "agreements" / f"{one.id}.json").exists() for one in contracts.values()):
        return False
    all_suppliers = [name for names in suppliers.values() for name in names]
    roles = [("ttp", TTP_NAME), ("ocmo", OCMO_NAME), *(("supplier", name) for name in all_suppliers)]
    _make_homes(state, roles)
    made = side_by_side(partial(_make_keys, state, role, name) for role, name in roles)
    new = {name for (_, name), is_new in zip(roles, made, strict=True) if is_new}
    for names in suppliers.values():
        _share_secret(state, names, {name for name in names if name in new or not _has_secret(state, name)})
    epochs = [(one.id, one.for_year(one.years[0]).linkage_epoch.value) for one in contracts.values()]
    _make_epochs(state, epochs, is_new=TTP_NAME in new)
    for path, contract in contracts.items():
        _agree(state, path, contract.id, suppliers[path])
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
    write_small(state.ttp / "ttp.json", json.dumps({"inbox": "../drop/ttp", "outbox": "../drop/ocmo"}) + "\n")
    write_small(state.ocmo / "ocmo.yaml", yaml.safe_dump({"inbox": "../drop/ocmo"}))


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
    """The first supplier of a contract makes its secret, once, and seals it for each other one that lacks it."""
    maker, others = suppliers[0], suppliers[1:]
    if maker in lacking:
        run_role(state, "keys", "make-secret", _ring(state, "supplier", maker))
    side_by_side(partial(_pass_secret, state, maker, name) for name in others if name in lacking)
    for name in others:
        _sealed_secret(state, name).unlink(missing_ok=True)


def _sealed_secret(state: State, name: str) -> Path:
    return state.drop / "identities" / f"{name}.secret"


def _pass_secret(state: State, maker: str, name: str) -> None:
    sealed = str(_sealed_secret(state, name))
    run_role(
        state, "keys", "share-secret", _ring(state, "supplier", maker),
        "--with", str(_identity(state, name)), "--out", sealed,
    )  # fmt: skip
    run_role(
        state, "keys", "receive-secret", _ring(state, "supplier", name), sealed,
        "--from", str(_identity(state, maker)),
    )  # fmt: skip


def _make_epochs(state: State, epochs: list[tuple[str, int]], *, is_new: bool) -> None:
    """The TTP's key for the first epoch of each contract, where its ring lacks it."""
    ring = _ring(state, "ttp", TTP_NAME)
    known = [] if is_new else json.loads(run_role(state, "keys", "show", ring, "--json"))["keys"]
    names = {key["name"] for key in known}
    for contract, epoch in epochs:
        if f"pseudonym-{contract}-{epoch}" not in names:
            run_role(state, "keys", "make-epoch", ring, "--contract", contract, "--epoch", str(epoch))


def _agree(state: State, contract: Path, contract_id: str, suppliers: list[str]) -> None:
    agreed = state.drop / "identities" / f"{contract_id}.agreement.json"
    names = (TTP_NAME, OCMO_NAME, *suppliers)
    identities = [part for name in names for part in ("--identity", str(_identity(state, name)))]
    run_role(state, "agreement", "make", str(contract), *identities, "--out", str(agreed))
    text = agreed.read_text(encoding="utf-8")
    for name in suppliers:
        write_small(state.home("supplier", name) / "agreement.json", text)
    for home in (state.ttp, state.ocmo):  # the OCMO's last: it says that the set-up is whole
        write_small(home / "agreements" / f"{contract_id}.json", text)


def write_small(path: Path, text: str) -> None:
    """Write a small file whole, and only when it differs."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        part = path.with_name(f".{path.name}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
