"""One seed: make the region, take it in, compute the night's figures, and hold them against what was planted.

Estimates are made of the tables that the pipeline publishes; `truths.json` is opened after them.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.claims import build_claims
from pipeline.claims.terms_tables import COMPARISON, CONTRACTED
from pipeline.contract.shelf import served
from pipeline.demo.region import write_region
from pipeline.demo.truths.write import TRUTHS_FILE
from pipeline.demo.validation.estimates import Estimate, event_ratio, relative_change, relative_need
from pipeline.demo.validation.laboratory import take_region_in
from pipeline.home import OcmoHome
from pipeline.indicators import build_indicators
from pipeline.lake import Snapshot, open_lake

HOSPITALS_CONTRACT, GP_CONTRACT = "maasoever", "polderzorg"
CARE_HOTEL = "care_hotel"
PERSON_YEAR = ["pid", "year", "group_code"]


@dataclass(frozen=True)
class Finding:
    """A planted truth, and what the figures say of it."""

    truth: str
    planted: float
    estimate: Estimate

    @property
    def is_found(self) -> bool:
        """Whether the truth lies within the interval of 95 %."""
        return self.estimate.holds(self.planted)


def run_trial(folder: Path, *, insured: int, seed: int) -> list[Finding]:
    """What the figures of one seed find; `folder` is used for it and removed.

    Raises:
        OcmoError: when a step cannot be done.
    """
    shutil.rmtree(folder, ignore_errors=True)
    region = write_region(folder / "suppliers", insured=insured, seed=seed, truths=folder / "truths")
    (folder / "ocmo").mkdir()
    (folder / "ocmo" / "ocmo.yaml").write_text("threads: 1\n", encoding="utf-8")  # seeds run side by side
    home = OcmoHome.open(folder / "ocmo")
    contracts = {
        supplier: contract.id
        for contract in served(home.contracts).values()
        for supplier in contract.newest.for_year(contract.years[0]).linkage_suppliers.value
    }
    take_region_in(region, folder / "suppliers", home, contracts)
    found = estimates(home)
    told = json.loads((folder / "truths" / TRUTHS_FILE).read_text(encoding="utf-8"))
    shutil.rmtree(folder)
    planted = planted_values(told)
    return [Finding(name, planted[name], estimate) for name, estimate in found.items()]


def planted_values(told: Mapping[str, Any]) -> dict[str, float]:
    """Of `truths.json`: what each estimate should find."""
    expected = {entry["name"]: entry["expected"] for entry in told["truths"]}
    return {
        "cost of the consortium's insured": told["together"]["consortium"]["cost_ratio"],
        "cost of the GP group's insured": told["together"]["gp_group"]["cost_ratio_of_all_care"],
        "greater need": expected["greater_need"][str(told["contract_year"])]["by_age_and_sex"],
        "quality": expected["quality"]["complication_ratio"],
        "spillover to care hotels": expected["care_hotel_spillover"]["stays_ratio"],
    }


def estimates(home: OcmoHome) -> dict[str, Estimate]:
    """Every figure of this stage that a planted truth should show in, from the published tables."""
    year = served(home.contracts)[HOSPITALS_CONTRACT].years[0]
    day = dt.date(year + 1, 7, 15)
    hospitals = build_claims(home, HOSPITALS_CONTRACT, year, day)
    practices = build_claims(home, GP_CONTRACT, year, day)
    indicators = build_indicators(home, HOSPITALS_CONTRACT, year, day)
    complications = _read(home, indicators, "mart_complication_cell").filter(pl.col("year") == year)
    return {
        "cost of the consortium's insured": relative_change(_persons(home, hospitals), year),
        "cost of the GP group's insured": relative_change(_persons(home, practices), year),
        "greater need": relative_need(_persons(home, hospitals), year),
        "quality": event_ratio(
            complications.filter(pl.col("group_code").is_in([CONTRACTED, COMPARISON]))
            .group_by("group_code", cell=pl.concat_str("procedure_code", "asa_code", separator=" "))
            .agg(cases=pl.col("operations").sum(), events=pl.col("complications").sum())
        ),
        "spillover to care hotels": relative_change(_care_hotel(home, hospitals), year),
    }


def _persons(home: OcmoHome, claims: Snapshot) -> pl.DataFrame:
    """Exposure and cost in the domain, before truncation, by person, year and side; a cell is sex x five years."""
    return _read(home, claims, "core_person_year").select(
        *PERSON_YEAR,
        cell=pl.format("{} {}", "sex_code", pl.col("age_years") // 5),
        months="insured_months",
        cents="in_domain_cents",
    )


def _care_hotel(home: OcmoHome, claims: Snapshot) -> pl.DataFrame:
    """The same with the cost of care hotels, which lies outside the domain."""
    stays = (
        _read(home, claims, "core_person_month")
        .filter(pl.col("care_type_code") == CARE_HOTEL)
        .group_by("pid", "group_code", year="year_of_loss")
        .agg(pl.col("cents").sum())
    )
    persons = _persons(home, claims).drop("cents")
    return persons.join(stays, on=PERSON_YEAR, how="left").with_columns(pl.col("cents").fill_null(0))


def _read(home: OcmoHome, snapshot: Snapshot, table: str) -> pl.DataFrame:
    return pl.read_parquet(open_lake(home).path(snapshot.file(table)))
