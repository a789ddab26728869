"""The figures a settlement takes in, read from what the night published for a business date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.casemix import build_casemix
from pipeline.claims import build_claims
from pipeline.claims.terms_tables import COMPARISON, CONTRACTED
from pipeline.contract import Contract
from pipeline.deliveries import Delivery, Register
from pipeline.deliveries.missing import missing_tables
from pipeline.home import OcmoHome
from pipeline.indicators import build_indicators
from pipeline.lake import Lake, Snapshot, open_lake
from pipeline.settlement.figures import UNITS, Figure, Figures, IndicatorFigure

VALUED_AS_DECLARED = "valued_as_declared"
"""The note that amounts rest on what was declared, because no decision of the insurer was delivered."""

MISSING = "missing"
"""The note that an expected table of a supplier did not come, so that the figures are without it."""

UNNAMED_CARE = "unnamed_care"
"""The note that a kind of care was delivered which the contract neither takes in nor leaves out."""

CITED = (
    "mart_claim_bucket",
    "mart_casemix_cell",
    "mart_casemix_rate",
    "mart_expected_cost",
    "mart_indicator",
)
"""The tables a statement cites: aggregates, so that their digests do not change with the pseudonyms."""


@dataclass(frozen=True)
class NightSnapshots:
    """What the steps of a night published for one contract year: of these very deliveries, terms and code."""

    claims: Snapshot
    casemix: Snapshot
    indicators: Snapshot

    @property
    def digests(self) -> dict[str, str]:
        """Content digest by table, over all steps."""
        return {**self.claims.digests, **self.casemix.digests, **self.indicators.digests}


def night_snapshots(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> NightSnapshots:
    """The snapshots that a settlement of `year` on `business_date` rests on.

    Raises:
        NoDataError: when that night has not run on the deliveries, the contract and the release of now.
    """
    claims, casemix, indicators = (
        build(home, contract_id, year, business_date, published_only=True)
        for build in (build_claims, build_casemix, build_indicators)
    )
    return NightSnapshots(claims, casemix, indicators)


def gather_figures(home: OcmoHome, contract: Contract, year: int, business_date: dt.date) -> Figures:
    """The figures of `contract` for the settlement of `year`, as the night of `business_date` left them.

    Raises:
        NoDataError: see `night_snapshots`.
    """
    lake = open_lake(home)
    night = night_snapshots(home, contract.id, year, business_date)
    accepted = Register(lake.catalogue.engine).accepted(contract.id, business_date)
    expected = read(lake, night.casemix, "mart_expected_cost")
    return Figures(
        contract_id=contract.id,
        year=year,
        business_date=business_date,
        values={**measured_values(expected), **unless_told(contract, year)},
        indicators=measured_indicators(read(lake, night.indicators, "mart_indicator")),
        sources={table: night.digests[table] for table in CITED},
        notes=_notes(read(lake, night.claims, "mart_claim_bucket"), contract, year, accepted),
    )


def unless_told(contract: Contract, year: int) -> dict[tuple[str, int], Figure]:
    """What holds unless the OCMO was told otherwise: that no party left within the year, where that matters.

    A party that leaves after the statement was issued is a fact that is stated in a correction.
    """
    if contract.for_year(year).termination_gain is None:
        return {}
    return {("left_within_year", year): Figure(0, UNITS["left_within_year"])}


def read(lake: Lake, snapshot: Snapshot, table: str) -> pl.DataFrame:
    """A published table as a frame; only for aggregates."""
    return pl.read_parquet(lake.path(snapshot.file(table)))


def measured_values(expected: pl.DataFrame) -> dict[tuple[str, int], Figure]:
    """The figures by name and year that a frame of `mart_expected_cost` holds."""
    figures: dict[tuple[str, int], Figure] = {}

    def put(name: str, year: int, value: float) -> None:
        figures[name, year] = Figure(value, UNITS[name])

    for row in expected.iter_rows(named=True):
        year = row["year"]
        if row["group_code"] == CONTRACTED:
            put("insured_months", year, row["insured_months"])
            put("insured_months_without_cell", year, row["months_without_cell"])
            put("actual_cents", year, row["retained_cents"])
            put("truncated_cents", year, row["truncated_cents"])
            put("expected_cents", year, row["expected_cents"])
        elif row["group_code"] == COMPARISON:
            put("comparison_observed_cents", year, row["retained_cents"])
            put("comparison_expected_cents", year, row["expected_cents"])
    return figures


def measured_indicators(results: pl.DataFrame) -> dict[str, IndicatorFigure]:
    """The contracted side's indicators that a frame of `mart_indicator` holds."""
    return {
        row["indicator_id"]: _indicator(row)
        for row in results.filter(pl.col("group_code") == CONTRACTED).iter_rows(named=True)
    }


def _indicator(row: dict[str, Any]) -> IndicatorFigure:
    return IndicatorFigure(
        value=row["value"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        lower=row["lower"],
        upper=row["upper"],
        unit=row["unit"],
    )


def _notes(
    buckets: pl.DataFrame, contract: Contract, year: int, accepted: Sequence[Delivery]
) -> tuple[str, ...]:
    """What a reader must know: codes, each with what it is about after a colon."""
    terms = contract.for_year(year)
    counting = buckets.filter(pl.col("bucket_code") == "in_domain", pl.col("group_code") == CONTRACTED)
    by_declared = terms.valuation_basis.value == "awarded" and counting["declared_lines"].sum()
    named = {*terms.domain_care_types_in.value, *terms.domain_care_types_out.value}
    return (
        *((VALUED_AS_DECLARED,) if by_declared else ()),
        *(f"{MISSING}:{missing}" for missing in missing_tables(terms, year, accepted)),
        *(f"{UNNAMED_CARE}:{code}" for code in sorted(set(buckets["care_type_code"]) - named)),
    )
