"""The stages of the line: each calls the functions that the command line and the night call.

A stage is loaded first, which imports what it needs; then it works on the state that the stage before it
left. A stage that leaves a delivery undone fails: to refuse half of the input quickly is no speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.floor import load_floor
from bench.second_night import load_second_night
from pipeline.demo.roles import State
from pipeline.errors import OcmoError

Work = Callable[[], object]


class UnfinishedStageError(OcmoError):
    """A stage came to its end without doing what it should with everything it was given."""

    exit_code = 73


@dataclass(frozen=True)
class Stage:
    """`name` says it to people, `load` imports and returns the work to be timed."""

    name: str
    load: Callable[[State], Work]


def load_sealing(state: State) -> Work:
    """Every supplier checks and seals what it planned."""
    from pipeline.cli.supplier.planning import SupplierHome
    from pipeline.cli.supplier.sealing import seal_planned

    def work() -> None:
        for settings in sorted(state.suppliers.glob("*/supplier.yaml")):
            home = SupplierHome.open(settings.parent)
            require_all("new", ("new" if seal_planned(home, plan).is_new else "old" for plan in home.planned))

    return work


def load_ttp(state: State) -> Work:
    """The TTP gives pseudonyms for every delivery in its inbox."""
    from pseudonymisation.ttp_home import TtpHome
    from pseudonymisation.ttp_inbox import MAPPED, process_inbox

    def work() -> None:
        require_all(MAPPED, (outcome.outcome for outcome in process_inbox(TtpHome.open(state.ttp))))

    return work


def load_linkage(state: State) -> Work:
    """The OCMO opens and links every arrival and publishes its raw tables."""
    from pipeline.deliveries import Status, new_arrivals
    from pipeline.demo.run import BUSINESS_DATE
    from pipeline.home import OcmoHome
    from pipeline.linkage import take_in

    def work() -> None:
        home = OcmoHome.open(state.ocmo)
        names = new_arrivals(home, BUSINESS_DATE)
        require_all(Status.LINKED, (take_in(home, name).outcome for name in names))

    return work


def load_gate(state: State) -> Work:
    """The data-quality gate judges every delivery."""
    import pipeline.checks.expectations  # noqa: F401 - the gate imports it when it first needs it: start-up
    from pipeline.checks.deliveries import gate_deliveries
    from pipeline.deliveries import Status
    from pipeline.demo.run import BUSINESS_DATE
    from pipeline.home import OcmoHome

    def work() -> None:
        verdicts = gate_deliveries(OcmoHome.open(state.ocmo), BUSINESS_DATE)
        require_all(Status.ACCEPTED, (verdict.status for verdict in verdicts))

    return work


def load_claims(state: State) -> Work:
    """Claim chains, insured months, a bucket for every cent, cost per person and year."""
    from pipeline.claims.build import build_claims

    return _on_contract_year(state, build_claims)


def load_completion(state: State) -> Work:
    """Run-out by kind of care; it finds the claims tables made."""
    from pipeline.completion import build_completion

    return _on_contract_year(state, build_completion)


def load_casemix(state: State) -> Work:
    """Risk cells, rates, expected cost; it finds the claims tables made."""
    from pipeline.casemix import build_casemix

    return _on_contract_year(state, build_casemix)


def load_indicators(state: State) -> Work:
    """Complications and EQ-5D change; it reads the hospitals' records, not the claims."""
    from pipeline.indicators import build_indicators

    return _on_contract_year(state, build_indicators)


def load_settlement(state: State) -> Work:
    """Settle, hold every table against its neighbours, write the statement; fails when a sum does not close."""
    from pipeline.reporting.drafting import draft_statement

    return _on_contract_year(state, draft_statement)


def _on_contract_year(state: State, step: Callable[..., object]) -> Work:
    from pipeline.demo.run import BUSINESS_DATE, CONTRACT_ID, CONTRACT_YEAR
    from pipeline.home import OcmoHome

    return lambda: step(OcmoHome.open(state.ocmo), CONTRACT_ID, CONTRACT_YEAR, BUSINESS_DATE)


def require_all(wanted: str, outcomes: Iterable[str]) -> None:
    """See that there were deliveries, and that each had the wanted outcome.

    Raises:
        UnfinishedStageError: when not.
    """
    found = list(outcomes)
    others = sorted({outcome for outcome in found if outcome != wanted})
    if others or not found:
        raise UnfinishedStageError(
            f"Of {len(found)} deliveries {found.count(wanted)} were {wanted}"
            + (f", others {', '.join(others)}" if others else ""),
            remedy="Remove the bench's folder, where keys or files of another version may lie, and run it again.",
        )


STAGES = (
    Stage("check and seal", load_sealing),
    Stage("TTP", load_ttp),
    Stage("open and link", load_linkage),
    Stage("gate", load_gate),
    Stage("claims", load_claims),
    Stage("run-out", load_completion),
    Stage("case mix", load_casemix),
    Stage("indicators", load_indicators),
    Stage("settle and reconcile", load_settlement),
)
"""In the order of the line; each works on what the one before it left."""

FIRST_NIGHT = ("open and link", "gate", "claims", "run-out", "case mix", "indicators")
"""The stages that are the OCMO's night."""

FLOOR = Stage("floor", load_floor)
"""Needs only the linked lines; runs after the line in each round, on the same files."""

SECOND_NIGHT = Stage("second night", load_second_night)
"""Runs last: on what the first night left, with 1 % new lines."""
