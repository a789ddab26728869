"""The whole chain on one machine: from a synthetic region to two nights, interim reports and draft settlements.

Every step is done by the role that would do it, in its own process; the nights run in Airflow. Run again,
each step finds that there is nothing left to do. What a supplier's own software refuses is told, and the
others go on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from pipeline.demo.homes import set_up_roles
from pipeline.demo.inbox import put_again
from pipeline.demo.region import write_region
from pipeline.demo.roles import RoleFailedError, State, run_role, side_by_side, try_role
from pipeline.demo.supplier_plans import plan_deliveries
from pipeline.errors import FileRefusedError, OcmoError
from pipeline.scheduling import airflow_of

CONTRACT_ID, CONTRACT_YEAR = "maasoever", 2025
CONTRACT_IDS = (CONTRACT_ID, "polderzorg")
INTERIM_DATE, BUSINESS_DATE = dt.date(CONTRACT_YEAR, 10, 15), dt.date(CONTRACT_YEAR + 1, 7, 15)
"""A night on which the interim deliveries have come, and one on which all have that come in time."""
NIGHTS = {INTERIM_DATE: f"{CONTRACT_YEAR}Q3", BUSINESS_DATE: f"{CONTRACT_YEAR + 1}Q2"}
"""The nights of the demonstration, each with the quarter whose interim report follows it."""

TRUTHS = "truths"
"""In the state folder, outside every role's home: what was planted in the region, for a validation to find."""

Tell = Callable[[str], None]
"""Called at the start of each step, with what is being done."""

Detail = Callable[[str], None]
"""Called while a step is under way, with how far it is."""


@dataclass(frozen=True)
class DemoRun:
    """What a run did; `something_new` is false when every step found its work done."""

    state: State
    something_new: bool


def run_demo(
    state: State, *, insured: int, seed: int, defects: Iterable[str], tell: Tell, detail: Detail
) -> DemoRun:
    """Run every step; `tell` hears what is being done, `detail` how far it is.

    Raises:
        RoleFailedError, SchedulingError: when a role's process or its Airflow fails; what was done before stays.
        SettingsError: when the state folder holds a region with other parameters or defects.
    """
    state.root.mkdir(parents=True, exist_ok=True)
    tell(f"Making a region of {insured:,} insured; meanwhile every role gets its home and its keys")
    made_region = not (state.suppliers / "region.json").exists()
    with ThreadPoolExecutor(1) as beside:  # keys are made by processes of their own
        setting_up = beside.submit(set_up_roles, state)
        region = write_region(
            state.suppliers,
            insured=insured,
            seed=seed,
            progress=lambda path, number, total: detail(f"{number} of {total} files: {path}"),
            truths=state.root / TRUTHS,
        )
        made_roles = setting_up.result()
    plan = plan_deliveries(state, region, defects)
    tell("Suppliers check and seal their files, two at a time")
    sealed = side_by_side(partial(_seal, state, supplier, tell) for supplier in plan.suppliers)
    tell("The TTP gives pseudonyms")
    ttp_round = ("ttp", "run", "--home", str(state.ttp), "--date", plan.last_day.isoformat())
    mapped = "Nothing new" not in run_role(state, *ttp_round)
    put_again(state, plan.again)
    before = _outcome(state)
    for business_date, quarter in NIGHTS.items():
        tell(f"The night of {business_date} runs in Airflow")
        _night(state, business_date)
        tell(f"Interim reports of {quarter}")
        run_role(state, "interim", "run", "--quarter", quarter, "--date", business_date.isoformat())
    tell(f"Settling {CONTRACT_YEAR}, in draft")
    side_by_side(partial(_settle, state, contract_id) for contract_id in CONTRACT_IDS)
    tell("Counting every row and cent")
    run_role(state, "reconcile", "--date", BUSINESS_DATE.isoformat())
    tell("The TTP removes the identifiers of what the OCMO has opened")
    run_role(state, *ttp_round)
    return DemoRun(state, any([made_roles, made_region, *sealed, mapped, _outcome(state) != before]))


def _outcome(state: State) -> str:
    """A digest of what a night and a settlement leave: the register with its catalogue, and the reports."""
    digest = hashlib.sha256()
    for path in (state.ocmo / "register.sqlite", *sorted((state.ocmo / "reports").rglob("*.*"))):
        if path.is_file():
            digest.update(str(path.relative_to(state.ocmo)).encode() + path.read_bytes())
    return digest.hexdigest()


def _seal(state: State, supplier: str, tell: Tell) -> bool:
    """Seal what one supplier plans; whether anything was sealed. Refused files are told, and no failure.

    Raises:
        RoleFailedError: when it failed for another reason than a file that cannot be used.
    """
    ended = try_role(state, "supplier", "seal", "--home", str(state.home("supplier", supplier)))
    said = ended.said.splitlines()
    sealed = [line for line in said if ": sealed;" in line]
    tell(f"  {supplier}: {len(sealed)} {'delivery' if len(sealed) == 1 else 'deliveries'} sealed")
    for line in (*said, *ended.complaints):
        if ": refused;" in line or ": repeated;" in line:
            tell(f"  {line}")
    if ended.exit_code and ended.exit_code not in _refusals():
        raise RoleFailedError(f"{supplier} could not seal its files: {ended.why}")
    return bool(sealed)


def _refusals() -> set[int]:
    """With what a command ends when a file of a supplier cannot be used."""
    kinds: tuple[type[OcmoError], ...] = (FileRefusedError, *FileRefusedError.__subclasses__())
    return {kind.exit_code for kind in kinds}


def _night(state: State, business_date: dt.date) -> None:
    airflow = airflow_of("ocmo", state.ocmo)
    airflow.migrate()
    parameters = f'{{"business_date": "{business_date}"}}'
    airflow.run("dags", "test", "nightly", business_date.isoformat(), "--conf", parameters)


def _settle(state: State, contract_id: str) -> None:
    run_role(
        state, "settlement", "run", "--contract", contract_id, "--year", str(CONTRACT_YEAR),
        "--date", BUSINESS_DATE.isoformat(),
    )  # fmt: skip
