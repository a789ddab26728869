"""From the insurer's register to insured months, and from months and cost to person years.

Months are counted from the register by another way than `core_insured_period` is made: all months of all
periods, less those that a person has more than once.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipeline.reporting.reconciliation.steps import Count, Step, by_scope, pairs, tie

PERIODS = """
CREATE VIEW delivered_period AS
WITH period AS (
    SELECT
        pid, insurer_code, birth_year, sex_code, postcode3_code, general_practice_code,
        12 * year(from_month) + month(from_month) AS first_index,
        first_index + insured_months AS end_index,
        12 * year(wlz_from_month) + month(wlz_from_month) AS wlz_index
    FROM raw_insured
    WHERE pid IS NOT NULL AND insurer_code IN (SELECT insurer_code FROM terms_insurer)
),
entry AS (
    SELECT pid, min(wlz_index) AS entry_index FROM period WHERE wlz_index IS NOT NULL GROUP BY pid
)
SELECT
    period.*, entry.entry_index, calendar_year.year,
    greatest(period.first_index, calendar_year.from_index) AS from_index,
    least(period.end_index, calendar_year.until_index) AS until_index
FROM period
LEFT JOIN entry ON entry.pid = period.pid
INNER JOIN calendar_year
    ON period.first_index < calendar_year.until_index AND period.end_index > calendar_year.from_index
"""
"""Periods of the contract's labels, cut at the turn of the contract's years, and when the person entered the Wlz."""

COUNTED_TWICE = """
WITH several AS (
    SELECT pid, year FROM delivered_period GROUP BY pid, year HAVING count(*) > 1
),
month AS (
    SELECT pid, year, unnest(range(from_index, until_index)) AS month_index
    FROM delivered_period SEMI JOIN several USING (pid, year)
)
SELECT year, count(*) - count(DISTINCT (pid, month_index)) FROM month GROUP BY year
"""
"""By year: the months that lie in more than one period of a person, counted once too often or more."""

COVERED = """
SELECT stretch.year, count(*)
FROM core_insured_period AS stretch
SEMI JOIN delivered_period AS period
    ON period.pid = stretch.pid
    AND period.insurer_code = stretch.insurer_code
    AND period.birth_year = stretch.birth_year
    AND period.sex_code = stretch.sex_code
    AND period.postcode3_code = stretch.postcode3_code
    AND period.general_practice_code IS NOT DISTINCT FROM stretch.general_practice_code
    AND period.entry_index IS NOT DISTINCT FROM stretch.wlz_from_index
    AND period.from_index <= stretch.from_index
    AND period.until_index >= stretch.until_index
GROUP BY stretch.year
"""
"""By year: the insured stretches that lie within a delivered period of that person, with its values."""

AFTER_ENTRY = """
SELECT stretch.year, sum(greatest(stretch.until_index - greatest(stretch.from_index, entry.entry_index), 0))
FROM core_insured_period AS stretch
INNER JOIN (SELECT pid, min(entry_index) AS entry_index FROM delivered_period GROUP BY pid) AS entry
    ON entry.pid = stretch.pid AND entry.entry_index IS NOT NULL
GROUP BY stretch.year
"""
"""By year: insured months from the person's month of entry into the Wlz on."""

DESCRIBED = """
SELECT person.year || ' ' || person.group_code, count(*)
FROM core_person_year AS person
SEMI JOIN core_insured_period AS aged
    ON aged.pid = person.pid AND aged.year = person.year AND aged.group_code = person.group_code
    AND aged.birth_year = person.year - person.age_years
SEMI JOIN core_insured_period AS sexed
    ON sexed.pid = person.pid AND sexed.year = person.year AND sexed.group_code = person.group_code
    AND sexed.sex_code = person.sex_code
GROUP BY ALL
"""
"""By year and side: the person years whose age and sex are those of the person's insured stretches."""

SIDE = "year || ' ' || group_code"
IN_POPULATION = "group_code IN ('contracted', 'comparison')"


def persons(connection: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    """In the register = insured months = in person years; in domain = in person years = retained + truncated."""
    connection.execute(PERIODS)
    yield from _register(connection)
    yield from _person_years(connection)
    yield from tie(
        connection,
        "in domain = in person years",
        "cents",
        Count(
            "core_person_month",
            "sum(cents)",
            "year_of_loss || ' ' || group_code",
            "bucket_code = 'in_domain'",
        ),
        Count("core_person_year", "sum(in_domain_cents)", SIDE),
    )
    yield from tie(
        connection,
        "in domain = retained + truncated",
        "cents",
        Count("core_person_year", "sum(in_domain_cents)", SIDE),
        Count("core_person_year", "sum(retained_cents + truncated_cents)", SIDE),
    )


def _register(connection: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    delivered = Count("delivered_period", "sum(until_index - from_index)", "year").by_scope(connection)
    twice = by_scope(connection, COUNTED_TWICE)
    once = {year: months - twice.get(year, 0) for year, months in delivered.items()}
    counted = Count("core_insured_period", "sum(until_index - from_index)", "year").by_scope(connection)
    yield from pairs("in the register, counted once = insured months", "months", once, counted)
    stretches = Count("core_insured_period", "count(*)", "year").by_scope(connection)
    covered = by_scope(connection, COVERED)
    yield from pairs("insured stretches = within a delivered period", "stretches", stretches, covered)
    in_wlz = Count("core_insured_period", "sum(until_index - from_index)", "year", "group_code = 'wlz'")
    yield from pairs(
        "months from entry into the Wlz on = in the Wlz",
        "months",
        by_scope(connection, AFTER_ENTRY),
        in_wlz.by_scope(connection),
    )


def _person_years(connection: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    for quantity, stretch, person in (
        ("months", "sum(until_index - from_index)", "sum(insured_months)"),
        ("persons", "count(DISTINCT pid)", "count(*)"),
    ):
        yield from tie(
            connection,
            "insured months = in person years",
            quantity,
            Count("core_insured_period", stretch, SIDE, IN_POPULATION),
            Count("core_person_year", person, SIDE),
        )
    whole = Count("core_person_year", "count(*)", SIDE).by_scope(connection)
    described = by_scope(connection, DESCRIBED)
    yield from pairs("person years = of the insured's age and sex", "persons", whole, described)
