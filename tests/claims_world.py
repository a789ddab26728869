"""Small regions for tests of the claims tables: raw rows of a few people, and what the SQL makes of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl
from hypothesis import strategies as st

from pipeline.canonical import canonical_table
from pipeline.claims import terms_tables
from pipeline.claims.build import TABLES
from pipeline.lake.sql import sql_table
from tests.oracles.claims_slowly import Agreed, Row

PERSONS = [bytes([number]) * 16 for number in range(1, 4)]
DELIVERIES = ["hospital", "insurer"]
DELIVERED_ON = {
    "hospital": dt.date(2026, 2, 10),
    "insurer": dt.date(2026, 2, 3),
    "late": dt.date(2026, 2, 10),
}
FIRST, LAST = dt.date(2023, 11, 1), dt.date(2026, 1, 31)
MADE = {
    **dict.fromkeys(TABLES, "claims"),
    "mart_run_out_cell": "completion",
    "mart_casemix_cell": "casemix",
}
"""Tables in the order they are made, and the package each belongs to."""


@dataclass(frozen=True)
class Region:
    """Raw rows as deliveries hold them, and the contract's terms."""

    periods: list[Row]
    lines: list[Row]
    agreed: Agreed
    payments: list[Row] = field(default_factory=list)
    books: list[Row] = field(default_factory=list)


def tables_by_sql(connection: duckdb.DuckDBPyConnection, region: Region) -> dict[str, pl.DataFrame]:
    """Every table that the SQL makes of a region, sorted by its grain."""
    agreed = region.agreed
    for name, frame in _sources(region).items():
        connection.register(name, frame.to_arrow())
    parameters: dict[str, Any] = {
        "valuation": agreed.valuation,
        "truncation_cents": agreed.truncation_cents,
    }
    made = {}
    for name, package in MADE.items():
        table = sql_table(package, name)
        bound = {parameter: parameters[parameter] for parameter in table.parameters}
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS {table.text}", bound or None)
        made[name] = connection.table(name).pl().sort(table.grain)
    return made


def _sources(region: Region) -> dict[str, pl.DataFrame]:
    agreed = region.agreed
    ends = [bound - 1 for bound in agreed.age_bounds[1:]]
    codes = [f"{low:02d}-{high:02d}" for low, high in zip(agreed.age_bounds, ends, strict=False)]
    raw = {
        "insured": region.periods,
        "claim_line": region.lines,
        "non_claim_payment": region.payments,
        "control_total": region.books,
    }
    return {
        **{
            f"raw_{name}": pl.DataFrame(rows, schema=canonical_table(name).raw_schema)
            for name, rows in raw.items()
        },
        "delivery_supplier": pl.DataFrame(
            [(delivery, "zilverzorg", day) for delivery, day in DELIVERED_ON.items()],
            schema=["delivery_id", "supplier", "delivered_on"],
            orient="row",
        ),
        "canonical_care_type": terms_tables.kinds_of_care(),
        "calendar_month": terms_tables.calendar_month(agreed.years),
        "calendar_year": terms_tables.calendar_year(agreed.years),
        "terms_area": pl.DataFrame(
            list(agreed.area.items()), schema=["postcode3_code", "group_code"], orient="row"
        ),
        "terms_care_type": pl.DataFrame({"care_type_code": agreed.care_types}),
        "terms_law": pl.DataFrame({"financing_law_code": agreed.laws}),
        "terms_year": pl.DataFrame({"year": agreed.years}),
        "terms_insurer": pl.DataFrame({"insurer_code": agreed.insurers}),
        "terms_provider": pl.DataFrame(
            list(agreed.providers.items()),
            schema={"provider_code": pl.String, "group_code": pl.String},
            orient="row",
        ),
        "terms_non_claim_kind": pl.DataFrame(
            {"kind_code": list(agreed.payment_kinds)}, schema={"kind_code": pl.String}
        ),
        "terms_age_class": pl.DataFrame(
            {
                "age_class_code": [*codes, f"{agreed.age_bounds[-1]:02d}+"],
                "from_age": agreed.age_bounds,
                "to_age": [*ends, 200],
            }
        ),
    }


