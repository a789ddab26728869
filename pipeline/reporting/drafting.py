"""Draft a settlement: gather the night's figures, settle, see that every cent closes, then write."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipeline.code_version import code_version
from pipeline.contract.shelf import contract_of
from pipeline.errors import FiguresError, ReconciliationError
from pipeline.home import OcmoHome
from pipeline.reporting.gather import gather_figures
from pipeline.reporting.reconciliation import Reconciliation, reconcile, statements_folder
from pipeline.reporting.statement import StatementPaths, write_draft
from pipeline.settlement import Statement, settle


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


def settle_on(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> Settled:
    """Settle a contract year on the figures of a business date; nothing is written.

    Raises:
        NoDataError: when that night has published no figures.
        ContractValueError: when the year is outside the contract's term.
        FiguresError: when the figures do not allow a settlement.
    """
    contract = contract_of(home.contracts, contract_id)
    contract.for_year(year)  # a year outside the term is told before anything is looked up
    statement = settle(contract, year, gather_figures(home, contract, year, business_date))
    return Settled(statement, reconcile(home, contract, year, business_date, statement))


def reconcile_on(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date
) -> tuple[Reconciliation, Statement | None]:
    """How the sums of a contract year close, and its statement; None while the figures allow no settlement.

    In the course of a year the hospitals' records have not come; rows and cents must close all the same.

    Raises:
        NoDataError, ContractValueError: see `settle_on`.
    """
    try:
        settled = settle_on(home, contract_id, year, business_date)
    except FiguresError:
        contract = contract_of(home.contracts, contract_id)
        return reconcile(home, contract, year, business_date, None), None
    return settled.reconciliation, settled.statement


def settle_closed(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> Statement:
    """The statement of a contract year whose every row and cent closes.

    Raises:
        ReconciliationError: when rows or cents do not close.
        NoDataError, ContractValueError, FiguresError: see `settle_on`.
    """
    settled = settle_on(home, contract_id, year, business_date)
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


def draft_statement(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> Drafted:
    """Settle, and write the draft into the home's `reports/statements/<business date>/`.

    Raises:
        OcmoError: see `settle_closed`; nothing is written then.
    """
    statement = settle_closed(home, contract_id, year, business_date)
    folder = statements_folder(home, business_date)
    return Drafted(statement, write_draft(statement, folder, code_version=code_version()))
