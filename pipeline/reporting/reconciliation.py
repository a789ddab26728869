"""Every row and every cent, from the delivered file to the statement, and whether they close.

Each step counts the same thing in two neighbouring tables. Tables are counted anew from their files, so
that a cent taken from any one of them shows, wherever it happened.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from pipeline.canonical import canonical_table
from pipeline.contract import Contract
from pipeline.deliveries import Delivery, RawInputs, raw_inputs
from pipeline.home import OcmoHome
from pipeline.lake import Lake, connect, engine_settings, open_lake
from pipeline.reporting.gather import NightSnapshots, night_snapshots
from pipeline.settlement import Statement

ON_PAPER = "computed = on paper"
CALIBRATION = 1e-9
"""How far expected may be from observed cost in the comparison group, relative: only floats' rounding."""


@dataclass(frozen=True)
class Step:
    """The same quantity on two sides of a step."""

    step: str
    scope: str
    quantity: str
    before: float
    after: float
    tolerance: float = 0

    @property
    def closes(self) -> bool:
        """Whether nothing was lost or made up between the two."""
        return abs(self.before - self.after) <= self.tolerance

    def as_json(self) -> dict[str, Any]:
        """Plain values, with the verdict."""
        return {**asdict(self), "closes": self.closes}


@dataclass(frozen=True)
class Reconciliation:
    """All steps of one contract year on one business date."""

    contract: str
    year: int
    business_date: dt.date
    steps: tuple[Step, ...]

    @property
    def closes(self) -> bool:
        """Whether every step closes."""
        return all(step.closes for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "contract": self.contract,
            "year": self.year,
            "business_date": self.business_date.isoformat(),
            "closes": self.closes,
            "steps": [step.as_json() for step in self.steps],
        }


def reconcile(
    home: OcmoHome, contract: Contract, year: int, business_date: dt.date, statement: Statement
) -> Reconciliation:
    """Hold each table of a settlement against its neighbours, and the statement against the last.

    Raises:
        NoDataError: when that night has published no figures.
    """
    lake = open_lake(home)
    raw = raw_inputs(lake, contract.id, business_date)
    with connect(engine_settings(home)) as connection:
        steps = [*_delivered(connection, lake, raw)]
        _see(connection, lake, raw, night_snapshots(home, contract.id, year, business_date))
        steps += _claims(connection, contract, year)
        steps += _persons(connection)
        steps += _casemix(connection, year)
        steps += _statement(connection, statement, year)
    return Reconciliation(contract.id, year, business_date, tuple(steps))


def statements_folder(home: OcmoHome, business_date: dt.date) -> Path:
    """Where the statements on the figures of a business date lie."""
    return home.reports / "statements" / business_date.isoformat()


def _delivered(connection: duckdb.DuckDBPyConnection, lake: Lake, raw: RawInputs) -> Iterator[Step]:
    """Per delivery and table: what the supplier counted, and what lies in the lake."""
    for delivery, snapshot in zip(raw.deliveries, raw.snapshots, strict=True):
        for file in snapshot.files:
            name = file.table.removeprefix("raw_")
            money = canonical_table(name).money_column
            relation = connection.read_parquet(str(lake.path(file)))
            rows, cents = relation.aggregate(
                f"count(*), {f'coalesce(sum({money}), 0)' if money else '0'}"
            ).fetchall()[0]
            yield from _accounted(delivery, name, int(rows), int(cents))


def _accounted(delivery: Delivery, name: str, rows: int, cents: int) -> Iterator[Step]:
    account, scope = delivery.accounts[name], f"{delivery.delivery_id}, {name}"
    for quantity, counted in (("rows", rows), ("cents", cents)):
        delivered, accepted, rejected = (
            int(account[f"{quantity}_{what}"]) for what in ("delivered", "accepted", "rejected")
        )
        yield Step("delivered = accepted + rejected", scope, quantity, delivered, accepted + rejected)
        yield Step("accepted = in the lake", scope, quantity, accepted, counted)


def _see(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    raw: RawInputs,
    night: NightSnapshots,
) -> None:
    paths = [str(lake.path(f)) for s in raw.snapshots for f in s.files if f.table == "raw_claim_line"]
    connection.read_parquet(paths).create_view("raw_claim_line")
    for snapshot in (night.claims, night.casemix):
        for file in snapshot.files:
            connection.read_parquet(str(lake.path(file))).create_view(file.table)


def _pair(
    connection: duckdb.DuckDBPyConnection, step: str, quantity: str, before: str, after: str
) -> Iterator[Step]:
    """A step from two queries of (scope, amount); a scope that only one of them has counts as 0 in the other."""
    left, right = (dict(connection.sql(query).fetchall()) for query in (before, after))
    for scope in sorted({*left, *right}, key=str):
        yield Step(step, str(scope), quantity, int(left.get(scope) or 0), int(right.get(scope) or 0))


def _claims(connection: duckdb.DuckDBPyConnection, contract: Contract, year: int) -> Iterator[Step]:
    """From raw claim lines to buckets: by delivery, then by bucket."""
    basis = contract.for_year(year).valuation_basis.value
    valued = "declared_cents" if basis == "declared" else "coalesce(awarded_cents, declared_cents)"
    for quantity, raw, line, bucket in (
        ("rows", "count(*)", "count(*)", "sum(claim_lines)"),
        ("cents", f"sum({valued})", "sum(cents)", "sum(cents)"),
    ):
        yield from _pair(
            connection,
            "in the lake = in claim chains",
            quantity,
            f"SELECT delivery_id, {raw} FROM raw_claim_line GROUP BY 1",
            f"SELECT delivery_id, {line} FROM core_claim_line GROUP BY 1",
        )
        yield from _pair(
            connection,
            "in claim chains = in buckets",
            quantity,
            f"SELECT bucket_code, {line} FROM core_claim_line GROUP BY 1",
            f"SELECT bucket_code, {bucket} FROM mart_claim_bucket GROUP BY 1",
        )


