"""From person years to risk cells, rates and expected cost, and the balance of the standard.

Rates and expected cost are computed here once more, from the cells alone and with exact sums.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import duckdb

from pipeline.casemix.build import age_classes, standard_of
from pipeline.contract import Terms
from pipeline.reporting.reconciliation.steps import Count, Step, same, tie

HUNDREDTH_CENT = 0.01
"""How far two float sums may lie apart, in cents: far under the half cent that rounding turns on. The
products' rounding stays below it up to some ten thousand million euros a side."""

SIDE = "year || ' ' || group_code"
SUMS = ("insured_months", "in_domain_cents", "truncated_cents", "retained_cents")

RECOUNTED = """
SELECT
    person.year, person.group_code, person.sex_code, terms_age_class.age_class_code,
    count(*), sum(person.insured_months), sum(person.in_domain_cents), sum(person.truncated_cents),
    sum(person.retained_cents)
FROM core_person_year AS person
INNER JOIN terms_age_class ON person.age_years BETWEEN terms_age_class.from_age AND terms_age_class.to_age
GROUP BY ALL
"""
CELLS = """
SELECT
    year, group_code, sex_code, age_class_code, persons, insured_months, in_domain_cents, truncated_cents,
    retained_cents
FROM mart_casemix_cell
"""
RATES = "SELECT year, sex_code, age_class_code, rate FROM mart_casemix_rate"
FIGURES = """
SELECT year, group_code, retained_cents, expected_cents, months_without_cell
FROM mart_expected_cost ORDER BY year, group_code
"""


class Cell(NamedTuple):
    """A row of `mart_casemix_cell`."""

    year: int
    group_code: str
    sex_code: str
    age_class_code: str
    persons: int
    insured_months: int
    in_domain_cents: int
    truncated_cents: int
    retained_cents: int

    @property
    def risk(self) -> tuple[str, str]:
        """The risk cell, whichever the year and side."""
        return self.sex_code, self.age_class_code


def casemix(connection: duckdb.DuckDBPyConnection, terms: Terms, year: int) -> Iterator[Step]:
    """In person years = in risk cells = in figures; cost / months = rate; months x rates = expected."""
    connection.register("terms_age_class", age_classes(terms).to_arrow())
    for column in SUMS:
        quantity = column.removeprefix("insured_").replace("_", " ")
        persons, cells, figures = (
            Count(table, f"sum({column})", SIDE)
            for table in ("core_person_year", "mart_casemix_cell", "mart_expected_cost")
        )
        yield from tie(connection, "in person years = in risk cells", quantity, persons, cells)
        yield from tie(connection, "in risk cells = in figures", quantity, cells, figures)
    recounted, found = (
        [Cell(*row) for row in connection.sql(query).fetchall()] for query in (RECOUNTED, CELLS)
    )
    yield same("person years by risk = risk cells", "every cell", "cells", _named(recounted), _named(found))
    standard = standard_of(terms, year)
    rates = _rates(found, standard)
    published = {f"{row[0]} {row[1]} {row[2]}": row[3] for row in connection.sql(RATES).fetchall()}
    computed = {f"{standard[1]} {sex} {age}": rate for (sex, age), rate in rates.items()}
    yield same("cost / months = rate", f"{standard[1]} {standard[0]}", "rates", computed, published)
    yield from _balance(connection, found, rates, standard)


def _named(cells: list[Cell]) -> dict[str, object]:
    return {" ".join(str(part) for part in cell[:4]): tuple(int(part) for part in cell[4:]) for cell in cells}


def _rates(cells: list[Cell], standard: tuple[str, int]) -> dict[tuple[str, str], float | None]:
    """Cents per month of the standard, a group in a year, by risk cell; None where it has no month."""
    model = {cell.risk: cell for cell in cells if (cell.group_code, cell.year) == standard}
    return {
        risk: model[risk].retained_cents / model[risk].insured_months
        if risk in model and model[risk].insured_months
        else None
        for risk in {cell.risk for cell in cells}
    }


def _balance(
    connection: duckdb.DuckDBPyConnection,
    cells: list[Cell],
    rates: dict[tuple[str, str], float | None],
    standard: tuple[str, int],
) -> Iterator[Step]:
    """Expected cost from months and rates, and equal to observed in the standard."""
    model = [cell for cell in cells if (cell.group_code, cell.year) == standard]
    overall = sum(cell.retained_cents for cell in model) / max(sum(cell.insured_months for cell in model), 1)
    for then, group, observed, expected, without in connection.sql(FIGURES).fetchall():
        own = [
            (cell.insured_months, rates[cell.risk])
            for cell in cells
            if (cell.year, cell.group_code) == (then, group)
        ]
        again = math.fsum(months * (overall if rate is None else rate) for months, rate in own)
        unrated = sum(months for months, rate in own if rate is None)
        scope = f"{then} {group}"
        yield Step("months x rates = expected", scope, "cents", again, expected, HUNDREDTH_CENT)
        yield Step("months without a rate = in figures", scope, "months", unrated, without)
        if (group, then) == standard:
            yield Step("observed = expected", scope, "cents", observed, expected, HUNDREDTH_CENT)
