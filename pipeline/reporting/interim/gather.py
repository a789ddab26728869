"""What the nights have left of a contract, read for its interim report."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection

import polars as pl

from pipeline.canonical import care_types
from pipeline.casemix import casemix_scope
from pipeline.claims import book_differences, build_claims
from pipeline.claims.terms_tables import COMPARISON, CONTRACTED
from pipeline.completion import build_completion, by_kind
from pipeline.contract import Contract
from pipeline.contract.versions import Versions
from pipeline.deliveries import Register, Standing
from pipeline.deliveries.missing import Expected, expected_deliveries
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.gather import gather_figures, read
from pipeline.reporting.interim.projection import run_out_factors
from pipeline.reporting.interim.state import (
    Book,
    Deliveries,
    Exposure,
    Gathered,
    KindOfCare,
    Replaced,
    YearState,
)
from pipeline.reporting.issued import IssuedStatement, IssuedStatements

CITED = ("mart_cost_by_kind", "mart_non_claim_cell", "mart_book_difference")
"""The claims tables that an interim report cites beside those of a settlement."""

IN_DOMAIN = "in_domain"

ESTIMATED = ("persons", "cents_so_far", "completed_cents", "share_complete", "method")
"""What is known of a kind of care by its estimate and its persons."""


def gather(
    home: OcmoHome,
    contract: Versions,
    in_year: int,
    up_to: dt.date,
    said_issued: Collection[int] | None = None,
) -> Gathered:
    """A contract's years that have claims and were not issued, as the latest night up to a day left them.

    `said_issued` are the years that an earlier report of the quarter called issued: what was issued since
    changes nothing of it. Without an earlier report, what was issued on nights before counts.

    Without any such years, `awaited` is what the contract expects for the first year from `in_year` on that is open.

    Raises:
        NoDataError: when deliveries were accepted and no night has made figures of them.
    """
    lake = open_lake(home)
    register, night = Register(lake.catalogue.engine), _latest_night(home, contract, up_to)
    day = night or up_to
    issued = _issued(IssuedStatements(lake.catalogue.engine), contract.id, day, said_issued)
    settled = {row.year for row in issued}
    periods = {delivery.period for delivery in register.accepted(contract.id, day)}
    due = [year for year in contract.years if str(year) in periods and year not in settled]
    if due and night is None:
        raise NoDataError(
            f"No night up to {up_to} has made figures of contract {contract.id}",
            remedy=f"Run one: `ocmo night run --date {up_to}`, or the DAG `nightly`.",
        )
    years = tuple(state for year in due if (state := year_state(home, contract.settling(year), year, day)))
    unsettled = [year for year in contract.years if year >= in_year and year not in settled]
    awaited = _awaited(home, contract, unsettled[0], day) if unsettled and not years else ()
    return Gathered(day, years, awaited, issued)


def _awaited(home: OcmoHome, contract: Versions, year: int, day: dt.date) -> tuple[Expected, ...]:
    return _deliveries(home, contract.settling(year), year, day).expected


def _issued(
    register: IssuedStatements, contract_id: str, day: dt.date, said_issued: Collection[int] | None
) -> tuple[IssuedStatement, ...]:
    """What counts as issued on a report on the night of a day, by year."""
    if said_issued is None:
        return tuple(register.before(contract_id, day))
    return tuple(row for row in register.all() if row.contract == contract_id and row.year in said_issued)


def _latest_night(home: OcmoHome, contract: Versions, up_to: dt.date) -> dt.date | None:
    """The last business date up to a day for which figures of this contract were published."""
    catalogue = open_lake(home).catalogue
    nights = (catalogue.last_date(casemix_scope(contract.id, year), up_to) for year in contract.years)
    return max((night for night in nights if night is not None), default=None)


def year_state(home: OcmoHome, contract: Contract, year: int, day: dt.date) -> YearState | None:
    """One contract year on a night of `day`; None when no claim of it has come.

    Raises:
        NoDataError: when that night has not run on the deliveries, the contract and the release of now.
    """
    lake = open_lake(home)
    claims = build_claims(home, contract.id, year, day, published_only=True)
    completion = build_completion(home, contract.id, year, day, published_only=True)
    months = read(lake, completion, "mart_completed_cost")
    kinds = by_kind(months, year)
    if kinds.is_empty() or not kinds["service_months"][0]:
        return None
    through = dt.date(year, kinds["service_months"][0], 1)
    exposure = _exposure(pl.scan_parquet(lake.path(claims.file("core_insured_period"))), year, through)
    if not exposure[CONTRACTED].so_far:
        return None
    figures = gather_figures(home, contract, year, day)
    cited = {table: claims.digests[table] for table in CITED} | completion.digests
    return YearState(
        contract=contract,
        year=year,
        through=through,
        figures=dataclasses.replace(figures, sources=dict(sorted({**figures.sources, **cited}.items()))),
        exposure=exposure,
        truncated_persons=truncated_persons(
            pl.scan_parquet(lake.path(claims.file("core_person_year"))), year
        ),
        run_out=run_out_factors(kinds),
        run_out_before={
            before: run_out_factors(by_kind(months, before))
            for before in contract.for_year(year).baseline_years
        },
        kinds=_kinds(kinds, read(lake, claims, "mart_cost_by_kind"), contract, year),
        deliveries=_deliveries(home, contract, year, day),
        payments=_payments(read(lake, claims, "mart_non_claim_cell"), year),
        books=_books(home, contract, year, day),
    )


def _exposure(periods: pl.LazyFrame, year: int, through: dt.date) -> dict[str, Exposure]:
    """Insured months by side, in the year and up to the last covered month; sums of `core_insured_period`."""
    until = 12 * through.year + through.month + 1
    so_far = (pl.min_horizontal(pl.col("until_index"), until) - pl.col("from_index")).clip(lower_bound=0)
    sums = (
        periods.filter(pl.col("year") == year)
        .group_by("group_code")
        .agg(in_year=(pl.col("until_index") - pl.col("from_index")).sum(), so_far=so_far.sum())
        .collect()
    )
    found = {group: Exposure(in_year, covered) for group, in_year, covered in sums.iter_rows()}
    return {group: found.get(group, Exposure(0, 0)) for group in (CONTRACTED, COMPARISON)}


def truncated_persons(person_years: pl.LazyFrame, year: int) -> int:
    """How many of the contracted side cost more than the ceiling, of `core_person_year`."""
    above = person_years.filter(
        pl.col("year") == year, pl.col("group_code") == CONTRACTED, pl.col("truncated_cents") > 0
    )
    return int(above.select(pl.len()).collect().item())


def _kinds(
    estimated: pl.DataFrame, cost: pl.DataFrame, contract: Contract, year: int
) -> tuple[KindOfCare, ...]:
    """The contracted population's cost by kind of care, in the order of `care_types.yaml`."""
    in_domain = contract.for_year(year).domain_care_types_in.value
    persons = cost.filter(pl.col("year_of_loss") == year).select(
        "group_code", "care_type_code", "bucket_code", "persons"
    )
    own = (
        estimated.filter(pl.col("group_code") == CONTRACTED)
        .join(persons, on=["group_code", "care_type_code", "bucket_code"])
        .filter((pl.col("bucket_code") == IN_DOMAIN) == pl.col("care_type_code").is_in(in_domain))
    )
    rows = {row["care_type_code"]: row for row in own.iter_rows(named=True)}
    return tuple(
        KindOfCare(
            code=code,
            is_in_domain=code in in_domain,
            is_fixed=kind.is_fixed,
            **{name: rows[code][name] for name in ESTIMATED},
        )
        for code, kind in care_types().items()
        if code in rows
    )


