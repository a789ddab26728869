"""The tables of run-out once more, from the cells alone: sums straight from SQL, and exact fractions.

No triangle is made here: each factor is two sums over cells, of the steps that are old enough to be seen at
both ages. Products are of fractions, so that they do not depend on their order; what was published is held
against them as near as floats can be, and to the half cent that rounding leaves.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import duckdb

from pipeline.completion.completed import CHAIN_LADDER, NOT_COMPLETED
from pipeline.completion.parameters import RunOutParameters

Values = dict[str, object]
"""By the row's key and the column, with blanks between, as `values_by_key` has it."""

HALF_CENT = 0.51
"""How far rounded cents may lie from what they are rounded from, with room for the error of a float."""

PLACED = """
CREATE OR REPLACE TEMP TABLE run_out_placed AS
WITH now AS (
    SELECT coalesce(
        max(invoiced_month) FILTER (last_day(invoiced_month) <= $delivered_on),
        CAST(date_trunc('month', $delivered_on + INTERVAL 1 DAY) - INTERVAL 1 MONTH AS DATE)
    ) AS now
    FROM mart_run_out_cell
),

kind AS (
    SELECT
        care_type_code,
        CASE
            WHEN sum(claim_lines) FILTER (month(invoiced_month) IN (3, 6, 9, 12)) / sum(claim_lines) >= $quarterly
            THEN 3 ELSE 1
        END AS step_months,
        count(DISTINCT service_month) >= $least_months AS has_enough
    FROM mart_run_out_cell
    GROUP BY care_type_code
)

SELECT
    cell.* EXCLUDE (invoiced_month, development_months),
    kind.step_months,
    kind.has_enough,
    now.now,
    (12 * year(now.now) + month(now.now)) // kind.step_months - 1 AS last,
    (12 * year(service_month) + month(service_month) - 1) // kind.step_months AS service,
    greatest(
        (12 * year(service_month) + month(service_month) - 1) // kind.step_months,
        (12 * year(invoiced_month) + month(invoiced_month) - 1) // kind.step_months
    ) AS invoiced
FROM mart_run_out_cell AS cell
INNER JOIN kind USING (care_type_code)
CROSS JOIN now
"""

SUMS = """
WITH age AS (
    SELECT DISTINCT
        care_type_code, step_months, has_enough, last,
        unnest(range(last - 12 * list_min($years) // step_months + 1)) AS age
    FROM run_out_placed
)

SELECT
    age.care_type_code, age.age, age.step_months, age.has_enough,
    coalesce(sum(cents) FILTER (invoiced - service <= age.age), 0),
    coalesce(sum(cents) FILTER (invoiced - service <= age.age + 1), 0)
FROM age
LEFT JOIN run_out_placed AS placed
    ON placed.care_type_code = age.care_type_code
    AND placed.service + age.age + 1 <= placed.last
    AND list_contains($years, year(placed.service_month))
GROUP BY ALL
ORDER BY age.care_type_code, age.age DESC
"""

CAME = """
WITH came AS (
    SELECT
        group_code, care_type_code, bucket_code, service,
        sum(cents) AS cents, coalesce(sum(cents) FILTER (invoiced <= last), 0) AS in_time
    FROM run_out_placed
    WHERE list_contains($years, year(service_month))
    GROUP BY ALL
),

begun AS (
    SELECT DISTINCT
        group_code, care_type_code, bucket_code,
        12 // step_months * year(service_month) + unnest(range(12 // step_months)) AS service
    FROM run_out_placed
    WHERE list_contains($years, year(service_month))
)

SELECT
    group_code, care_type_code, bucket_code, service, kind.step_months, kind.last - service, kind.now,
    coalesce(came.cents, 0), coalesce(came.in_time, 0)
FROM begun
FULL JOIN came USING (group_code, care_type_code, bucket_code, service)
INNER JOIN (SELECT DISTINCT care_type_code, step_months, last, now FROM run_out_placed) AS kind
    USING (care_type_code)
WHERE came.cents IS NOT NULL OR service * kind.step_months < 12 * year(kind.now) + month(kind.now)
"""


def run_out_again(
    connection: duckdb.DuckDBPyConnection,
    years: Sequence[int],
    delivered_on: dt.date,
    parameters: RunOutParameters,
) -> dict[str, Values]:
    """What `mart_run_out_pattern` and `mart_completed_cost` must hold, by table; fractions where they are exact."""
    connection.execute(
        PLACED,
        {
            "delivered_on": delivered_on,
            "quarterly": parameters.quarterly_when_share,
            "least_months": parameters.least_service_months,
        },
    )
    pattern = _pattern(connection.execute(SUMS, {"years": list(years)}).fetchall())
    came = connection.execute(CAME, {"years": list(years)}).fetchall()
    connection.execute("DROP TABLE run_out_placed")
    cost = dict(value for row in came for value in _completed(row, pattern, parameters))
    return {"mart_run_out_pattern": pattern, "mart_completed_cost": cost}


def _pattern(sums: Sequence[tuple[str, int, int, bool, int, int]]) -> Values:
    """The values of a pattern; `sums` come oldest age first within a kind of care."""
    values: Values = {}
    kind, ultimate = "", None
    for code, age, step_months, has_enough, start, end in sums:
        factor = None
        if code != kind:  # the oldest age that was seen: nothing is assumed to follow
            kind, ultimate = code, Fraction(1)
        else:
            factor = _factor(int(start), int(end))
            ultimate = None if factor is None or ultimate is None else factor * ultimate
        share = None if ultimate is None else 1 / ultimate
        row = {
            "step_months": step_months,
            "factor": factor,
            "to_ultimate": ultimate,
            "share_complete": share,
            "has_enough": has_enough,
        }
        values |= {f"{code} {age} {column}": value for column, value in row.items()}
    return values


def _factor(start: int, end: int) -> Fraction | None:
    if start > 0 and end > 0:
        return Fraction(end, start)
    return Fraction(1) if start == end == 0 else None


def _completed(
    row: tuple[str, str, str, int, int, int, dt.date, int, int], pattern: Values, parameters: RunOutParameters
) -> Iterator[tuple[str, object]]:
    """The values of one step of completed cost, each with its place."""
    group, code, bucket, service, step_months, age, now, cents, in_time = row
    ultimate = pattern.get(f"{code} {age} to_ultimate")
    share = 1 / ultimate if isinstance(ultimate, Fraction) and pattern[f"{code} {age} has_enough"] else None
    if share is not None and float(share) < parameters.least_share_complete:
        share = None
    year, months = divmod(service * step_months, 12)
    month = dt.date(year, months + 1, 1)
    for column, value in (
        ("step_months", step_months),
        ("development", age),
        ("cents_so_far", int(cents)),
        ("share_complete", share),
        ("method", CHAIN_LADDER if share else NOT_COMPLETED),
        ("completed_cents", int(in_time) / share if share else int(cents)),
        ("last_invoiced_month", now),
    ):
        yield f"{group} {code} {bucket} {month} {column}", value


def agreeing(again: Mapping[str, object], published: Mapping[str, object]) -> Values:
    """What was published, with what was computed again in place of every value that is near enough to it."""
    return {
        place: again[place] if place in again and _is_near(again[place], value) else value
        for place, value in published.items()
    }


def _is_near(exact: object, published: object) -> bool:
    if isinstance(exact, Fraction) and isinstance(published, float):
        return math.isclose(exact, published, rel_tol=1e-9)
    if isinstance(exact, Fraction) and isinstance(published, int):
        return abs(float(exact - published)) <= HALF_CENT
    return exact == published