def _persons(connection: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    """From buckets to persons: what is linked, then what lies in the domain, by year and side."""
    yield from _pair(
        connection,
        "linked = in person months",
        "cents",
        "SELECT bucket_code, sum(cents) FROM core_claim_line WHERE pid IS NOT NULL GROUP BY 1",
        "SELECT bucket_code, sum(cents) FROM core_person_month GROUP BY 1",
    )
    yield from _pair(
        connection,
        "in domain = in person years",
        "cents",
        "SELECT year_of_loss || ' ' || group_code, sum(cents) FROM core_person_month"
        " WHERE bucket_code = 'in_domain' GROUP BY 1",
        "SELECT year || ' ' || group_code, sum(in_domain_cents) FROM core_person_year GROUP BY 1",
    )
    yield from _pair(
        connection,
        "in domain = retained + truncated",
        "cents",
        "SELECT year || ' ' || group_code, sum(in_domain_cents) FROM core_person_year GROUP BY 1",
        "SELECT year || ' ' || group_code, sum(retained_cents + truncated_cents) FROM core_person_year GROUP BY 1",
    )
    yield from _pair(
        connection,
        "insured months = in person years",
        "months",
        "SELECT year || ' ' || group_code, sum(until_index - from_index) FROM core_insured_period"
        " WHERE group_code <> 'other' GROUP BY 1",
        "SELECT year || ' ' || group_code, sum(insured_months) FROM core_person_year GROUP BY 1",
    )


def _casemix(connection: duckdb.DuckDBPyConnection, year: int) -> Iterator[Step]:
    """From persons to cells to the figures, and the comparison group's balance."""
    for column in ("insured_months", "in_domain_cents", "truncated_cents", "retained_cents"):
        tables = ("core_person_year", "mart_casemix_cell", "mart_expected_cost")
        queries = [f"SELECT year || ' ' || group_code, sum({column}) FROM {t} GROUP BY 1" for t in tables]
        quantity = column.removeprefix("insured_").replace("_", " ")
        yield from _pair(connection, "in person years = in risk cells", quantity, *queries[:2])
        yield from _pair(connection, "in risk cells = in figures", quantity, *queries[1:])
    yield from _balance(connection, year)


def _balance(connection: duckdb.DuckDBPyConnection, year: int) -> Iterator[Step]:
    """Expected cost recomputed from the rates, and equal to observed in the comparison group."""
    recomputed: Sequence[tuple[Any, ...]] = connection.sql(
        f"""
        SELECT figure.year || ' ' || figure.group_code, any_value(figure.expected_cents),
            sum(cell.insured_months * coalesce(rate.rate, (
                SELECT sum(retained_cents) / sum(insured_months) FROM mart_casemix_cell
                WHERE year = {year} AND group_code = 'comparison')))
        FROM mart_expected_cost AS figure
        INNER JOIN mart_casemix_cell AS cell
            ON cell.year = figure.year AND cell.group_code = figure.group_code
        INNER JOIN mart_casemix_rate AS rate
            ON rate.sex_code = cell.sex_code AND rate.age_class_code = cell.age_class_code
        GROUP BY 1 ORDER BY 1
        """
    ).fetchall()
    for scope, expected, again in recomputed:
        yield Step("months x rates = expected", scope, "cents", again, expected, CALIBRATION * abs(again))
    observed, expected = connection.sql(
        "SELECT retained_cents, expected_cents FROM mart_expected_cost"
        f" WHERE year = {year} AND group_code = 'comparison'"
    ).fetchall()[0]
    yield Step(
        "observed = expected", f"{year} comparison", "cents", observed, expected, CALIBRATION * observed
    )


def _statement(connection: duckdb.DuckDBPyConnection, statement: Statement, year: int) -> Iterator[Step]:
    """From the figures to the statement, and the statement's own sums."""
    actual = connection.sql(
        f"SELECT retained_cents FROM mart_expected_cost WHERE year = {year} AND group_code = 'contracted'"
    ).fetchall()[0][0]
    scope = f"{statement.contract.id} {statement.year}"
    line = statement.line("savings")
    inputs = {item.name: item.value for item in line.inputs}
    yield Step("in figures = on the statement", scope, "cents", actual, int(inputs["actual_cents"]))
    yield Step(
        "savings = payable + insurer's",
        scope,
        "cents",
        statement.savings_cents,
        statement.payable_cents + statement.insurer_share_cents,
    )


def written(home: OcmoHome, business_date: dt.date, statement: Statement) -> Iterator[Step]:
    """From what is computed to the statement that was written, when there is one: the amounts in it."""
    folder = statements_folder(home, business_date)
    for path in sorted(folder.glob(f"{statement.contract.id}-{statement.year}-*.json")):
        shown = json.loads(path.read_text(encoding="utf-8"))
        for name in ("savings_cents", "payable_cents", "insurer_share_cents"):
            computed, stated = getattr(statement, name), int(shown[name])
            yield Step(ON_PAPER, path.name, name, computed, stated)
        yield Step(ON_PAPER, path.name, "lines", len(statement.lines), len(shown["lines"]))
        for line, there in zip(statement.lines, shown["lines"], strict=False):
            if line.result.unit == "cents":
                scope, amount = (
                    f"{path.name}, line {there['number']}",
                    Fraction(str(there["result"]["value"])),
                )
                yield Step(ON_PAPER, scope, line.rule, float(line.amount), float(amount), 1e-6)
