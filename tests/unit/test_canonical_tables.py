"""The canonical tables: an allow-list of columns, the same on both sides of the wall."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from pipeline.canonical import CanonicalTable, canonical_table, canonical_tables, care_types, code_forms
from pipeline.canonical.schema import POLARS_TYPES
from pipeline.errors import DeliveryRefusedError

NAMES = [
    "access_measure",
    "agreed_price",
    "claim_line",
    "clinical_event",
    "consortium_member",
    "control_total",
    "indicator_return",
    "insured",
    "non_claim_payment",
    "patient_report",
    "provider",
]
PRIVACY = {"none", "pseudonym", "quasi-identifier", "sensitive"}

every_table = pytest.mark.parametrize("table", canonical_tables().values(), ids=canonical_tables())


def empty(table: CanonicalTable) -> pl.DataFrame:
    return pl.DataFrame(schema=table.polars_schema)


def test_the_tables_by_name() -> None:
    assert list(canonical_tables()) == NAMES
    assert canonical_table("insured").name == "insured"
    with pytest.raises(
        DeliveryRefusedError, match=r"'patient' is no canonical table.*claim_line, clinical_event"
    ):
        canonical_table("patient")


@every_table
def test_a_table_is_described_in_full(table: CanonicalTable) -> None:
    assert table.describes.endswith(".")
    assert table.grain.startswith("one row per ")
    columns = {column.name: column for column in table.columns}
    assert set(table.key) <= {*columns, "person"}
    assert not any(columns[name].optional for name in table.key if name != "person")
    assert table.money_column is None or columns[table.money_column].type == "int64"
    for column in table.columns:
        assert column.says
        assert column.privacy in PRIVACY
        assert column.type in POLARS_TYPES


@every_table
def test_of_every_optional_column_and_no_other_is_said_what_to_do_when_the_source_lacks_it(
    table: CanonicalTable,
) -> None:
    for column in table.columns:
        assert bool(column.lacking) == column.optional, column.name
        assert column.optional or not column.empty_only_with
        assert column.empty_only_with in {"", *table.polars_schema}


@every_table
def test_codes_have_a_form_that_is_known(table: CanonicalTable) -> None:
    columns = {column.name: column for column in table.columns}
    for column in table.columns:
        named = [column.codes, *(case.codes for case in column.codes_where)]
        assert set(named) - {""} <= set(code_forms()), column.name
        assert all(column.type == "text" for name in named if name)
        assert all(case.column in columns for case in column.codes_where)


def test_every_kind_of_care_is_one_of_the_list() -> None:
    """Claims, payments and books must name the same kinds of care, or no sum of them ever meets another."""
    named = {
        table.name: column.values
        for table in canonical_tables().values()
        for column in table.columns
        if column.name == "care_type_code"
    }
    assert named == dict.fromkeys(("claim_line", "control_total", "non_claim_payment"), tuple(care_types()))


def test_only_a_diagnosis_can_be_withheld() -> None:
    columns = [(table.name, column) for table in canonical_tables().values() for column in table.columns]
    withheld = [(table, column.name) for table, column in columns if column.has_withheld]
    assert withheld == [("claim_line", "diagnosis_code"), ("claim_line", "icd10_code")]
    assert all(column.optional for _, column in columns if column.has_withheld)


@every_table
def test_what_is_granted_counts_in_place_of_what_was_delivered(table: CanonicalTable) -> None:
    assert table.granted_column == ("awarded_cents" if table.name == "claim_line" else None)


@every_table
def test_what_tells_the_year_of_a_row_is_there(table: CanonicalTable) -> None:
    if table.about is None:
        assert table.name in {
            "agreed_price",
            "consortium_member",
            "control_total",
            "patient_report",
            "provider",
        }
        return
    columns = {column.name: column for column in table.columns}
    assert (columns[table.about.date].type, columns[table.about.date].optional) == ("date", False)
    assert not table.about.months or columns[table.about.months].type == "int16"
    assert not table.about.corrects or columns[table.about.corrects].optional


@every_table
def test_only_a_table_about_persons_has_a_person_in_its_key(table: CanonicalTable) -> None:
    assert table.is_personal or "person" not in table.key
    quasi = [column.name for column in table.columns if column.privacy in {"quasi-identifier", "sensitive"}]
    assert table.is_personal or not quasi


def test_a_kind_of_care_is_fixed_or_follows_use() -> None:
    assert [code for code, kind in care_types().items() if kind.is_fixed] == [
        "gp_registration",
        "gp_chain_care",
    ]
    assert all(kind.code == code and kind.dutch and kind.says for code, kind in care_types().items())


@every_table
def test_no_column_could_hold_who_it_is(table: CanonicalTable) -> None:
    forbidden = {"bsn", "name", "address", "policy", "ticket", "pid", "day"}
    for column in table.columns:
        assert not forbidden & set(column.name.split("_")), column.name
        assert column.name != "birth_date"


@every_table
def test_amounts_are_whole_cents_and_codes_are_text(table: CanonicalTable) -> None:
    for column in table.columns:
        if column.name.endswith("_cents"):
            assert column.type == "int64"
        if column.name.endswith(("_code", "_ref")):
            assert column.type == "text", "leading zeros are kept"
        if column.name.endswith(("_date", "_month")):
            assert column.type == "date"
        assert (column.type == "bool") == column.name.startswith(("is_", "has_"))


@every_table
def test_the_lake_adds_pseudonym_and_delivery(table: CanonicalTable) -> None:
    added = ["pid", "delivery_id"] if table.is_personal else ["delivery_id"]
    assert list(table.raw_schema) == [*added, *table.polars_schema]
    assert table.raw_schema.get("pid", pl.Binary()) == pl.Binary()


@every_table
def test_a_frame_of_exactly_these_columns_passes(table: CanonicalTable) -> None:
    frame = empty(table)
    assert table.require(frame, where="a delivery").equals(frame)


@pytest.mark.parametrize("defect", ["missing", "extra", "another type"])
@every_table
def test_another_column_is_refused_by_name(table: CanonicalTable, defect: str) -> None:
    name = table.columns[-1].name
    frame = {
        "missing": empty(table).drop(name),
        "extra": empty(table).with_columns(bsn=pl.lit("")),
        "another type": empty(table).with_columns(pl.col(name).cast(pl.Binary, strict=False))
        if table.polars_schema[name] == pl.String()
        else empty(table).with_columns(pl.lit("").alias(name)),
    }[defect]
    with pytest.raises(DeliveryRefusedError) as refused:
        table.require(frame, where="zilverzorg-2025-01")
    assert refused.value.where == "zilverzorg-2025-01"
    assert f"differing: {'bsn' if defect == 'extra' else name}" in refused.value.what


@every_table
def test_the_schemas_digest_changes_with_the_columns_and_not_with_the_prose(table: CanonicalTable) -> None:
    first, *rest = table.columns
    digests = {
        replace(table, columns=changed).schema_digest
        for changed in (
            table.columns,
            tuple(rest),
            (replace(first, name="other"), *rest),
            (replace(first, type="bool"), *rest),
            (replace(first, optional=not first.optional), *rest),
            (*rest, first),
        )
    }
    assert len(digests) == 6
    prose = (replace(first, says="otherwise", privacy="none", lacking="otherwise"), *rest)
    assert replace(table, columns=prose, describes="x").schema_digest == table.schema_digest
    assert len({other.schema_digest for other in canonical_tables().values()}) == len(NAMES)
