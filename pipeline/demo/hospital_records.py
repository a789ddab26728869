"""A hospital's operations and questionnaires of a year, as its own systems would export them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipeline.demo.exports import dutch_date, write_export
from pipeline.demo.files import RegionFile
from pipeline.demo.operations import ITEMS
from pipeline.demo.parameters import Hospital, Region

_LOCATION = "01"


def write_operations(
    path: Path, operations: pl.DataFrame, *, region: Region, hospital: Hospital, year: int
) -> RegionFile:
    """Write this hospital's operations (of `simulate_operations`, its own only)."""
    codes = {name: operation.code for name, operation in region.outcomes.operations.items()}
    rows = operations.select(
        operatienummer=_operation_number(year),
        burgerservicenummer="bsn",
        geboortedatum=dutch_date(pl.col("birth_date")),
        geslacht=pl.col("sex_code").replace_strict({"F": "V", "M": "M"}),
        agb=pl.lit(hospital.provider_code),
        locatie=pl.lit(_LOCATION),
        verrichting=pl.col("operation").replace_strict(codes),
        operatiedatum=dutch_date(pl.col("event_date")),
        asa="asa",
        complicatie=pl.when("has_complication").then(pl.lit("J")).otherwise(pl.lit("N")),
    )
    return _written(path, rows, hospital, "clinical_event", year)


def write_answers(path: Path, answers: pl.DataFrame, *, hospital: Hospital, year: int) -> RegionFile:
    """Write the answers of this hospital's patients (of `simulate_answers`, its own only)."""
    rows = answers.select(
        operatienummer=_operation_number(year),
        burgerservicenummer="bsn",
        geboortedatum=dutch_date(pl.col("birth_date")),
        agb=pl.lit(hospital.provider_code),
        vragenlijst=pl.lit("EQ-5D-5L"),
        meetmoment=pl.col("moment").replace_strict({"before": "voor", "after": "na"}),
        invuldatum=dutch_date(pl.col("report_date")),
        **{item: pl.col(item) for item in ITEMS},
    )
    return _written(path, rows, hospital, "patient_report", year)


def _operation_number(year: int) -> pl.Expr:
    return pl.format("OK{}{}", pl.lit(year), pl.col("number").cast(pl.String).str.zfill(6))


def _written(path: Path, rows: pl.DataFrame, hospital: Hospital, table: str, year: int) -> RegionFile:
    return write_export(path, rows, supplier=hospital.supplier, table=table, year=year)
