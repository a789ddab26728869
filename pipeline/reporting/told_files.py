"""The file in which figures are told that nobody delivers: YAML or CSV, one entry or line per figure.

    figures:
      - {name: revenue_cents, year: 2025, value: 1200000000, source: "Annual account of 2025, page 12"}
      - {name: member_volume, subject: "06990001", year: 2025, value: 3000000, source: "Letter of 3 June"}
      - {name: indicator, subject: experience, year: 2025, value: 8.1, source: "Report of the survey"}

`subject` is the stratum, member or indicator that a figure is about; a CSV file has the five names as its header.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.contract.exact_yaml import read_yaml
from pipeline.errors import ContractError, FiguresError
from pipeline.settlement.figures import UNITS
from pipeline.settlement.told import INDICATOR, Told

COLUMNS = ("name", "year", "subject", "value", "source")
FORM = "Each figure has name, year, value and source, and subject where it is about a stratum, member or indicator."


def read_told(path: Path) -> tuple[Told, ...]:
    """The figures of a file, in its order.

    Raises:
        FiguresError: when the file is none, lacks something, names what no rule knows, or tells one figure twice.
        OSError: when it cannot be read.
    """
    text = path.read_text(encoding="utf-8-sig")
    found = [_told(number, entry, path.name) for number, entry in enumerate(_entries(text, path), start=1)]
    seen: set[tuple[str, int]] = set()
    for one in found:
        if (one.name, one.year) in seen:
            raise _refused(f"'{one.name}' of {one.year} is told twice", path.name, "Leave one of the two.")
        seen.add((one.name, one.year))
    return tuple(found)


def _entries(text: str, path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix.lower() == ".csv":
        first = text.split("\n", 1)[0]
        reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
        yield from reader
        return
    try:
        raw = read_yaml(text, path.name)
    except ContractError as error:
        raise FiguresError(error.what, where=error.where, remedy=error.remedy) from None
    entries = raw.get("figures") if set(raw) == {"figures"} else None
    if not isinstance(entries, tuple | list) or not all(isinstance(entry, dict) for entry in entries):
        raise _refused("This is no list of figures", path.name, f"Write `figures:` and a list. {FORM}")
    yield from entries


def _told(number: int, entry: Mapping[str, Any], file: str) -> Told:
    where = f"{file}, figure {number}"
    given = {name: str(value).strip() for name, value in entry.items() if value is not None}
    strange = sorted(set(given) - set(COLUMNS), key=str)
    lacking = [name for name in ("name", "year", "value", "source") if not given.get(name)]
    if strange or lacking:
        what = f"no '{lacking[0]}'" if lacking else f"'{strange[0]}', which is nothing of a figure"
        raise _refused(f"The figure has {what}", where, FORM)
    name, subject = given["name"], given.get("subject", "")
    if name not in UNITS and name != INDICATOR:
        raise _refused(
            f"No rule knows a figure '{name}'",
            where,
            f"Write one of: {', '.join(sorted(UNITS))}; or {INDICATOR}, with its id as subject.",
        )
    if not given["year"].isdigit():
        raise _refused(f"'{given['year']}' is no year", where, "Write it in four digits.")
    _number(name, given["value"], where)
    return Told(f"{name}:{subject}" if subject else name, int(given["year"]), given["value"], given["source"])


def _number(name: str, value: str, where: str) -> None:
    unit = UNITS.get(name, "as measured")
    try:
        number = Fraction(Decimal(value))
    except (ArithmeticError, ValueError):
        raise _refused(
            f"'{value}' is no number for '{name}'", where, f"Write digits and a point. Its unit: {unit}."
        ) from None
    if unit == "yes (1) or no (0)" and number not in (0, 1):
        raise _refused(f"'{name}' is {value}", where, "Write 1 for yes or 0 for no.")


def _refused(what: str, where: str, remedy: str) -> FiguresError:
    return FiguresError(what, where=where, remedy=remedy)
