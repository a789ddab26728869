"""The person years of a served contract, as a night left them in the lake: the table that a simulation starts from."""

from __future__ import annotations

import datetime as dt

import polars as pl

from pipeline.claims import build_claims
from pipeline.home import OcmoHome
from pipeline.lake import open_lake


def person_years(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> pl.DataFrame:
    """Person years of both sides, of the baseline years and the year itself, with cost before truncation.

    Raises:
        NoDataError: when that night has not run on the deliveries, the contract and the release of now.
    """
    claims = build_claims(home, contract_id, year, business_date, published_only=True)
    table = pl.read_parquet(open_lake(home).path(claims.file("core_person_year")))
    return table.select(
        pl.col("pid").bin.encode("hex").alias("person"),
        "year",
        "group_code",
        "sex_code",
        "age_years",
        "insured_months",
        pl.col("in_domain_cents").alias("cost_cents"),
    )
