"""Rows and euros of a file or of a delivery, as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipeline.canonical import canonical_table
from pipeline.money import euros

if TYPE_CHECKING:
    from pipeline.intake.accounts import TableAccount


def account_lines(
    accounts: Mapping[str, TableAccount], without_amount: Mapping[str, int], *, is_answer: bool = False
) -> Iterator[str]:
    """Of each table what became of its rows, and of its cents when it has such.

    `without_amount` are the rejected rows by table whose amount cannot be read: they are in no sum. An answer that does
    not repeat what was declared has no amounts of its own.
    """
    for name, account in accounts.items():
        yield f"  {name:<12} {account.rows_delivered:,} delivered = {_parts(account, 'rows')}"
        if canonical_table(name).money_column is None:
            continue
        if is_answer:
            yield "  amount       none of its own: it is in the declaration that this answers"
        else:
            unread = _unread(without_amount.get(name, 0))
            yield f"  amount       {euros(account.cents_delivered)} = {_parts(account, 'cents')}{unread}"


def in_one_line(accounts: Mapping[str, TableAccount]) -> str:
    """Rows by table and their euros, of a file in which nothing is wrong."""
    said = []
    for name, account in accounts.items():
        said.append(f"{account.rows_delivered:,} {name}")
        if canonical_table(name).money_column and account.rows_accepted:
            said.append(euros(account.cents_accepted))
    return ", ".join(said) or "no rows"


def _parts(account: TableAccount, unit: str) -> str:
    """Accepted and rejected, and what an answer merged away when there is such."""
    kinds = ("accepted", "rejected", *(("merged",) if account.rows_merged else ()))
    numbers = {kind: getattr(account, f"{unit}_{kind}") for kind in kinds}
    return " + ".join(
        f"{euros(n) if unit == 'cents' else format(n, ',')} {kind}" for kind, n in numbers.items()
    )


def _unread(rows: int) -> str:
    return f" + {rows:,} {'row' if rows == 1 else 'rows'} whose amount cannot be read" if rows else ""
