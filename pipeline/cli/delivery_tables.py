"""Deliveries as tables for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.checks.report import FAILED, PLAUSIBILITY, CheckResult
from pipeline.deliveries import DeliveryState, Standing
from pipeline.deliveries.findings import in_words
from pipeline.deliveries.missing import Came, Expected
from pipeline.money import euros

if TYPE_CHECKING:
    from pipeline.deliveries import Delivery

COLOURS = {
    Standing.ACCEPTED: "green",
    Standing.LINKED: "green",
    Standing.QUARANTINED: "yellow",
    Standing.REPLACED: "yellow",
    Standing.REPEATED: "yellow",
}
"""All others are red."""

LEFT = {"delivery", "standing", "delivered", "table", "", "because of", "measure", "status", "allowed"}
"""Headings of columns of text; all others are of numbers."""


def print_deliveries(state: Sequence[DeliveryState], known: Mapping[str, float]) -> None:
    """A table for each contract, and of what is not used by whom it is replaced, or why.

    `known` is the share of a delivery's rows whose person the insurer's register knows.
    """
    console = Console(highlight=False, soft_wrap=True)
    if not state:
        console.print("Nothing has come yet.")
    nameless_last = sorted(state, key=lambda one: one.delivery.contract is None)
    for contract, group in groupby(nameless_last, key=lambda one: one.delivery.contract):
        table = _table(
            f"Contract {contract}" if contract else "Of no contract that could be read",
            ["delivery", "standing", "delivered", "persons", "rows", "claims EUR", "known"],
        )
        for one in group:
            row = one.delivery
            share = known.get(str(row.delivery_id)) if one.standing is Standing.ACCEPTED else None
            day = str(row.delivered_on or "")
            table.add_row(escape(row.arrival), _coloured(one.standing), day, *_counts(row), _percent(share))
        console.print(table, "")
    if known:
        console.print(
            "known: share of the rows about persons whose person is in the contract's register of insured\n"
        )
    for one in state:
        if one.delivery.reason or one.replaced_by:
            reason = f": {escape(one.delivery.reason)}" if one.delivery.reason else ""
            console.print(f"[bold]{escape(one.delivery.arrival)}[/bold] {_standing(one)}{reason}")
    console.print()


def print_expected(expected: Mapping[tuple[str, int], Sequence[Expected]]) -> None:
    """How much of what is expected came, and by supplier and year what did not."""
    console = Console(highlight=False, soft_wrap=True)
    for (contract, year), tables in expected.items():
        came = sum(one.standing is Came.CAME for one in tables)
        console.print(f"[bold]{contract} {year}[/bold]: {came} of {len(tables)} expected tables came.")
        lacking = [one for one in tables if one.standing is not Came.CAME]
        for (supplier, each, how), group in groupby(
            sorted(lacking, key=lambda one: (one.supplier, one.year, one.standing, one.table)),
            key=lambda one: (one.supplier, one.year, one.standing),
        ):
            console.print(f"  {supplier} {each}: {', '.join(one.table for one in group)} [red]{how}[/red]")


def print_delivery(one: DeliveryState) -> None:
    """All that the register has of one delivery."""
    console, row = Console(highlight=False, soft_wrap=True), one.delivery
    folder = f" (folder {row.arrival})" if row.delivery_id not in (None, row.arrival) else ""
    console.print(f"[bold]{escape(row.delivery_id or row.arrival)}[/bold]{escape(folder)} {_standing(one)}")
    if row.supplier:
        console.print(
            f"From {row.supplier} for contract {row.contract}, period {row.period}, delivered on {row.delivered_on}"
        )
    if row.reason:
        console.print(escape(row.reason))
    accounts = _table("", ["table", "", "in all", "accepted", "rejected", "because of"])
    for name, account in sorted((row.accounts or {}).items()):
        _add_account(accounts, name, account)
    if accounts.row_count:
        console.print("", accounts)
    results = (row.checks or {}).get("results", [])
    if results:
        _print_checks(console, results)


def _add_account(table: Table, name: str, account: Mapping[str, Any]) -> None:
    """A line of rows, and under it one of euros where the table has money."""
    figures = ("delivered", "accepted", "rejected")
    rules = ", ".join(f"{rule} {rows:,}" for rule, rows in account.get("rejected_by_rule", {}).items())
    table.add_row(name, "rows", *(f"{int(account.get(f'rows_{figure}', 0)):,}" for figure in figures), rules)
    cents = [int(account.get(f"cents_{figure}", 0)) for figure in figures]
    if any(cents):
        table.add_row("", "euros", *(euros(amount) for amount in cents), "")


def _print_checks(console: Console, results: Sequence[Mapping[str, Any]]) -> None:
    """What failed with its numbers, how many passed, and how the delivery looks beside earlier ones."""
    judged = [CheckResult.from_json(result) for result in results if result["type"] != PLAUSIBILITY]
    numbers = Counter(str(result.status) for result in judged)
    console.print(
        f"\nChecks of the gate: {', '.join(f'{n} {status}' for status, n in sorted(numbers.items()))}"
    )
    for judgement in judged:
        if judgement.status in FAILED:
            console.print(f"  {escape(str(judgement))}")
    found = [result for result in results if result["type"] == PLAUSIBILITY]
    others = dict.fromkeys(name for result in found for name in result["earlier"])
    table = _table(
        f"Beside {', '.join(others) or 'earlier deliveries'}",
        ["measure", "status", "value", "earlier", "allowed"],
    )
    for result in found:
        table.add_row(f"{result['table']} {result['measure']}", *_beside(result))
    if table.row_count:
        console.print("", table)


def _beside(result: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Status, value, earlier values and limits of a finding of plausibility."""
    limits, earlier = result["limits"], result["earlier"].values()
    times = f"{limits['lowest']:g} to {limits['highest']:g} times" if "lowest" in limits else ""
    return (
        result["status"],
        "" if result["value"] is None else in_words(result["value"]),
        "; ".join(in_words(value) for value in earlier),
        times or f"up to {limits['highest']:.0%}",
    )


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, collapse_padding=True)
    for heading in headings:
        table.add_column(
            heading, justify="left" if heading in LEFT else "right", no_wrap=heading == "delivery"
        )
    return table


def _standing(one: DeliveryState) -> str:
    replaces = f", replaces {one.delivery.replaces}" if one.delivery.replaces else ""
    return _coloured(one.standing) + escape(f" by {one.replaced_by}" if one.replaced_by else replaces)


def _coloured(standing: Standing) -> str:
    colour = COLOURS.get(standing, "red")
    return f"[{colour}]{standing}[/{colour}]"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _counts(row: Delivery) -> tuple[str, str, str]:
    """Persons, rows and euros of claims that the supplier accepted; nothing where no manifest could be read."""
    if not row.accounts:
        return ("", "", "")
    cents = int(row.accounts.get("claim_line", {}).get("cents_accepted", 0))
    persons = f"{row.persons:,}" if row.persons else ""
    return (persons, f"{row.total('rows_accepted'):,}", euros(cents).replace("EUR ", "") if cents else "")
