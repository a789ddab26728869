"""The whole line in this process: roles, region, sealing, TTP and nights, for tests that run it more than once.

Each step is what the role's own command calls, without processes and without Airflow. State lies on disk as
in a demonstration, so that a state can be copied, changed and gone on with.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import yaml
from typer.main import get_command

from pipeline import night as steps
from pipeline.cli.app import app
from pipeline.cli.failures import failure
from pipeline.cli.supplier.planning import SupplierHome
from pipeline.cli.supplier.sealing import seal_planned
from pipeline.demo import homes
from pipeline.demo.inbox import put_again
from pipeline.demo.plan import Plan
from pipeline.demo.region import write_region
from pipeline.demo.roles import State
from pipeline.demo.summary import RegionSummary
from pipeline.demo.supplier_plans import plan_deliveries
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.reporting.drafting import reconcile_on
from pipeline.reporting.reconciliation import Reconciliation
from pipeline.settlement import Statement
from pseudonymisation.ttp_home import TtpHome
from pseudonymisation.ttp_inbox import TtpOutcome, process_inbox

_COMMAND = get_command(app)


@dataclass(frozen=True)
class Refusal:
    """A delivery that its supplier's software would not seal."""

    message: str
    exit_code: int


@dataclass(frozen=True)
class Night:
    """What a night did: outcome by arrival, the gate's status by delivery, and which settlements it computed."""

    business_date: dt.date
    taken: dict[str, str] = field(default_factory=dict)
    judged: dict[str, str] = field(default_factory=dict)
    settlements: list[tuple[str, int]] = field(default_factory=list)


def set_up(root: Path, contracts: Path = homes.CONTRACT.parent) -> State:
    """A state with homes, keys and agreements of all roles, under the contracts of this folder."""
    state = State(root)
    with (
        mock.patch.object(homes, "run_role", _in_this_process),
        mock.patch.object(homes, "side_by_side", lambda calls: [call() for call in calls]),
        mock.patch.object(homes, "CONTRACTS", tuple(contracts / path.name for path in homes.CONTRACTS)),
    ):
        homes.set_up_roles(state)
    settings = yaml.safe_load((state.ocmo / "ocmo.yaml").read_text())
    (state.ocmo / "ocmo.yaml").write_text(yaml.safe_dump({**settings, "contracts": str(contracts)}))
    return state


def region(state: State, *, insured: int, seed: int = 1) -> RegionSummary:
    """The region's files in the suppliers' homes."""
    return write_region(state.suppliers, insured=insured, seed=seed)


def copied(state: State, root: Path) -> State:
    """A copy of a state, to go on with or to spoil; the region's own files are linked, for they are only read."""
    shutil.copytree(state.root, root, symlinks=True, copy_function=_link_or_copy)
    return State(root)


def planned(state: State, made: RegionSummary, defects: Iterable[str] = ()) -> Plan:
    """The suppliers' plans, with these defects in them."""
    return plan_deliveries(state, made, defects)


def seal_all(state: State) -> dict[str, str | Refusal]:
    """Every supplier seals what it plans; by delivery what became of it, or why it was refused."""
    outcomes: dict[str, str | Refusal] = {}
    for settings in sorted(state.suppliers.glob("*/supplier.yaml")):
        home = SupplierHome.open(settings.parent)
        for plan in home.planned:
            outcomes[plan.delivery_id] = _outcome(
                lambda plan=plan, home=home: seal_planned(home, plan).outcome
            )
    return outcomes


def ttp(state: State, plan: Plan | None = None) -> list[TtpOutcome]:
    """The TTP's round; then what the plan says turns up once more in the OCMO's inbox."""
    outcomes = process_inbox(TtpHome.open(state.ttp), plan.last_day if plan else None)
    put_again(state, plan.again if plan else ())
    return outcomes


def night(state: State, business_date: dt.date) -> Night:
    """The OCMO's night, up to its summary; before the first delivery there is nothing to settle."""
    home = OcmoHome.open(state.ocmo)
    taken = {name: steps.take_in(home, name).outcome for name in steps.new_arrivals(home, business_date)}
    judged = {one.delivery_id: one.status for one in steps.check(home, business_date)}
    try:
        due = steps.due(home, business_date)
    except NoDataError:
        due = []
    for contract_id, year in due:
        steps.cost(home, contract_id, year, business_date)
        steps.quality(home, contract_id, year, business_date)
    steps.summarise(home, business_date)
    return Night(business_date, taken, judged, due)


def reconciled(state: State, done: Night) -> dict[str, tuple[Reconciliation, Statement | None]]:
    """By contract how a night's sums close, and its statement; None while the figures allow no settlement."""
    home = OcmoHome.open(state.ocmo)
    return {
        contract_id: reconcile_on(home, contract_id, year, done.business_date)
        for contract_id, year in done.settlements
    }


def open_steps(found: Iterable[Reconciliation]) -> list[str]:
    """What does not close, from delivered file to statement; empty when all does."""
    closing = (step for one in found for step in one.steps)
    return [f"{step.scope}: {step.step}, {step.quantity}" for step in closing if not step.closes]


def _outcome(seal: Callable[[], str]) -> str | Refusal:
    try:
        return seal()
    except Exception as error:
        told = failure(error)
        if told is None:
            raise
        return Refusal(told.message, told.exit_code)


def _in_this_process(state: State, *arguments: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        _COMMAND.main(list(arguments), standalone_mode=False)
    return said.getvalue()


def _link_or_copy(source: str, target: str) -> None:
    if Path(source).parent.name == "files":
        Path(target).hardlink_to(source)
    else:
        shutil.copy2(source, target)
