"""What came: every arrival up to the business date with its standing, its rows and euros, and what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.checks.report import FAILED
from pipeline.deliveries import Delivery, DeliveryState, Standing
from pipeline.reporting.night.summary import Arrival, Rejected

CLAIMS, PAYMENTS = "claim_line", "non_claim_payment"
"""The tables whose cents are counted, each apart: a payment beside claims is no claim."""


def arrivals(state: Sequence[DeliveryState], before: Mapping[str, Any] | None) -> tuple[Arrival, ...]:
    """Every arrival of the register on a business date; `before` is the earlier summary's JSON.

    An arrival is told from others by its name, not by its digest: sealing again gives other bytes of the same
    content, and a summary is a function of contents.
    """
    known = {(a["arrival"], a["standing"], a["reason"]) for a in (before or {}).get("arrivals", ())}
    return tuple(_arrival(one, known) for one in state)


def _arrival(one: DeliveryState, known: set[tuple[str, str, str]]) -> Arrival:
    row, standing = one.delivery, str(one.standing)
    results = (row.checks or {}).get("results", ())
    warned = (result for result in results if result["status"] in FAILED)
    return Arrival(
        arrival=row.arrival,
        delivery=row.delivery_id or "",
        standing=standing,
        is_news=(row.arrival, standing, row.reason) not in known,
        contract=row.contract or "",
        supplier=row.supplier or "",
        period=row.period or "",
        delivered_on=row.delivered_on.isoformat() if row.delivered_on else "",
        replaces=row.replaces,
        replaced_by=one.replaced_by,
        repeats=row.repeats,
        persons=row.persons or 0,
        rows=row.total("rows_accepted"),
        claim_cents=_cents(row, CLAIMS, "accepted"),
        payment_cents=_cents(row, PAYMENTS, "accepted"),
        rejected_rows=row.total("rows_rejected"),
        rejected_claim_cents=_cents(row, CLAIMS, "rejected"),
        rejected_payment_cents=_cents(row, PAYMENTS, "rejected"),
        warnings=sum(1 for _ in warned) if standing in (Standing.ACCEPTED, Standing.REPLACED) else 0,
        is_judged=row.checks is not None,
        reason=row.reason,
    )


def _cents(row: Delivery, table: str, outcome: str) -> int:
    """Cents of one table that the supplier accepted or rejected, as its signed accounts say."""
    return int(row.accounts.get(table, {}).get(f"cents_{outcome}", 0))


def by_standing(came: Iterable[Arrival], quantity: str) -> dict[str, int]:
    """Rows or cents (`rows`, `claim_cents`, `payment_cents`) as delivered, by standing, and `rejected` ones.

    What is repeated came before and counts there. What was rejected before sealing counts of accepted
    deliveries only: a replacement rejects again what the one before it rejected.
    """
    totals: Counter[str] = Counter({"accepted": 0, "rejected": 0})
    for arrival in came:
        if arrival.standing != Standing.REPEATED:
            totals[arrival.standing] += getattr(arrival, quantity)
        if arrival.standing == Standing.ACCEPTED:
            totals["rejected"] += getattr(arrival, f"rejected_{quantity}")
    return dict(sorted(totals.items()))


def rejected(state: Iterable[DeliveryState]) -> tuple[Rejected, ...]:
    """Rows that suppliers kept back, by rule, over the deliveries that figures use."""
    rows: Counter[tuple[str, str, str, str]] = Counter()
    for one in state:
        if one.standing is Standing.ACCEPTED:
            for table, account in one.delivery.accounts.items():
                for rule, number in account.get("rejected_by_rule", {}).items():
                    rows[str(one.delivery.contract), str(one.delivery.supplier), table, rule] += number
    return tuple(Rejected(*where, number) for where, number in sorted(rows.items()))
