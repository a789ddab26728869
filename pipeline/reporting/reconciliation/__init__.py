"""Every row and every cent, from the delivered file to the statement, and whether they close.

Each step counts the same thing in two neighbouring tables. Tables are counted anew from their files, so
that a cent taken from any one of them shows, wherever it happened. What a step computes again, it computes
by another way than the table was made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb

from pipeline.claims.build import terms_frames
from pipeline.claims.terms_tables import delivery_supplier
from pipeline.completion import build_completion, claims_delivered_on
from pipeline.contract import Contract
from pipeline.deliveries import RawInputs, raw_inputs
from pipeline.home import OcmoHome
from pipeline.lake import Lake, Snapshot, Step, connect, engine_settings, open_lake
from pipeline.reporting.gather import night_snapshots
from pipeline.reporting.reconciliation.books import books
from pipeline.reporting.reconciliation.casemix import casemix
from pipeline.reporting.reconciliation.claims import claims
from pipeline.reporting.reconciliation.completion import completion
from pipeline.reporting.reconciliation.delivered import delivered
from pipeline.reporting.reconciliation.indicators import indicators
from pipeline.reporting.reconciliation.paper import divided, stated, statements_folder, written
from pipeline.reporting.reconciliation.payments import payments
from pipeline.reporting.reconciliation.persons import persons
from pipeline.reporting.reconciliation.steps import Reconciliation
from pipeline.settlement import Statement

__all__ = ["Reconciliation", "reconcile", "reconcile_told", "statements_folder", "written"]

RAW = (
    "raw_claim_line",
    "raw_clinical_event",
    "raw_control_total",
    "raw_insured",
    "raw_non_claim_payment",
    "raw_patient_report",
)


def reconcile(
    home: OcmoHome, contract: Contract, year: int, business_date: dt.date, statement: Statement | None
) -> Reconciliation:
    """Hold each table of a settlement against its neighbours, and the statement, if there is one, against the last.

    Raises:
        NoDataError: when that night has published no figures.
    """
    lake, terms = open_lake(home), contract.for_year(year)
    raw = raw_inputs(lake, contract.id, business_date)
    night = night_snapshots(home, contract.id, year, business_date)
    run_out = build_completion(home, contract.id, year, business_date, published_only=True)
    with connect(engine_settings(home)) as connection:
        _see(lake, connection, raw, [night.claims, run_out, night.casemix, night.indicators])
        for name, frame in terms_frames(terms, year).items():
            connection.register(name, frame.to_arrow())
        steps = [
            *delivered(connection, lake, raw),
            *claims(connection, terms),
            *persons(connection),
            *payments(connection),
            *books(connection),
            *completion(connection, terms, year, claims_delivered_on(raw, business_date)),
            *casemix(connection, terms, year),
            *indicators(connection, year),
            *(stated(connection, statement) if statement else ()),
        ]
    return Reconciliation(contract.id, year, business_date, tuple(steps))


def reconcile_told(statement: Statement, business_date: dt.date) -> Reconciliation:
    """How a statement closes of which every figure was told: no row was delivered to hold it against."""
    return Reconciliation(statement.contract.id, statement.year, business_date, (divided(statement),))


def _see(
    lake: Lake, connection: duckdb.DuckDBPyConnection, raw: RawInputs, published: Sequence[Snapshot]
) -> None:
    """Let the connection see the raw tables and who delivered them, and what the steps of the night published."""
    seeing = Step(lake, connection, label="")
    raw.see(seeing, *RAW)
    seeing.see_frame("delivery_supplier", delivery_supplier(raw.deliveries))
    for snapshot in published:
        seeing.see_snapshot(snapshot)
