"""Draft a settlement: gather the night's figures, settle, see that every cent closes, then write."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipeline.code_version import code_version
from pipeline.contract.shelf import contract_of
from pipeline.errors import ReconciliationError
from pipeline.home import OcmoHome
from pipeline.reporting.gather import gather_figures
from pipeline.reporting.reconciliation import Reconciliation, reconcile, statements_folder
from pipeline.reporting.statement import StatementPaths, write_statement
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


def draft_statement(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> Drafted:
    """Settle, and write the draft into the home's `reports/statements/<business date>/`.

    Raises:
        ReconciliationError: when rows or cents do not close; nothing is written then.
        NoDataError, FiguresError: see `settle_on`.
    """
    settled = settle_on(home, contract_id, year, business_date)
    open_steps = [step for step in settled.reconciliation.steps if not step.closes]
    if open_steps:
        first = open_steps[0]
        raise ReconciliationError(
            f"{len(open_steps)} steps do not close; the first is '{first.step}' ({first.quantity}):"
            f" {first.before} before, {first.after} after",
            where=first.scope,
            remedy="`ocmo reconcile` shows all steps. No statement was written.",
        )
    folder = statements_folder(home, business_date)
    paths = write_statement(settled.statement, folder, code_version=code_version())
    return Drafted(settled.statement, paths)
