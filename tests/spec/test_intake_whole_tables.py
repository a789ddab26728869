"""Every canonical table can be delivered as a file with a mapping, with all columns and with the mandatory ones only.

The file's columns are called as the canonical ones, so that a row here is a row there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from pipeline.canonical import CanonicalColumn, CanonicalTable, canonical_tables
from pipeline.intake.check import check_file
from tests.intake_messages import BSN, judge_all_but_other

DAY = dt.date(2025, 3, 1)
CODES = {
    "AGB": "06990001",
    "UZOVI": "9991",
    "COD367": "041",
    "zorgproduct": "131999081",
    "ATC": "A10BA02",
    "ICD-10": "S72.0",
    "postcode3": "531",
}
"""A code of each form."""
DECLARED = "15A205"
"""A declaration code, which list 041 asks for."""
VALUES = {"date": DAY, "bool": True, "int16": 12, "int32": 12, "int64": 12, "text": "x"}
"""A value of each type."""

every_table = pytest.mark.parametrize("table", canonical_tables().values(), ids=canonical_tables())


def value(column: CanonicalColumn) -> Any:
    """A value that the column may have."""
    if column.values:
        return column.values[0]
    if column.codes_where:
        return DECLARED
    return CODES[column.codes] if column.codes else VALUES[column.type]


def rule(column: CanonicalColumn) -> Any:
    """What a mapping says of a column that the file has under the same name."""
    if column.type == "bool":
        return {"take": column.name, "codes": {"true": True, "false": False}}
    return {"amount": column.name} if column.name.endswith("_cents") else column.name


def delivered(folder: Path, table: CanonicalTable, columns: list[CanonicalColumn]) -> list[dict[str, Any]]:
    """The accepted rows of a file with one row and these columns; none may be rejected, and none warned about."""
    person = {"bsn": BSN} if table.is_personal else {}
    row = person | {column.name: value(column) for column in columns}
    pl.DataFrame([row]).with_columns(pl.selectors.boolean().cast(pl.String)).write_csv(
        folder / "table.csv", separator=";", date_format="%Y-%m-%d"
    )
    mapping = {
        "table": table.name,
        "source": "made up",
        "format": {"separator": ";", "dates": "%Y-%m-%d", "decimal": ""},
        "person": "bsn" if table.is_personal else "none",
        "columns": {column.name: rule(column) for column in columns},
    }
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    checked = check_file(
        folder / "table.csv", judge_bsn=judge_all_but_other, mapping=folder / "mapping.yaml", period="2025"
    )
    rejected = checked.rejected.select("field", "rule", "reason").rows()
    assert rejected == []
    return checked.tables[table.name].collect().to_dicts()


@every_table
def test_with_all_its_columns(tmp_path: Path, table: CanonicalTable) -> None:
    expected = {column.name: value(column) for column in table.columns}
    expected |= {"bsn": BSN} if table.is_personal else {}
    assert delivered(tmp_path, table, list(table.columns)) == [expected]


@every_table
def test_with_the_mandatory_columns_only(tmp_path: Path, table: CanonicalTable) -> None:
    mandatory = [column for column in table.columns if not column.optional or column.empty_only_with]
    (row,) = delivered(tmp_path, table, mandatory)
    assert {name for name, held in row.items() if held is None} == {
        column.name for column in table.columns if column not in mandatory
    }


def test_a_kind_of_care_that_nobody_knows_is_rejected(tmp_path: Path) -> None:
    table = canonical_tables()["control_total"]
    columns = [
        replace(column, values=("hospitals",)) if column.name == "care_type_code" else column
        for column in table.columns
    ]
    with pytest.raises(AssertionError, match="care_type_code is none of hospital_product"):
        delivered(tmp_path, table, columns)
