"""The whole chain on one machine: from a synthetic region to a draft settlement.

Every step is done by the role that would do it, in its own process; the night runs in Airflow. Run
again, each step finds that there is nothing left to do.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.demo.airflow_home import migrate, run_airflow
from pipeline.demo.homes import plan_deliveries, set_up_roles
from pipeline.demo.region import write_region
from pipeline.demo.roles import State, run_role

CONTRACT_ID, CONTRACT_YEAR = "maasoever", 2025
BUSINESS_DATE = dt.date(CONTRACT_YEAR + 1, 7, 15)
"""A night on which all of the demonstration's deliveries have come."""

Tell = Callable[[str], None]
"""Called at the start of each step, with what is being done."""

Detail = Callable[[str], None]
"""Called while a step is under way, with how far it is."""


@dataclass(frozen=True)
class DemoRun:
    """What a run did; `something_new` is false when every step found its work done."""

    state: State
    something_new: bool


def run_demo(state: State, *, insured: int, seed: int, tell: Tell, detail: Detail) -> DemoRun:
    """Run every step; `tell` hears what is being done, `detail` how far it is.

    Raises:
        RoleFailedError: when a role's process fails; what was done before stays.
        SettingsError: when the state folder holds a region with other parameters.
    """
    state.root.mkdir(parents=True, exist_ok=True)
    tell("Setting up homes, keys and the agreement of supplier, TTP and OCMO")
    made_roles = set_up_roles(state)
    made_region = not (state.suppliers / "region.json").exists()
    tell(f"Making a region of {insured:,} insured")
    region = write_region(
        state.suppliers,
        insured=insured,
        seed=seed,
        progress=lambda path, number, total: detail(f"{number} of {total} files: {path}"),
    )
    plan_deliveries(state, region)
    sealed = [_seal(state, supplier, tell) for supplier in region.suppliers]
    tell("The TTP gives pseudonyms")
    mapped = "Nothing new" not in run_role(state, "ttp", "run", "--home", str(state.ttp))
    before = _outcome(state)
    tell(f"The night of {BUSINESS_DATE} runs in Airflow")
    _night(state)
    tell(f"Settling {CONTRACT_YEAR}, in draft")
    run_role(
        state, "settlement", "run", "--contract", CONTRACT_ID, "--year", str(CONTRACT_YEAR),
        "--date", BUSINESS_DATE.isoformat(),
    )  # fmt: skip
    return DemoRun(state, any([made_roles, made_region, *sealed, mapped, _outcome(state) != before]))


def _outcome(state: State) -> str:
    """A digest of what a night and a settlement leave: the register with its catalogue, and the reports."""
    digest = hashlib.sha256()
    for path in (state.ocmo / "register.sqlite", *sorted((state.ocmo / "reports").rglob("*.*"))):
        if path.is_file():
            digest.update(str(path.relative_to(state.ocmo)).encode() + path.read_bytes())
    return digest.hexdigest()


def _seal(state: State, supplier: str, tell: Tell) -> bool:
    tell(f"{supplier} checks and seals its files")
    said = run_role(state, "supplier", "seal", "--home", str(state.home("supplier", supplier)))
    return ": sealed;" in said


def _night(state: State) -> None:
    migrate(state, "ocmo")
    parameters = f'{{"business_date": "{BUSINESS_DATE}"}}'
    run_airflow(state, "ocmo", "dags", "test", "nightly", BUSINESS_DATE.isoformat(), "--conf", parameters)
