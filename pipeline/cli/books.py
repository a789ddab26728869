"""`ocmo books`: the insurer's own books against what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, BusinessDate, ContractId, Home, day

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.claims import BookDifferences
    from pipeline.claims.books import SupplierBooks

OneYear = Annotated[
    int | None,
    typer.Option(
        "--year", help="Contract year whose figures are meant. Default: the last with data.", metavar="YYYY"
    ),
]


def books(
    contract: ContractId,
    date: BusinessDate,
    year: OneYear = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Hold the insurer's own books against the claim lines that came, and say why they differ."""
    import json

    from rich.console import Console

    from pipeline.claims import book_differences
    from pipeline.deliveries.due import require_data, settlements_due
    from pipeline.errors import NoDataError
    from pipeline.home import OcmoHome

    ocmo, business_date = OcmoHome.open(home), day(date)
    require_data(ocmo, business_date)
    years = [each for due, each in settlements_due(ocmo, business_date) if due == contract]
    if not years or year not in (None, *years):
        raise NoDataError(
            f"There is no data for {year or 'any year'} of contract '{contract}' on {business_date}",
            remedy="Give another contract or year or a later date, or look at `ocmo deliveries list`.",
        )
    found = book_differences(ocmo, contract, year or max(years), business_date)
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=1))
        return
    console = Console(highlight=False)
    for supplier in found.suppliers:
        until = f"books up to {supplier.as_of_date}" if supplier.as_of_date else "no books came"
        console.print(f"{contract} on {business_date}: {supplier.supplier}, {until}")
        console.print(_causes(supplier))
    console.print("\nWhere they differ, in EUR")
    console.print(_differing(found))


def _causes(supplier: SupplierBooks) -> Table:
    """From booked to accepted, cause by cause."""
    from rich.table import Table

    from pipeline.reporting.night.words import CAUSES

    table = Table(box=None)
    for heading in ("", "lines", "EUR", ""):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_row("booked", f"{supplier.booked_lines:,}", _euros(supplier.booked_cents), "")
    table.add_row("accepted", f"{supplier.accepted_lines:,}", _euros(supplier.accepted_cents), "")
    lines = supplier.booked_lines - supplier.accepted_lines
    table.add_row("[bold]difference[/bold]", f"{lines:,}", _euros(supplier.difference_cents), "")
    for cause in supplier.causes:
        amounts = (f"{cause.lines:,}" if cause.lines is not None else "", _euros(cause.cents))
        table.add_row(f"  {CAUSES[cause.code]}", *amounts, _first_of(cause.about))
    return table


def _differing(found: BookDifferences) -> Table:
    """The years and kinds of care in which booked and accepted differ."""
    from rich.table import Table

    table = Table(box=None)
    for heading in ("label", "year of loss", "kind of care", "booked", "accepted", "difference"):
        table.add_column(heading, justify="left" if heading in ("label", "kind of care") else "right")
    for row in found.rows.iter_rows(named=True):
        if row["difference_lines"] or row["difference_cents"]:
            amounts = (_euros(row[f"{what}_cents"]) for what in ("booked", "accepted", "difference"))
            table.add_row(row["insurer_code"], str(row["year_of_loss"]), row["care_type_code"], *amounts)
    return table


def _first_of(about: tuple[str, ...]) -> str:
    """'kompas-2022-01 and 3 more'; JSON has them all."""
    more = f" and {len(about) - 1} more" if len(about) > 1 else ""
    return f"{about[0]}{more}" if about else ""


def _euros(cents: int | None) -> str:
    return "unknown" if cents is None else f"{cents / 100:,.2f}"
