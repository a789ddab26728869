"""`ocmo supplier`: a supplier checks its files and seals deliveries, in its own home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, example
from pipeline.cli.supplier.options import (
    AnyHome,
    Files,
    Mappings,
    MendList,
    ReturnFile,
    Rows,
    TestNumbers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.cli.supplier.planning import PlannedDelivery, SupplierHome
    from pipeline.cli.supplier.sealing import SealedDelivery

app = typer.Typer(help="A supplier: check files, seal deliveries.", no_args_is_help=True)


@app.command(
    epilog=example(
        "ocmo supplier check zh308-06990001-2025.asc",
        "ocmo supplier check mz301.asc --mend list.xlsx --return-file mz302.asc",
        "ocmo supplier check verzekerden-2025.csv --mapping insured.yaml --period 2025 --rows 1204 --json",
        "ocmo supplier check claims.asc register.csv --mapping register.csv=insured.yaml --period 2025",
        "ocmo supplier check gds801.xml.gz gds802.xml.gz --period 2025 --delivered-on 2026-07-01",
        "ocmo supplier check ap304.asc --layouts my-layouts",
        "ocmo supplier check --home var/suppliers/zilverzorg --delivery zilverzorg-2025-01",
    )
)
def check(
    files: Files = None,
    mapping: Mappings = None,
    rows: Rows = None,
    home: AnyHome = None,
    delivery: Annotated[
        str | None, typer.Option(help="With --home: which planned delivery.", metavar="ID")
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="Calendar year that the files are to be about.", metavar="YYYY")
    ] = None,
    delivered_on: Annotated[
        str | None, typer.Option(help="Day of delivery: nothing is later.", metavar="YYYY-MM-DD")
    ] = None,
    layouts: Annotated[
        Path | None, typer.Option(help="Folder with more layouts and code lists.", metavar="DIR")
    ] = None,
    mend: MendList = None,
    return_file: ReturnFile = None,
    allow_test_numbers: TestNumbers = False,
    as_json: AsJson = False,
) -> None:
    """Check files as one delivery: standard, counts, totals, and every row that would be rejected, with its reason.

    Nothing leaves. A file that is refused as a whole ends with the exit code that says why; rejected rows do not.
    """
    from pipeline.cli.options import day
    from pipeline.cli.supplier.asked import Asked, asked_files
    from pipeline.cli.supplier.checking import check_and_tell
    from pipeline.intake.rules.period_rules import Window

    if home is None:
        asked = Asked(
            files=asked_files(files or (), mapping or (), rows or ()),
            window=Window.of(period, day(delivered_on) if delivered_on else None),
            layout_folders=(layouts,) if layouts else (),
            allow_test_numbers=allow_test_numbers,
        )
    else:
        asked = Asked.of_plan(
            home, delivery, given=bool(files or mapping or rows or period or delivered_on or layouts)
        )
    check_and_tell(asked, mend=mend, return_file=return_file, as_json=as_json)


@app.command(
    "map",
    epilog=example(
        "ocmo supplier map register.csv --out mappings/register.yaml",
        "ocmo supplier map uitdraai.xlsx --sheet Declaraties --header-row 3 --table claim_line",
    ),
)
def propose_mapping(
    file: Annotated[Path, typer.Argument(help="A table: CSV, Parquet or a workbook.", metavar="FILE")],
    table: Annotated[
        str | None, typer.Option(help="Canonical table. Default: the one that fits best.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write. Default: it is printed.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook. Default: the first.")] = None,
    header_row: Annotated[int, typer.Option(help="Line of the names of the columns.", min=1)] = 1,
) -> None:
    """Propose a mapping for a table, from its header and its first rows, for a person to finish.

    Each line says how sure it is, and why. What could not be told is marked, and has to be decided first.
    """
    from pipeline.cli.supplier.proposing import proposal_for

    text, told = proposal_for(file, table, sheet=sheet, header_row=header_row, out=out)
    if out is None:
        typer.echo(text, nl=False)
    typer.echo(told, err=out is None)


@app.command(epilog=example("ocmo supplier standards", "ocmo supplier standards --layouts layouts --json"))
def standards(
    layouts: Annotated[Path | None, typer.Option(help="Folder with more layouts.", metavar="DIR")] = None,
    as_json: AsJson = False,
) -> None:
    """List the messages that `check` and `seal` read without a mapping, by standard and version."""
    import json

    from pipeline.cli.supplier.standards import in_words, known_standards

    known = known_standards((layouts,) if layouts else ())
    typer.echo(json.dumps(known, indent=1) if as_json else "\n".join(map(in_words, known)))


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
