"""A replay as a table: each row's names, what it came to, and every step on the way.

Amounts are in the currency of the facts with two decimals, everything else with up to nine. A rule about a year, a
stratum or an indicator has a column of its own, named `rule subject`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.settlement.line import Amount, Line
from pipeline.settlement.replay.fit import FittedReplay
from pipeline.settlement.replay.run import NotSettled, Replay, Settled

CENTS = 100
PLACES = 9


def write_table(made: Replay, path: Path) -> None:
    """Write a replay with its steps; a row that was not settled has its reason and no result.

    Raises:
        SettingsError: when the file cannot be written.
    """
    steps: dict[str, None] = {}
    found: dict[int, dict[str, str]] = {}
    result, names = made.mapped.compare.result, made.mapped.names
    for one in made.settled:
        values = _steps(one, result)
        steps |= dict.fromkeys(values)
        values["terms"], values["reason"] = one.plan.contract_id, one.course.reason
        values[result] = money(one.course.value(result))
        found[one.row.line] = values
    for apart in made.not_settled:
        found[apart.row.line] = {"reason": f"not settled: {apart.error.what}"}
    columns = [result, "terms", "reason", *steps]
    rows: list[Settled | NotSettled] = [*made.settled, *made.not_settled]
    rows.sort(key=lambda each: each.row.line)
    _write(
        path,
        [*names, *columns],
        (
            [
                *(each.row.cells.get(name, "") for name in names),
                *(found[each.row.line].get(column, "") for column in columns),
            ]
            for each in rows
        ),
    )


def write_fitted(fitted: FittedReplay, path: Path) -> None:
    """Write the tested rows of a replay with estimated figures: ours, what was published, whether they agree.

    Raises:
        SettingsError: when the file cannot be written.
    """
    names, result = fitted.replay.mapped.names, fitted.replay.mapped.compare.result
    within = fitted.right.within
    _write(
        path,
        [*names, result, "published", "difference", "agrees"],
        (
            [
                *(one.row.cells.get(name, "") for name in names),
                money(one.ours),
                money(one.published),
                money(one.ours - one.published),
                "yes" if abs(one.ours - one.published) <= within else "no",
            ]
            for one in fitted.right.tested
        ),
    )


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
    except OSError as error:
        raise SettingsError(
            f"The results cannot be written ({error.strerror})",
            where=str(path),
            remedy="Give a file in a folder that exists and that you may write to.",
        ) from error


def _steps(one: Settled, result: str) -> dict[str, str]:
    year = str(one.figures.year)
    steps = {}
    for line in one.course.lines:
        if line.rule == result:
            continue
        subject = line.result.subject
        steps[line.rule if subject in ("", year) else f"{line.rule} {subject}"] = _shown(line)
        for item in line.inputs:
            if item.name == "rate":
                steps[f"{line.rule} rate"] = number(item.value)
    return steps


def _shown(line: Line) -> str:
    result = line.result
    return money(result.amount) if result.unit.startswith("cents") else number(result.value)


def money(cents: Fraction) -> str:
    """An amount in cents as units of the currency with two decimals, half a cent away from zero."""
    whole = (2 * abs(cents.numerator) + cents.denominator) // (2 * cents.denominator)
    units, rest = divmod(whole, CENTS)
    return f"{'-' if cents.numerator < 0 and whole else ''}{units}.{rest:02d}"


def number(value: Amount) -> str:
    """A number with up to nine decimals; an outcome as it is."""
    if isinstance(value, str):
        return value
    exact = Fraction(value)
    if exact.denominator == 1:
        return str(exact.numerator)
    scaled = Decimal(round(exact * 10**PLACES)).scaleb(-PLACES)
    return f"{scaled.normalize():f}"
