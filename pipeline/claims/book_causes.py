"""Why the insurer's books differ from what came: the parts of a difference that have a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.deliveries import Delivery, DeliveryState, Standing
from pipeline.deliveries.missing import Came, Expected
from pipeline.deliveries.removed import Removed
from pipeline.lake import Lake

CLAIMS = "claim_line"
DUPLICATE_RULE = "duplicate"
"""Of rejected rows, those that a file holds twice: the books hold them once, as accepted does."""


@dataclass(frozen=True)
class Cause:
    """A named part of a difference, signed as booked less accepted; `cents` is None where nobody can know.

    `about` names what it concerns: deliveries, or expected tables.
    """

    code: str
    lines: int | None
    cents: int | None
    about: tuple[str, ...] = ()


def in_rows(own: pl.DataFrame) -> Iterator[Cause]:
    """What the accepted lines hold and the books do not: each takes off the difference."""
    booked, bookless = (own.filter(pl.col("as_of_date").is_null() == lacks) for lacks in (False, True))
    parts = {
        "duplicate": (own["duplicate_lines"], own["duplicate_cents"]),
        "orphan_credit": (own["orphan_lines"], own["orphan_cents"]),
        "after_books": (booked["after_books_lines"], booked["after_books_cents"]),
        "no_books": tuple(
            bookless[f"accepted_{what}"] - bookless[f"duplicate_{what}"] - bookless[f"orphan_{what}"]
            for what in ("lines", "cents")
        ),
    }
    for code, (lines, cents) in parts.items():
        if int(lines.sum()):
            yield Cause(code, -int(lines.sum()), -int(cents.sum()))


def rejected(deliveries: Iterable[Delivery]) -> Iterator[Cause]:
    """Lines that the supplier kept back, as its signed accounts say; the books hold them."""
    lines = cents = 0
    about = []
    for delivery in deliveries:
        account = delivery.accounts.get(CLAIMS, {})
        twice = account.get("rejected_by_rule", {}).get(DUPLICATE_RULE, 0)
        kept = int(account.get("rows_rejected", 0)) - int(twice)
        if kept:
            lines += kept
            cents += int(account["cents_rejected"]) - int(
                account.get("rejected_cents_by_rule", {}).get(DUPLICATE_RULE, 0)
            )
            about.append(str(delivery.delivery_id))
    if lines:
        yield Cause("rejected_at_supplier", lines, cents, tuple(about))


def credits_of_rejected(counting: Iterable[Delivery]) -> Iterator[Cause]:
    """Credits of claims that the supplier kept back, now or earlier, as its signed accounts say.

    The books hold claim and credit; here the credit came alone, so that it is among the orphans. This puts back
    what the orphans take off too much.
    """
    told = {
        str(delivery.delivery_id): delivery.accounts.get(CLAIMS, {}).get("credits_of_rejected", {})
        for delivery in counting
    }
    about = [delivery_id for delivery_id, said in told.items() if said.get("rows")]
    if about:
        lines, cents = (sum(int(told[one][what]) for one in about) for what in ("rows", "cents"))
        yield Cause("credit_of_rejected", lines, cents, tuple(about))


def removed(counting: Iterable[Delivery], rows: Iterable[Removed]) -> Iterator[Cause]:
    """Lines that were accepted and taken out since: of persons who objected, or left at a rotation.

    The books hold them, but for duplicates and orphan credits among them, which nobody can tell any more.
    """
    counts = {str(delivery.delivery_id) for delivery in counting}
    gone = [one for one in rows if one.table == CLAIMS and one.delivery_id in counts]
    if gone:
        about = tuple(sorted({one.delivery_id for one in gone}))
        yield Cause("removed", sum(one.rows for one in gone), sum(one.cents for one in gone), about)


def stopped_unfilled(state: Sequence[DeliveryState], counting: Sequence[Delivery]) -> list[Delivery]:
    """Deliveries of claims that the gate stopped or holds, and no other stands in for, the last of each place.

    Those of a place are a chain: the last of them holds all that the others were to bring. `state` is in the
    order of delivery.
    """
    filled = {delivery.place for delivery in counting}
    last = {
        one.delivery.place: one.delivery
        for one in state
        if one.standing in (Standing.STOPPED, Standing.QUARANTINED)
        and one.delivery.place not in filled
        and CLAIMS in one.delivery.accounts
    }
    return list(last.values())


def booked_periods(stopped: Iterable[Delivery], own: pl.DataFrame) -> list[Delivery]:
    """Those of stopped deliveries whose year the books hold; the newest books may be from before it."""
    years = {str(year) for year in own.filter(pl.col("booked_lines") > 0)["year_of_loss"]}
    return [delivery for delivery in stopped if delivery.period in years]


def in_stopped(lake: Lake, stopped: Sequence[Delivery], own: pl.DataFrame) -> Iterator[Cause]:
    """Lines of stopped deliveries up to the day of their books; of what is not booked they explain nothing.

    `stopped` and `own` are of one supplier: `stopped_unfilled`, and its rows of `mart_book_difference`.
    """
    snapshots = [snapshot for delivery in stopped if (snapshot := lake.catalogue.current(delivery.scope))]
    if not snapshots:
        return
    key = ["insurer_code", "year_of_loss", "care_type_code"]
    booked = own.filter(pl.col("booked_lines") > 0).select(*key, "as_of_date")
    found = (
        pl.scan_parquet([lake.path(snapshot.file(f"raw_{CLAIMS}")) for snapshot in snapshots])
        .with_columns(year_of_loss=pl.col("opening_date").dt.year())
        .join(booked.lazy(), on=key)
        .filter(pl.col("invoiced_date") <= pl.col("as_of_date"))
        .select(lines=pl.len().cast(pl.Int64), cents=pl.col("declared_cents").sum())
        .collect()
    )
    lines, cents = found.row(0)
    if lines:
        yield Cause("stopped", lines, cents, tuple(str(delivery.delivery_id) for delivery in stopped))


def lacking_claims(expected: Sequence[Expected]) -> dict[str, tuple[str, ...]]:
    """Expected claims that did not come, or were refused, by supplier: how much they hold nobody knows."""
    lacking = [
        one for one in expected if one.table == CLAIMS and one.standing in (Came.MISSING, Came.REFUSED)
    ]
    return {
        supplier: tuple(str(one) for one in lacking if one.supplier == supplier)
        for supplier in sorted({one.supplier for one in lacking})
    }
