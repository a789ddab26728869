"""Every row and every cent, from the delivered file to the statement, and whether they close.

Each step counts the same thing in two neighbouring tables. Tables are counted anew from their files, so
that a cent taken from any one of them shows, wherever it happened. What a step computes again, it computes
by another way than the table was made.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from pipeline.claims import terms_tables
from pipeline.contract import Contract
from pipeline.deliveries import RawInputs, raw_inputs
from pipeline.home import OcmoHome
from pipeline.lake import Lake, Step, connect, engine_settings, open_lake
from pipeline.reporting.gather import NightSnapshots, night_snapshots
from pipeline.reporting.reconciliation.casemix import casemix
from pipeline.reporting.reconciliation.claims import claims
from pipeline.reporting.reconciliation.delivered import delivered
from pipeline.reporting.reconciliation.indicators import indicators
from pipeline.reporting.reconciliation.paper import stated, statements_folder, written
from pipeline.reporting.reconciliation.persons import persons
from pipeline.reporting.reconciliation.steps import Reconciliation
from pipeline.settlement import Statement

__all__ = ["Reconciliation", "reconcile", "statements_folder", "written"]

RAW = ("raw_claim_line", "raw_clinical_event", "raw_insured", "raw_patient_report")


def reconcile(
    home: OcmoHome, contract: Contract, year: int, business_date: dt.date, statement: Statement
) -> Reconciliation:
    """Hold each table of a settlement against its neighbours, and the statement against the last.

    Raises:
        NoDataError: when that night has published no figures.
    """
    lake, terms = open_lake(home), contract.for_year(year)
    raw = raw_inputs(lake, contract.id, business_date)
    night = night_snapshots(home, contract.id, year, business_date)
    years = terms_tables.calendar_year(terms_tables.years(terms, year))
    with connect(engine_settings(home)) as connection:
        _see(lake, connection, raw, night)
        connection.register("calendar_year", years.to_arrow())
        connection.register("terms_insurer", terms_tables.insurer(terms).to_arrow())
        steps = [
            *delivered(connection, lake, raw),
            *claims(connection, terms),
            *persons(connection),
            *casemix(connection, terms, year),
            *indicators(connection, year),
            *stated(connection, statement),
        ]
    return Reconciliation(contract.id, year, business_date, tuple(steps))


def _see(lake: Lake, connection: duckdb.DuckDBPyConnection, raw: RawInputs, night: NightSnapshots) -> None:
    """Let the connection see the raw tables, and what each step of the night published."""
    seeing = Step(lake, connection, label="")
    raw.see(seeing, *RAW)
    for snapshot in (night.claims, night.casemix, night.indicators):
        seeing.see_snapshot(snapshot)
