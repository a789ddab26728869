"""Figures that somebody gives, in YAML: by name a number, or numbers by year; amounts in whole cents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from pipeline.contract.exact_yaml import ExactLoader
from pipeline.errors import FiguresError
from pipeline.settlement.figures import UNITS
from pipeline.simulation.assumed import Given

WHOLE = re.compile(r"[-+]?[0-9]+")


def read_given(path: Path) -> Given:
    """The figures of a file.

    Raises:
        FiguresError: when it cannot be read, names a figure that no rule knows, or an amount is not in whole cents.
    """
    try:
        raw = ExactLoader(path.read_text(encoding="utf-8")).get_single_data()
        given = {name: _number(value) for name, value in raw.items()}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        raise FiguresError(
            "The given figures cannot be read",
            where=path.name,
            remedy="Write YAML such as `national_index: {2022: 100, 2023: 103.1}` or `revenue_cents: 900000000`.",
        ) from error
    for name in given:
        if name not in UNITS:
            raise FiguresError(
                f"No rule knows the figure '{name}'", where=path.name, remedy=f"Known: {', '.join(UNITS)}."
            )
        _require_whole_cents(name, raw[name], path.name)
    return given


def _number(value: Any) -> Mapping[int, Fraction] | Fraction:
    if isinstance(value, dict):
        return {int(year): Fraction(str(one)) for year, one in value.items()}
    return Fraction(str(value))


def _require_whole_cents(name: str, value: Any, where: str) -> None:
    """See that an amount has no point: 90.000, which the loader keeps as it was written, would be 90 cents."""
    for text in value.values() if isinstance(value, dict) else (value,):
        if UNITS[name] == "cents" and not WHOLE.fullmatch(str(text)):
            raise FiguresError(
                f"'{name}' is no whole number of cents: {text}",
                where=where,
                remedy="Write it in cents, without a point or a comma: 9000000 is EUR 90,000.",
            )
