"""`ocmo supplier`: a supplier checks its files and seals deliveries, in its own home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.cli.supplier.planning import PlannedDelivery, SupplierHome
    from pipeline.cli.supplier.sealing import SealedDelivery

app = typer.Typer(help="A supplier: check files, seal deliveries.", no_args_is_help=True)


@app.command(
    epilog=example(
        "ocmo supplier check zh308-06990001-2025.asc",
        "ocmo supplier check verzekerden-2025.csv --mapping mappings/insured.yaml --period 2025 --json",
    )
)
def check(
    file: Annotated[Path, typer.Argument(help="A message of a known standard, or a table.", metavar="FILE")],
    mapping: Annotated[Path | None, typer.Option(help="How to read a table; not for messages.")] = None,
    period: Annotated[str | None, typer.Option(help="Calendar year that the file is to be about.")] = None,
    delivered_on: Annotated[str | None, typer.Option(help="Its day, YYYY-MM-DD: nothing is later.")] = None,
    layouts: Annotated[Path | None, typer.Option(help="Folder with more layouts and code lists.")] = None,
    allow_test_numbers: Annotated[bool, typer.Option(help="Take known test BSNs for real ones.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check one file: standard, counts, totals, and every row that would be rejected, with its reason."""
    import json

    from pipeline.cli.options import day
    from pipeline.cli.supplier import checked as shown
    from pipeline.cli.supplier.judging import judge_bsn
    from pipeline.intake.check import check_file
    from pipeline.intake.period_rules import require_period

    checked = check_file(
        file,
        judge_bsn=judge_bsn(allow_test_numbers=allow_test_numbers),
        period=period,
        delivered_on=day(delivered_on) if delivered_on else None,
        mapping=mapping,
        layout_folders=[layouts] if layouts else [],
    )
    if as_json:
        typer.echo(json.dumps(shown.as_json(checked), indent=1))
    else:
        shown.show(checked)
    if period:
        require_period([(checked.name, checked.periods)], period)


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
    replaces: Annotated[
        str, typer.Option(help="With FILES: own earlier delivery whose place this takes.")
    ] = "",
) -> None:
    """Seal what `supplier.yaml` plans, or the given files; what was sealed before is left alone.

    A delivery that is refused does not stop the others: each is told, and the exit code is the first one's.
    """
    from pipeline.cli.options import day
    from pipeline.cli.supplier.planning import PlannedDelivery, SourceSpec, SupplierHome
    from pipeline.errors import SettingsError

    supplier = SupplierHome.open(home)
    planned = [plan for plan in supplier.planned if delivery in (None, plan.delivery_id)]
    if files and delivery and period:
        sources = tuple(SourceSpec(file) for file in files)
        planned = [PlannedDelivery(delivery, period, day(delivered_on), sources, replaces)]
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
    _seal_all(supplier, planned)


def _seal_all(supplier: SupplierHome, planned: Sequence[PlannedDelivery]) -> None:
    """Seal one after the other; a refusal is told at once when others follow, and again at the end by number."""
    from rich.progress import track

    from pipeline.cli.failures import Failure, failure, refused
    from pipeline.cli.supplier.sealing import seal_planned

    refusals: list[Failure] = []
    for plan in track(planned, description="Sealing", transient=True, disable=len(planned) == 1):
        try:
            typer.echo(_told(seal_planned(supplier, plan)))
        except Exception as error:
            told = failure(error)
            if told is None or len(planned) == 1:
                raise
            typer.echo(f"{plan.delivery_id}: refused; {told.message}", err=True)
            refusals.append(told)
    if refusals:
        ending = refused(len(refusals), len(planned), "", "mend what each says, and seal again")
        ending.exit_code = refusals[0].exit_code
        raise ending


def _told(sealed: SealedDelivery) -> str:
    from pipeline.cli.supplier.sealing import REPEATED
    from pipeline.money import euros

    if sealed.outcome == REPEATED:
        return (
            f"{sealed.delivery_id}: repeated; the same files were sealed as {sealed.earlier}, nothing leaves"
        )
    rows = sum(table["rows_accepted"] for table in sealed.accounts.values())
    rejected = sum(table["rows_rejected"] for table in sealed.accounts.values())
    cents = sum(table["cents_accepted"] for table in sealed.accounts.values())
    return (
        f"{sealed.delivery_id}: {sealed.outcome}; {sealed.persons:,} persons, {rows:,} rows accepted,"
        f" {rejected:,} rejected, {euros(cents)}"
    )
