"""`ocmo supplier`: a supplier checks its files and seals deliveries, in its own home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import AsJson, example

if TYPE_CHECKING:
    from pipeline.intake.check import CheckedFile

app = typer.Typer(help="A supplier: check files, seal deliveries.", no_args_is_help=True)

SHOWN_REJECTIONS = 20


@app.command(
    epilog=example(
        "ocmo supplier check zh308-06990001-2025.asc",
        "ocmo supplier check verzekerden-2025.csv --mapping mappings/insured.yaml --period 2025 --json",
    )
)
def check(
    file: Annotated[Path, typer.Argument(help="A message of a known standard, or a table.", metavar="FILE")],
    mapping: Annotated[Path | None, typer.Option(help="How to read a table; not for messages.")] = None,
    period: Annotated[str | None, typer.Option(help="Calendar year of the delivery, for tables.")] = None,
    allow_test_numbers: Annotated[bool, typer.Option(help="Take known test BSNs for real ones.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check one file: standard, counts, totals, and every row that would be rejected, with its reason."""
    import json

    from pipeline.cli.supplier.sealing import judge_bsn
    from pipeline.intake.check import check_file

    judge = judge_bsn(allow_test_numbers=allow_test_numbers)
    checked = check_file(file, judge_bsn=judge, period=period, mapping=mapping)
    if as_json:
        typer.echo(json.dumps(_as_json(checked), indent=1))
    else:
        _print(checked)


@app.command(
    epilog=example(
        "ocmo supplier seal --home var/suppliers/zilverzorg",
        "ocmo supplier seal --home var/suppliers/zilverzorg --delivery zilverzorg-2025-01",
        "ocmo supplier seal --home H --delivery tandarts-2009-01 --period 2009 --delivered-on 2009-08-01 claims.asc",
    )
)
def seal(
    home: Annotated[Path, typer.Option("--home", help="The supplier's home.", metavar="DIR")],
    files: Annotated[
        list[Path] | None, typer.Argument(help="Messages to seal, instead of what is planned.")
    ] = None,
    delivery: Annotated[
        str | None, typer.Option(help="Only this delivery. Default: all that are planned.")
    ] = None,
    period: Annotated[str, typer.Option(help="With FILES: calendar year they are about.")] = "",
    delivered_on: Annotated[str, typer.Option(help="With FILES: day of delivery, YYYY-MM-DD.")] = "",
) -> None:
    """Seal what `supplier.yaml` plans, or the given files; what was sealed before is left alone."""
    from rich.progress import track

    from pipeline.cli.options import day
    from pipeline.cli.supplier.planning import PlannedDelivery, SourceSpec, SupplierHome
    from pipeline.cli.supplier.sealing import seal_planned
    from pipeline.errors import SettingsError
    from pipeline.money import euros

    supplier = SupplierHome.open(home)
    planned = [plan for plan in supplier.planned if delivery in (None, plan.delivery_id)]
    if files and delivery and period:
        sources = tuple(SourceSpec(file) for file in files)
        planned = [PlannedDelivery(delivery, period, day(delivered_on), sources)]
    elif files:
        raise SettingsError(
            "Files were given without --delivery or without --period",
            remedy="Give --delivery, --period and --delivered-on with them.",
        )
    if not planned:
        raise SettingsError(
            f"No delivery '{delivery}' is planned" if delivery else "No delivery is planned",
            where=str(supplier.root / "supplier.yaml"),
            remedy="Plan it there, or give files with --delivery, --period and --delivered-on.",
        )
    for plan in track(planned, description="Sealing", transient=True, disable=len(planned) == 1):
        sealed = seal_planned(supplier, plan)
        rows = sum(table["rows_accepted"] for table in sealed.accounts.values())
        rejected = sum(table["rows_rejected"] for table in sealed.accounts.values())
        cents = sum(table["cents_accepted"] for table in sealed.accounts.values())
        typer.echo(
            f"{sealed.delivery_id}: {'sealed' if sealed.is_new else 'sealed before'}; {sealed.persons:,} persons,"
            f" {rows:,} rows accepted, {rejected:,} rejected, {euros(cents)}"
        )


def _as_json(checked: CheckedFile) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "file": checked.name,
        "standard": checked.standard,
        "version": checked.version,
        "outcome": checked.outcome,
        "records": checked.records,
        "persons": checked.persons,
        "trailer_cents": checked.trailer_cents,
        "tables": {name: asdict(account) for name, account in checked.accounts.items()},
        "rejected": checked.rejected.to_dicts(),
    }


def _print(checked: CheckedFile) -> None:
    from rich.console import Console

    from pipeline.money import euros

    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{checked.name}: {checked.standard} {checked.version}, [bold]{checked.outcome}[/bold]")
    console.print("  records      " + ", ".join(f"{code}: {n:,}" for code, n in checked.records.items()))
    console.print(f"  insured      {checked.persons:,}")
    for name, account in checked.accounts.items():
        console.print(
            f"  {name:<12} {account.rows_delivered:,} delivered = {account.rows_accepted:,} accepted"
            f" + {account.rows_rejected:,} rejected"
        )
        if checked.trailer_cents is not None:
            console.print(
                f"  amount       {euros(account.cents_delivered)} = {euros(account.cents_accepted)} accepted"
                f" + {euros(account.cents_rejected)} rejected"
            )
    if checked.trailer_cents is not None:
        console.print(f"  trailer      {euros(checked.trailer_cents)}, reconciled with counts and total")
    for row in checked.rejected.head(SHOWN_REJECTIONS).iter_rows(named=True):
        console.print(f"  line {row['line_number']}, field {row['field']}: {row['reason']}", markup=False)
    more = checked.rejected.height - SHOWN_REJECTIONS
    if more > 0:
        console.print(f"  and {more:,} more; `--json` lists all")
