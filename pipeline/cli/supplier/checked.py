"""What `ocmo supplier check` shows of a file: as JSON, or as text with the first rejected rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipeline.canonical import canonical_table
from pipeline.money import euros

if TYPE_CHECKING:
    from pipeline.intake.check import CheckedFile

SHOWN_REJECTIONS = 20


def as_json(checked: CheckedFile) -> dict[str, Any]:
    """All of it but the accepted rows; JSON-able."""
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


def show(checked: CheckedFile) -> None:
    """Print counts and totals, and the first rejected rows with their reasons."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{checked.name}: {checked.standard} {checked.version}, [bold]{checked.outcome}[/bold]")
    console.print("  records      " + ", ".join(f"{code}: {n:,}" for code, n in checked.records.items()))
    if any(canonical_table(name).is_personal for name in checked.tables):
        console.print(f"  persons      {checked.persons:,}")
    for name, account in checked.accounts.items():
        console.print(
            f"  {name:<12} {account.rows_delivered:,} delivered = {account.rows_accepted:,} accepted"
            f" + {account.rows_rejected:,} rejected"
        )
        if canonical_table(name).money_column:
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
