"""The commands and their groups, in the order a newcomer meets them.

Each group lives in a module of its own and imports what it needs inside its commands, so that `--help`
answers at once.
"""

from __future__ import annotations

import typer

from pipeline.cli import (
    agreement,
    audit,
    backfill,
    checks,
    contract,
    deliveries,
    demo,
    interim,
    keys,
    lake,
    night,
    objection,
    privacy,
    rotation,
    settlement,
    supplier,
    ttp,
)
from pipeline.cli.books import books
from pipeline.cli.options import example
from pipeline.cli.reconcile import reconcile
from pipeline.cli.summary import summary

app = typer.Typer(
    name="ocmo",
    help="The data pipeline of an independent contract-management organisation in Dutch health care.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

app.add_typer(demo.app, name="demo")
app.add_typer(supplier.app, name="supplier")
app.add_typer(ttp.app, name="ttp")
app.add_typer(keys.app, name="keys")
app.add_typer(agreement.app, name="agreement")
app.add_typer(rotation.app, name="rotation")
app.add_typer(objection.app, name="objection")
app.add_typer(audit.app, name="audit")
app.add_typer(night.app, name="night")
app.add_typer(backfill.app, name="backfill")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(checks.app, name="checks")
app.add_typer(contract.app, name="contract")
app.add_typer(interim.app, name="interim")
app.add_typer(settlement.app, name="settlement")
app.add_typer(privacy.app, name="privacy")
app.add_typer(lake.app, name="lake")
app.command(
    epilog=example(
        "ocmo books --contract maasoever --date 2026-07-15",
        "ocmo books --contract maasoever --date 2026-07-15 --json",
    )
)(books)
app.command(epilog=example("ocmo reconcile --date 2026-07-15", "ocmo reconcile --date 2026-07-15 --json"))(
    reconcile
)
app.command(epilog=example("ocmo summary --date 2026-07-15", "ocmo summary --date 2026-07-15 --json"))(
    summary
)
