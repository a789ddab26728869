"""Whether the accounts that a supplier signed have the agreed shape and are of the tables they came with.

Every figure of what was delivered, accepted and rejected is made of these accounts. So they are held against
the tables at the door: one that is wrong stops its own delivery, not a settlement or the summary of all.
`intake.accounts` describes the shape. What it does not name may be there, and is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table, canonical_tables
from pipeline.errors import DeliveryRefusedError

Fits = Callable[[object], bool]

GRANTED = "awarded_less_declared_cents"
"""Of accepted rows that hold what was awarded: that, less what was declared."""


def require_shape(accounts: Mapping[str, object], *, supplier: str, where: str) -> dict[str, dict[str, Any]]:
    """The accounts by table, in which every figure that may be read is there and is what it should be.

    Raises:
        DeliveryRefusedError: when it is not; it names table and figure.
    """
    if strangers := accounts.keys() - canonical_tables().keys():
        # What they are called may be anything, and is not repeated.
        raise _refused(
            f"Its accounts are of {len(strangers)} tables that are no canonical ones", supplier, where
        )
    agreed: dict[str, dict[str, Any]] = {}
    for name, account in accounts.items():
        if not isinstance(account, dict):
            raise _refused(f"Its account of {name} is none", supplier, where)
        wrong = [
            figure for figure, fits in SHAPE.items() if figure not in account or not fits(account[figure])
        ]
        wrong += [
            figure for figure, fits in OPTIONAL.items() if figure in account and not fits(account[figure])
        ]
        if wrong:
            raise _refused(f"Its account of {name} lacks or misstates {', '.join(wrong)}", supplier, where)
        agreed[name] = account
    return agreed


def require_true(
    accounts: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, pl.DataFrame],
    *,
    supplier: str,
    where: str,
) -> None:
    """See that the accounts close, and are of exactly these tables with their rows and cents.

    Raises:
        DeliveryRefusedError: when they are not; it says what they say, and what came.
    """
    if accounts.keys() != tables.keys():
        raise _refused(
            f"Its accounts are of {_names(accounts)}, its tables are {_names(tables)}", supplier, where
        )
    for name, frame in tables.items():
        account, money = accounts[name], canonical_table(name).money_column
        came = {"rows": frame.height, "cents": int(frame[money].sum()) if money else 0}
        for quantity, number in came.items():
            accepted, rejected, merged = accounted(account, quantity)
            if accepted != number:
                what = f"Its account says that {accepted:,} {quantity} of {name} were accepted, and {number:,} came"
                raise _refused(what, supplier, where)
            if account[f"{quantity}_delivered"] != accepted + rejected + merged:
                what = f"Its account of the {quantity} of {name} does not close"
                raise _refused(
                    f"{what}: delivered is not accepted, rejected and merged together", supplier, where
                )
        _require_granted(account, name, frame, supplier=supplier, where=where)


def accounted(account: Mapping[str, Any], quantity: str) -> tuple[int, int, int]:
    """Of "rows" or "cents": how many were accepted, rejected, and merged into another row (none, unless told)."""
    merged = account.get(f"{quantity}_merged", 0)
    return int(account[f"{quantity}_accepted"]), int(account[f"{quantity}_rejected"]), int(merged)


def _require_granted(
    account: Mapping[str, Any], name: str, frame: pl.DataFrame, *, supplier: str, where: str
) -> None:
    """Where the supplier tells what awarded amounts change, they change so much in what came."""
    table = canonical_table(name)
    if GRANTED not in account or table.granted_column is None or table.money_column is None:
        return
    came = int((frame[table.granted_column] - frame[table.money_column]).sum())
    if account[GRANTED] != came:
        raise _refused(
            f"Its account says that awarded amounts of {name} differ by {account[GRANTED]:,} cents from declared "
            f"ones, and in what came they differ by {came:,}",
            supplier,
            where,
        )


def _refused(what: str, supplier: str, where: str) -> DeliveryRefusedError:
    return DeliveryRefusedError(
        what,
        where=where,
        remedy=f"{supplier} must make accounts and tables with the same edition of the supplier's software, and "
        "seal a new delivery that replaces this one.",
    )


def _names(named: Mapping[str, object]) -> str:
    return ", ".join(sorted(named)) or "nothing"


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and _is_whole(value) and value >= 0


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_year(value: object) -> bool:
    return value is None or _is_whole(value)


def _by_name(fits: Fits) -> Fits:
    """Of a figure by name, such as a rule."""
    return lambda value: isinstance(value, dict) and all(fits(each) for each in value.values())


def _entries(**fields: Fits) -> Fits:
    """Of a list whose entries have these fields."""

    def fit(value: object) -> bool:
        return isinstance(value, list) and all(
            isinstance(entry, dict)
            and all(field in entry and fits(entry[field]) for field, fits in fields.items())
            for entry in value
        )

    return fit


SHAPE: dict[str, Fits] = {
    **{f"rows_{what}": _is_count for what in ("delivered", "accepted", "rejected")},
    **{f"cents_{what}": _is_whole for what in ("delivered", "accepted", "rejected")},
    "rejected_by_rule": _by_name(_is_count),
    "rejected_cents_by_rule": _by_name(_is_whole),
    "rejected_by_care": _entries(
        year_of_loss=_is_year, care_type_code=_is_text, rows=_is_count, cents=_is_whole
    ),
    "files": _entries(standard=_is_text, version=_is_text, file_ref=_is_text),
}
"""What an account of a table holds, and what each must be."""

OPTIONAL: dict[str, Fits] = {
    "credits_of_rejected": _by_name(_is_whole),
    "rows_merged": _is_count,
    "cents_merged": _is_whole,
    GRANTED: _is_whole,
}
"""What only claim lines have, and what a supplier with an earlier edition of the software does not tell."""
