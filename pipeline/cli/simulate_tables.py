"""A simulation as tables on a terminal, in whole euros, with what a reader must know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.simulation import Simulation

TRIED = (
    ("by_size", "persons", "{:,}", "this population"),
    ("by_threshold", "threshold", "{:.1%}", "as agreed"),
    ("by_ceiling", "truncation", "{:,}", "as agreed"),
    ("by_path", "path", "{:.1%}", "as agreed"),
)
"""What can be negotiated: how it is called, how a value is written, and what the contract's own is called."""


def show(simulation: Simulation) -> None:
    """Write past years, what chance pays by each thing that can be negotiated, and the remarks."""
    from rich.console import Console

    from pipeline.reporting.simulated import document
    from pipeline.reporting.simulated.remarks import remarks

    told, console = document(simulation), Console()
    console.print(_past(told))
    chance = told["chance"]
    console.print(
        f"{chance['years']} years without any true effect, of {chance['persons']} persons with their cost up to"
        f" {chance['based_on']}; what is paid in EUR:"
    )
    for name, title, form, own in TRIED:
        console.print(_tried(told[name], title, form, own))
    for remark in remarks(simulation, "en"):
        console.print(remark, highlight=False)


def _past(told: dict[str, Any]) -> Table:
    from rich.table import Table

    past = Table(
        "year", "rests on", "target", "actual", "saved", "payable", "why", title="Past years, in EUR"
    )
    for row in told["past"]:
        rests = ", ".join(str(each) for each in row["rests_on"]) + (" (not all)" if row["lacking"] else "")
        amounts = [_euros(row[f"{name}_cents"]) for name in ("target", "actual")]
        saved, paid = f"{row['savings_share']:.1%}", _euros(row["payable_cents"])
        past.add_row(str(row["year"]), rests, *amounts, saved, paid, row["reason"])
    return past


def _tried(rows: list[dict[str, Any]], title: str, form: str, own: str) -> Table:
    from rich.table import Table

    table = Table(title, "gain", "loss", "5% of years worse than", "mean", "5% of years better than")
    for row in rows:
        value = own if row["value"] is None else form.format(row["value"])
        value += f" ({own})" if row["is_agreed"] and row["value"] is not None else ""
        amounts = [_euros(row["payable_cents"][each]) for each in ("low", "mean", "high")]
        table.add_row(value, f"{row['gain']:.1%}", f"{row['loss']:.1%}", *amounts)
    return table


def _euros(cents: int) -> str:
    return f"{round(cents / 100):,}"
