"""What a person must do: refused and stopped deliveries, halves that wait, figures that fail or do not close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from pipeline.deliveries import Arrival as InInbox
from pipeline.deliveries import Standing
from pipeline.reporting.night.summary import Arrival, Books, ContractState, Missing, Todo

SEND_AGAIN = (
    "Send {supplier} the reason. It mends its files and delivers them again under a new id, as the"
    " replacement of {delivery}."
)
STILL_EXPECTED = ("missing", "refused")


def todo(
    arrivals: Sequence[Arrival],
    untaken: Iterable[InInbox],
    contracts: Iterable[ContractState],
    missing: Sequence[Missing],
    books: Iterable[Books],
    business_date: dt.date,
) -> tuple[Todo, ...]:
    """In the order of urgency: what failed, what came and cannot be used, what did not come.

    `untaken` lies in the inbox and is not in the register. What the year of the business date lacks itself
    may still come.
    """
    return (
        *_of_contracts(contracts, business_date),
        *_of_arrivals(arrivals),
        *(_of_untaken(arrival) for arrival in untaken),
        *_of_missing(missing, business_date.year),
        *_of_books(books, business_date),
    )


def _of_contracts(contracts: Iterable[ContractState], business_date: dt.date) -> Iterator[Todo]:
    """What keeps a contract year from its settlement, unless it is only that its data may still come."""
    for state in contracts:
        if state.failure and not state.may_still_come:
            yield Todo(state.name, "It cannot be settled.", state.failure)
        if state.closes is False:
            yield Todo(
                state.name,
                "Rows or cents do not close.",
                f"Settle nothing. `ocmo reconcile --date {business_date}` shows the step.",
            )


def _of_arrivals(arrivals: Sequence[Arrival]) -> Iterator[Todo]:
    """A stopped or quarantined delivery stays on the list until another fills its place; a refusal is told once."""
    filled = {
        (row.contract, row.supplier, row.period) for row in arrivals if row.standing == Standing.ACCEPTED
    }
    for row in arrivals:
        if row.standing == Standing.REFUSED and row.is_news:
            yield Todo(row.arrival, "It was refused; nothing of it is used.", row.reason)
        elif row.standing == Standing.STOPPED and (row.contract, row.supplier, row.period) not in filled:
            remedy = SEND_AGAIN.format(supplier=row.supplier, delivery=row.delivery or row.arrival)
            yield Todo(row.arrival, f"The gate stopped it: {row.reason}.", remedy)
        elif row.standing == Standing.QUARANTINED and (row.contract, row.supplier, row.period) not in filled:
            yield Todo(
                row.arrival,
                f"It waits in quarantine: {row.reason}.",
                f"Ask {row.supplier} whether this can be. If so, `ocmo deliveries release {row.delivery}` lets it "
                "count; if not, it must deliver again, as the replacement of it.",
            )
        elif row.standing == Standing.LINKED:
            yield Todo(
                row.arrival,
                "It was taken in and not judged.",
                "When its contract has no register of insured that counts, it waits for the register of insured. Else "
                "run the night again: the gate comes next.",
            )


def _of_untaken(arrival: InInbox) -> Todo:
    name = arrival.name
    if arrival.map_folder is None:
        return Todo(
            name,
            "The TTP's half of it has not come: it is not processed yet, or the TTP refused it.",
            f"Ask the TTP what its log says of `{name}`; refused, the supplier must seal a new delivery.",
        )
    return Todo(
        name,
        "It came and could not be taken in.",
        "Run the night again; mend what it then says of this arrival.",
    )


def _of_missing(missing: Sequence[Missing], this_year: int) -> Iterator[Todo]:
    """One line for each contract and each set of tables that suppliers have not delivered over years gone by."""
    lacking = sorted(one for one in missing if one.standing in STILL_EXPECTED and one.year < this_year)
    by_supplier: dict[tuple[str, str], list[Missing]] = {}
    for one in lacking:
        by_supplier.setdefault((one.contract, one.supplier), []).append(one)
    suppliers: dict[tuple[str, str], list[str]] = {}
    for (contract, supplier), tables in by_supplier.items():
        suppliers.setdefault((contract, _named(tables)), []).append(supplier)
    for (contract, named), lacking_it in suppliers.items():
        have = "have" if len(lacking_it) > 1 else "has"
        yield Todo(
            contract,
            f"{', '.join(lacking_it)} {have} not delivered {named}.",
            "Ask for it; until then the figures are without.",
        )


def _named(tables: Sequence[Missing]) -> str:
    """'2024, 2025: claim_line, insured'; years that lack the same tables stand together."""
    of_year: dict[int, list[str]] = {}
    for one in sorted(tables, key=lambda one: (one.year, one.table)):
        of_year.setdefault(one.year, []).append(one.table)
    years: dict[tuple[str, ...], list[str]] = {}
    for year, names in of_year.items():
        years.setdefault(tuple(names), []).append(str(year))
    return "; ".join(f"{', '.join(some)}: {', '.join(names)}" for names, some in years.items())


def _of_books(books: Iterable[Books], business_date: dt.date) -> Iterator[Todo]:
    for one in books:
        if one.unexplained_cents:
            yield Todo(
                f"{one.contract} {one.year}",
                f"The books of {one.supplier} differ from what came, and a part is not explained.",
                f"See below, and by kind of care: `ocmo books --contract {one.contract} --year {one.year}"
                f" --date {business_date}`.",
            )