def _deliveries(home: OcmoHome, contract: Contract, year: int, day: dt.date) -> Deliveries:
    state = Register(open_lake(home).catalogue.engine).state(day, contract.id)
    replaced = [one for one in state if one.standing is Standing.REPLACED]
    return Deliveries(
        tuple(expected_deliveries(contract.for_year(year), year, state)),
        tuple(sorted(Replaced(str(one.delivery.delivery_id), one.replaced_by) for one in replaced)),
    )


def _payments(cells: pl.DataFrame, year: int) -> dict[str, int]:
    """Cents that the contract's own providers were paid without a claim, by agreed kind of payment."""
    agreed = cells.filter(
        pl.col("year") == year, pl.col("group_code") == CONTRACTED, pl.col("bucket_code") == IN_DOMAIN
    )
    sums = agreed.group_by("kind_code").agg(pl.col("cents").sum()).sort("kind_code")
    return dict(sums.iter_rows())


def _books(home: OcmoHome, contract: Contract, year: int, day: dt.date) -> tuple[Book, ...]:
    """Each supplier's books, where it delivered any."""
    return tuple(
        Book(
            books.supplier,
            books.booked_cents,
            books.accepted_cents,
            {cause.code: cause.cents for cause in books.causes},
        )
        for books in book_differences(home, contract.id, year, day).suppliers
        if books.as_of_date is not None
    )