def months_of(stretches: pl.DataFrame) -> list[Row]:
    """A row for each month of insured stretches, as the second implementation has them."""
    months = stretches.with_columns(index=pl.int_ranges(pl.col("from_index"), pl.col("until_index"))).explode(
        "index"
    )
    month = pl.date(pl.col("year"), pl.col("index") - 12 * pl.col("year"), 1)
    wlz = pl.col("wlz_from_index") - 1
    return months.select(
        "pid",
        "year",
        "insurer_code",
        "birth_year",
        "sex_code",
        "postcode3_code",
        "general_practice_code",
        "group_code",
        month=month,
        wlz_from_month=pl.date(wlz // 12, wlz % 12 + 1, 1),
    ).to_dicts()


def agreements() -> st.SearchStrategy[Agreed]:
    """Terms: years with or without a gap, either valuation, an amount per person that bites."""
    return st.builds(
        Agreed,
        years=st.sampled_from([[2024, 2025], [2024, 2025], [2023, 2025], [2025]]),
        area=st.just({"531": "contracted", "532": "contracted", "541": "comparison"}),
        care_types=st.just(["hospital_product", "other_hospital", "gp_registration"]),
        laws=st.just(["Zvw"]),
        valuation=st.sampled_from(["awarded", "declared"]),
        truncation_cents=st.sampled_from([1, 10_000, 10**9]),
        age_bounds=st.just([0, 18, 65]),
        insurers=st.sampled_from([["9991"], ["9991", "9992"]]),
        providers=st.just({"06990001": "contracted", "06990003": "comparison"}),
        payment_kinds=st.sampled_from([[], ["availability", "capitation"]]),
    )


def period(pid: bytes | None, start: dt.date, months: int, **values: Any) -> Row:
    """A period of insurance, in the contracted area unless said otherwise."""
    return {
        "pid": pid,
        "delivery_id": "insurer",
        "insurer_code": "9991",
        "birth_year": 1960,
        "sex_code": "F",
        "postcode3_code": "531",
        "from_month": start,
        "insured_months": months,
        "general_practice_code": None,
        "wlz_from_month": None,
        **values,
    }


def claim(ref: str, pid: bytes | None, opened: dt.date, cents: int, **values: Any) -> Row:
    """A claim line of hospital care under the Zvw, unless said otherwise."""
    row = dict.fromkeys(canonical_table("claim_line").raw_schema)
    return row | {
        "line_ref": ref,
        "insurer_code": "9991",
        "pid": pid,
        "delivery_id": "insurer",
        "opening_date": opened,
        "invoiced_date": opened,
        "declared_cents": cents,
        "care_type_code": "hospital_product",
        "financing_law_code": "Zvw",
        **values,
    }


persons = st.sampled_from([*PERSONS, *PERSONS, None])
months = st.dates(FIRST, LAST).map(lambda day: day.replace(day=1))
amounts = st.one_of(st.integers(-20_000, 20_000), st.sampled_from([0, 1, -1, 10_000, 5_000_000]))


def periods() -> st.SearchStrategy[Row]:
    """Any period: overlapping others, in either area or elsewhere, without a counted month, of nobody."""
    return st.builds(
        period,
        persons,
        months,
        st.integers(0, 15),
        delivery_id=st.sampled_from(DELIVERIES),
        insurer_code=st.sampled_from(["9991", "9992"]),
        birth_year=st.sampled_from([1960, 1961, 2007, 2008]),
        sex_code=st.sampled_from(["F", "M"]),
        postcode3_code=st.sampled_from(["531", "532", "541", "999"]),
        general_practice_code=st.sampled_from(["01990101", "01990102", None]),
        wlz_from_month=st.one_of(st.none(), st.none(), months),
    )


@st.composite
def claims(
    draw: st.DrawFn, *, repeated: bool = True, of_credits: bool = False, min_size: int = 0
) -> list[Row]:
    """Claim lines, some of them credits of earlier or missing lines.

    Args:
        draw: Hypothesis's.
        repeated: whether a line may come again under its reference, with other values, in the other delivery.
        of_credits: whether a credit may take back a credit.
        min_size: the least number of references.
    """
    corrects: dict[str, str | None] = {}
    for number in range(draw(st.integers(min_size, 12))):
        targets = [ref for ref, corrected in corrects.items() if of_credits or corrected is None]
        is_credit = draw(st.integers(0, 2)) == 0
        corrects[f"line {number}"] = draw(st.sampled_from([*targets, "gone"])) if is_credit else None
    twice = draw(st.sets(st.sampled_from(sorted(corrects)), max_size=3)) if corrects and repeated else set()
    return [
        draw(_claim_lines(ref, corrected, delivery))
        for ref, corrected in corrects.items()
        for delivery in (DELIVERIES if ref in twice else [draw(st.sampled_from(DELIVERIES))])
    ]


def _claim_lines(ref: str, corrected: str | None, delivery: str) -> st.SearchStrategy[Row]:
    return st.builds(
        claim,
        st.just(ref),
        persons,
        st.dates(FIRST, LAST),
        amounts,
        corrected_line_ref=st.just(corrected),
        delivery_id=st.just(delivery),
        awarded_cents=st.one_of(st.none(), amounts),
        insurer_code=st.sampled_from(["9991", "9991", "9992"]),
        care_type_code=st.sampled_from(["hospital_product", "other_hospital", "gp_registration", "dental"]),
        invoiced_date=st.dates(FIRST, dt.date(2026, 6, 30)),
        atc_code=st.sampled_from([None, None, "A10BA02", "C10AA05"]),
        ddd_thousandths=st.one_of(st.none(), st.integers(-90_000, 90_000)),
        financing_law_code=st.sampled_from(["Zvw", "Zvw", "Zvw", "Wlz"]),
    )


def payments() -> st.SearchStrategy[list[Row]]:
    """Payments without a claim, some of them twice under one reference, or over the turn of a year."""
    one = st.fixed_dictionaries(
        {
            "payment_ref": st.sampled_from(["a", "b", "c", "d"]),
            "insurer_code": st.sampled_from(["9991", "9991", "9992"]),
            "provider_code": st.sampled_from(["06990001", "06990003", "01990101"]),
            "kind_code": st.sampled_from(["availability", "capitation", "rebate"]),
            "care_type_code": st.sampled_from(["hospital_product", "gp_registration", "dental"]),
            "from_month": months,
            "paid_months": st.integers(-1, 30),
            "paid_persons": st.none(),
            "paid_date": st.dates(FIRST, LAST),
            "paid_cents": amounts,
            "delivery_id": st.sampled_from(DELIVERIES),
        }
    )
    return st.lists(one, max_size=6, unique_by=lambda row: (row["payment_ref"], row["delivery_id"]))


def books() -> st.SearchStrategy[list[Row]]:
    """Control totals of two deliveries, up to different days, of some labels, years and kinds of care."""
    key = ("insurer_code", "year_of_loss", "care_type_code", "delivery_id")
    one = st.fixed_dictionaries(
        {
            "insurer_code": st.sampled_from(["9991", "9992"]),
            "year_of_loss": st.sampled_from([2024, 2025]),
            "care_type_code": st.sampled_from(["hospital_product", "dental"]),
            "as_of_date": st.dates(dt.date(2025, 1, 1), dt.date(2026, 6, 30)),
            "booked_lines": st.integers(0, 9),
            "booked_cents": amounts,
            "delivery_id": st.sampled_from(DELIVERIES),
        }
    )
    return st.lists(one, max_size=5, unique_by=lambda row: tuple(row[name] for name in key))


def regions(*, repeated: bool = True, of_credits: bool = False) -> st.SearchStrategy[Region]:
    """A few people over a few years, with everything that real deliveries get wrong."""
    return st.builds(
        Region,
        st.one_of(st.lists(periods(), max_size=3), st.lists(periods(), min_size=4, max_size=9)),
        st.sampled_from([0, 6, 6]).flatmap(
            lambda least: claims(repeated=repeated, of_credits=of_credits, min_size=least)
        ),
        agreements(),
        payments(),
        books(),
    )
