"""Draft a settlement: gather the night's figures, settle, see that every cent closes, then write."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.code_version import code_version
from pipeline.contract import Contract
from pipeline.contract.computed import require_figures
from pipeline.contract.shelf import contract_of
from pipeline.errors import FiguresError, ReconciliationError
from pipeline.home import OcmoHome
from pipeline.reporting.gather import gather_figures
from pipeline.reporting.own_statements import on_own_statements
from pipeline.reporting.reconciliation import (
    Reconciliation,
    reconcile,
    reconcile_told,
    statements_folder,
)
from pipeline.reporting.statement import StatementPaths, statement_name, write_draft
from pipeline.reporting.told import (
    asked_of,
    by_people,
    is_computed,
    nothing_measured,
    require_asked,
    told_from,
    with_told,
)
from pipeline.settlement import Figures, Statement, settle
from pipeline.settlement.told import Told


@dataclass(frozen=True)
class Settled:
    """A contract year settled on the figures of one business date, and how its sums close."""

    statement: Statement
    reconciliation: Reconciliation


@dataclass(frozen=True)
class Drafted:
    """A statement that was written."""

    statement: Statement
    paths: StatementPaths


def take_in(
    home: OcmoHome, contract: Contract, year: int, business_date: dt.date, told: Sequence[Told] = ()
) -> Figures:
    """All figures of a contract year: measured, on statements of our own, and told.

    Raises:
        NoDataError: when that night has published no figures.
        UncomputedTermsError: when none are made for this contract, and none were told.
        FiguresError: when a told figure is measured, or no rule asks for it.
    """
    computed = is_computed(contract, year)
    if not computed and not told:
        require_figures(contract, year)
    figures = (
        gather_figures(home, contract, year, business_date)
        if computed
        else nothing_measured(contract, year, business_date)
    )
    own = on_own_statements(home, contract, year)
    if not own and not told:
        return figures
    every = with_told(with_told(figures, own), told, computed=computed)
    require_asked(contract, every, told)
    asked = tuple(asked_of(contract, every, own))
    return with_told(with_told(figures, asked), told, computed=computed)


def settle_on(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, told: Sequence[Told] = ()
) -> Settled:
    """Settle a contract year on the figures of a business date, and those that were told; nothing is written.

    Raises:
        NoDataError: when that night has published no figures.
        ContractValueError: when the year is outside the contract's term.
        FiguresError: when the figures do not allow a settlement.
    """
    contract = contract_of(home.contracts, contract_id, year)
    statement = settle(contract, year, take_in(home, contract, year, business_date, told))
    if not is_computed(contract, year):
        return Settled(statement, reconcile_told(statement, business_date))
    return Settled(statement, reconcile(home, contract, year, business_date, statement))


def told_of_draft(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> tuple[Told, ...]:
    """The figures that people told for the draft on a business date; none when there is no draft."""
    path = statements_folder(home, business_date) / f"{statement_name(contract_id, year, 'draft')}.json"
    try:
        return by_people(told_from(json.loads(path.read_bytes())))
    except (FileNotFoundError, json.JSONDecodeError):  # who needs the draft itself will say so
        return ()


def reconcile_on(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date
) -> tuple[Reconciliation, Statement | None]:
    """How the sums of a contract year close, and its statement; None while the figures allow no settlement.

    In the course of a year the hospitals' records have not come; rows and cents must close all the same.

    Raises:
        NoDataError, ContractValueError: see `settle_on`.
    """
    try:
        told = told_of_draft(home, contract_id, year, business_date)
        settled = settle_on(home, contract_id, year, business_date, told)
    except FiguresError:
        contract = contract_of(home.contracts, contract_id, year)
        return reconcile(home, contract, year, business_date, None), None
    return settled.reconciliation, settled.statement


def settle_closed(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, told: Sequence[Told] = ()
) -> Statement:
    """The statement of a contract year whose every row and cent closes.

    Raises:
        ReconciliationError: when rows or cents do not close.
        NoDataError, ContractValueError, FiguresError: see `settle_on`.
    """
    settled = settle_on(home, contract_id, year, business_date, told)
    open_steps = [step for step in settled.reconciliation.steps if not step.closes]
    if open_steps:
        first = open_steps[0]
        raise ReconciliationError(
            f"{len(open_steps)} steps do not close; the first is '{first.step}' ({first.quantity}):"
            f" {first.before} before, {first.after} after",
            where=first.scope,
            remedy=f"`ocmo reconcile --date {business_date}` shows all steps. No statement was written.",
        )
    return settled.statement


def draft_statement(
    home: OcmoHome,
    contract_id: str,
    year: int,
    business_date: dt.date,
    told: Sequence[Told] = (),
    *,
    final: bool = False,
) -> Drafted:
    """Settle, and write the draft into the home's `reports/statements/<business date>/`.

    `told` are figures that nobody delivers, which are kept with the draft; `final` refuses a provisional settlement.

    Raises:
        OcmoError: see `settle_closed`; nothing is written then.
    """
    statement = settle_closed(home, contract_id, year, business_date, told)
    if final and statement.is_provisional:
        raise FiguresError(
            f"Not known yet: {', '.join(statement.unknown)}; so the settlement is provisional, and not final",
            where=f"contract {contract_id}, {year}",
            remedy="Settle finally when it is known: of a night whose deliveries hold it, or told with `--figures`.",
        )
    folder = statements_folder(home, business_date)
    return Drafted(statement, write_draft(statement, folder, code_version=code_version()))
