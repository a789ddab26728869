"""A hospital's operations and questionnaires of a year, as its own systems would export them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipeline.demo.files import RegionFile, publish
from pipeline.demo.operations import ITEMS
from pipeline.demo.parameters import Hospital, Region
from pipeline.demo.register import DUTCH_DATE

_LOCATION = "01"


def write_operations(
    path: Path, operations: pl.DataFrame, *, region: Region, hospital: Hospital, year: int
) -> RegionFile:
    """Write this hospital's operations (of `simulate_operations`, its own only)."""
    codes = {name: operation.code for name, operation in region.outcomes.operations.items()}
    rows = operations.select(
        operatienummer=_operation_number(year),
        burgerservicenummer="bsn",
        geboortedatum=pl.col("birth_date").dt.strftime(DUTCH_DATE),
        geslacht=pl.col("sex_code").replace_strict({"F": "V", "M": "M"}),
        agb=pl.lit(hospital.provider_code),
        locatie=pl.lit(_LOCATION),
        verrichting=pl.col("operation").replace_strict(codes),
        operatiedatum=pl.col("event_date").dt.strftime(DUTCH_DATE),
        asa="asa",
        complicatie=pl.when("has_complication").then(pl.lit("J")).otherwise(pl.lit("N")),
    )
    return _written(path, rows, hospital, "clinical_event", year)


def write_answers(path: Path, answers: pl.DataFrame, *, hospital: Hospital, year: int) -> RegionFile:
    """Write the answers of this hospital's patients (of `simulate_answers`, its own only)."""
    rows = answers.select(
        operatienummer=_operation_number(year),
        burgerservicenummer="bsn",
        geboortedatum=pl.col("birth_date").dt.strftime(DUTCH_DATE),
        agb=pl.lit(hospital.provider_code),
        vragenlijst=pl.lit("EQ-5D-5L"),
        meetmoment=pl.col("moment").replace_strict({"before": "voor", "after": "na"}),
        invuldatum=pl.col("report_date").dt.strftime(DUTCH_DATE),
        **{item: pl.col(item) for item in ITEMS},
    )
    return _written(path, rows, hospital, "patient_report", year)


def _operation_number(year: int) -> pl.Expr:
    return pl.format("OK{}{}", pl.lit(year), pl.col("number").cast(pl.String).str.zfill(6))


def _written(path: Path, rows: pl.DataFrame, hospital: Hospital, table: str, year: int) -> RegionFile:
    return RegionFile(
        supplier=hospital.supplier,
        path=path.name,
        table=table,
        mapping=table,
        year=year,
        rows=rows.height,
        cents=0,
        defective_rows=0,
        defective_cents=0,
        sha256=publish(path, lambda unfinished: rows.write_csv(unfinished, separator=";")),
    )
