"""One night, in its order: what `dags/nightly.py` maps over and `ocmo night run` walks.

    new_arrivals   finish a rotation that was broken off; keep out who objected; sweep what a killed night left;
                   which arrivals were not tried yet
    take_in        one arrival: open, link, publish its raw tables; or refuse it
    check          the gate: each linked delivery is accepted, put in quarantine or stopped
    due            the contract years that have data
    cost           of one contract year: claims, run-out, case mix
    quality        of one contract year: indicators
    summarise      what came, what a person must do, what changed; also when a step before it failed

Each step finds what is done already and does nothing twice, so a night that was killed is run again, and two
nights at once leave what one leaves. Each imports what it needs when it runs: a task of Airflow is a process of
its own, and would wait seconds for the packages of all the others.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import OcmoError
from pipeline.home import OcmoHome

if TYPE_CHECKING:
    from pipeline.checks.deliveries import Verdict
    from pipeline.linkage import TakeIn
    from pipeline.reporting.night import NightFiles

Tell = Callable[[str], None]
"""Called with what has just been done."""


def new_arrivals(home: OcmoHome, business_date: dt.date) -> list[str]:
    """Finish a rotation that was broken off, keep out who objected, and name the arrivals that were not tried yet.

    What a killed night left is swept.

    Raises:
        SettingsError: when the list of who objected cannot be used.
        PseudonymisationError: when a rotation cannot be finished, for a fault of our own house (see `OWN_FAULTS`).
    """
    from pipeline.deliveries import new_arrivals
    from pipeline.linkage import finish_rotations, keep_out

    finish_rotations(home)
    keep_out(home)
    return new_arrivals(home, business_date)


def take_in(home: OcmoHome, name: str) -> TakeIn:
    """Open one arrival and publish its raw tables, or record why not (`linkage.take_in`)."""
    from pipeline.linkage import take_in

    return take_in(home, name)


def check(home: OcmoHome, business_date: dt.date) -> list[Verdict]:
    """Judge every delivery that was linked and not yet judged, oldest first.

    And tell the TTP of what an earlier night, that was killed, opened and did not acknowledge.

    Raises:
        PseudonymisationError: when it cannot be told, for a fault of our own house (see `OWN_FAULTS`).
    """
    from pipeline.checks.deliveries import gate_deliveries
    from pipeline.linkage import acknowledge_left_over

    verdicts = gate_deliveries(home, business_date)
    acknowledge_left_over(home)
    return verdicts


def due(home: OcmoHome, business_date: dt.date) -> list[tuple[str, int]]:
    """(contract, year) of every contract year that has data.

    Raises:
        NoDataError: when no delivery was accepted up to `business_date`.
    """
    from pipeline.deliveries.due import require_data, settlements_due

    require_data(home, business_date)
    return settlements_due(home, business_date)


def cost(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> None:
    """Bring the cost of one contract year up to date: claims, run-out, case mix.

    Raises:
        NoDataError, FiguresError: see the steps.
    """
    from pipeline.casemix import build_casemix
    from pipeline.completion import build_completion

    build_completion(home, contract_id, year, business_date)
    build_casemix(home, contract_id, year, business_date)


def quality(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> None:
    """Bring the indicators of one contract year up to date. Raises as `cost` does."""
    from pipeline.indicators import build_indicators

    build_indicators(home, contract_id, year, business_date)


def summarise(home: OcmoHome, business_date: dt.date) -> NightFiles:
    """Write the night's summary and the pages of the gate's checks.

    Raises:
        ContractError: when a contract of this home cannot be used.
    """
    from pipeline.reporting.night import summarise, write_night

    return write_night(home, summarise(home, business_date))


@dataclass
class NightRun:
    """What came of a night: the arrivals it tried, the errors that did not stop it, and its summary's files."""

    files: NightFiles
    taken: list[TakeIn] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    @property
    def refused(self) -> list[TakeIn]:
        """The arrivals that were refused."""
        return [one for one in self.taken if one.outcome == "refused"]


def run_night(home: OcmoHome, business_date: dt.date, tell: Tell) -> NightRun:
    """Walk the whole night here and now. Of two that start at once, one waits and then finds all done.

    What is wrong with one arrival or contract does not keep the others from being done, and the summary is
    written all the same; `failures` has what went wrong, in order: an `OcmoError`, or one of `OWN_FAULTS`.

    Raises:
        OcmoError: when the register or a contract of this home cannot be read: there is no summary then.
    """
    from pipeline.reporting.files import alone_in

    failures: list[Exception] = []
    taken: list[TakeIn] = []
    with alone_in(home.root):
        names = new_arrivals(home, business_date)
        tell(f"{len(names)} new arrivals." if names else "Nothing new has arrived.")
        for name in names:
            with _going_on(failures, tell, f"  {name}: not taken in."):
                taken.append(take_in(home, name))
                tell(f"  {name}: {_said(taken[-1].outcome, taken[-1].reason)}")
        with _going_on(failures, tell, "Not every delivery was judged and acknowledged:"):
            for verdict in check(home, business_date):
                tell(f"  {verdict.delivery_id}: {_said(verdict.status, verdict.reason)}")
        _figures(home, business_date, tell, failures)
        return NightRun(summarise(home, business_date), taken, failures)


def _figures(home: OcmoHome, business_date: dt.date, tell: Tell, failures: list[Exception]) -> None:
    """The figures of every contract year; what keeps one from having them is added to `failures`."""
    contract_years: list[tuple[str, int]] = []
    with _going_on(failures, tell, "There are no figures:"):
        contract_years = due(home, business_date)
    for contract_id, year in contract_years:
        before = len(failures)
        for step, of in ((cost, "cost"), (quality, "quality")):
            with _going_on(failures, tell, f"Contract {contract_id} for {year} has no figures of {of}:"):
                step(home, contract_id, year, business_date)
        if len(failures) == before:
            tell(f"Figures of contract {contract_id} for {year} are up to date.")


@contextlib.contextmanager
def _going_on(failures: list[Exception], tell: Tell, what: str) -> Iterator[None]:
    """While a part of the night works: a fault for people is told and noted, and the next part goes on."""
    from pipeline.linkage import OWN_FAULTS

    try:
        yield
    except (OcmoError, *OWN_FAULTS) as fault:
        tell(f"{what} {fault}")
        failures.append(fault)


def _said(outcome: str, reason: str) -> str:
    return f"{outcome}. {reason}" if reason else outcome
