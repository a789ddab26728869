"""A whole demonstration, set up once and copied for each test: homes, keys, region, sealed, mapped."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.demo.homes import set_up_roles
from pipeline.demo.region import write_region
from pipeline.demo.roles import State
from pipeline.demo.run import BUSINESS_DATE, CONTRACT_ID, CONTRACT_YEAR
from pipeline.demo.supplier_plans import plan_deliveries
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from tests.e2e.forked import ocmo

INSURED = 4_000
DATE = BUSINESS_DATE.isoformat()


def sealed_state(root: Path) -> State:
    """Everything up to the night: the OCMO's inbox holds all deliveries and maps."""
    state = State(root)
    set_up_roles(state)
    region = write_region(state.suppliers, insured=INSURED)
    plan_deliveries(state, region)
    for supplier in region.suppliers:
        ocmo(state, "supplier", "seal", "--home", str(state.home("supplier", supplier)))
    ocmo(state, "ttp", "run", "--home", str(state.ttp))
    return state


def copy_of(state: State, root: Path) -> State:
    """A copy to spoil."""
    shutil.copytree(state.root, root, symlinks=True)
    return State(root)


def run_night(state: State) -> str:
    """The night, without Airflow; what it printed."""
    return ocmo(state, "night", "run", "--date", DATE)


def settle(state: State) -> None:
    """The draft settlement of the demonstration's contract."""
    ocmo(state, "settlement", "run", "--contract", CONTRACT_ID, "--year", str(CONTRACT_YEAR), "--date", DATE)


@dataclass(frozen=True)
class Results:
    """What a run left behind, for comparison: everything but Airflow's own and the files' times."""

    statements: dict[str, str]
    deliveries: str
    published: dict[str, dict[str, str]]


def results(state: State) -> Results:
    """What the OCMO's home holds: statement bytes, register and published tables by content."""
    home = OcmoHome.open(state.ocmo)
    catalogue = open_lake(home).catalogue
    scopes = [f"{step}/{CONTRACT_ID}/{CONTRACT_YEAR}" for step in ("claims", "casemix", "indicators")]
    deliveries = json.loads(ocmo(state, "deliveries", "list", "--json"))["deliveries"]
    scopes += [f"delivery/{row['delivery_id']}" for row in deliveries if row["delivery_id"]]
    current = {scope: catalogue.current(scope) for scope in scopes}
    return Results(
        statements=hashes(state.ocmo / "reports"),
        deliveries=json.dumps(deliveries, sort_keys=True),
        published={scope: found.digests if found else {} for scope, found in current.items()},
    )


def hashes(folder: Path, *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path from there; `without` names folders to pass over."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(without) & set(path.relative_to(folder).parts)
    }
