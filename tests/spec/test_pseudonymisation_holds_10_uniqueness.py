"""What must hold, 10: quasi-identifiers are made coarser before sealing, nothing else can be delivered, and how many
people are still unique is counted again on the linked set.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipeline.canonical import canonical_table, canonical_tables
from pipeline.errors import DeliveryRefusedError
from pipeline.intake.columns import generalise
from pipeline.privacy import assess
from pipeline.privacy.knowledge import everything
from tests.unit.lake_world import DAY
from tests.unit.linkage_world import Linkage, canonical
from tests.unit.pseudonymisation_world import HOSPITAL, NUMBERS

JANUARY = dt.date(2025, 1, 1)


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("2025-12-31", 2025),
        ("1960-06-01", 1960),
        ("1927-01-01", 1927),
        ("1920-01-01", 1927),
        ("1907-05-05", 1927),
    ],
)
def test_a_birth_date_becomes_a_year_and_98_and_older_are_one(born: str, said: int) -> None:
    birth = pl.Series([dt.date.fromisoformat(born)])
    assert pl.select(generalise.birth_year(pl.lit(birth.item()), 2025)).item() == said


@pytest.mark.parametrize(
    ("written", "left"),
    [("5311 AB", "531"), ("5311ab", "531"), ("5311", "531"), ("531", None), ("0311 AB", None)],
)
def test_a_postcode_becomes_its_first_three_digits(written: str, left: str | None) -> None:
    assert pl.DataFrame({"code": [written]}).select(generalise.postcode3(pl.col("code"))).item() == left


def test_what_is_not_in_the_schema_cannot_be_delivered() -> None:
    """The schema is an allow-list: one more column, by whatever name, is refused."""
    for table in canonical_tables().values():
        frame = pl.DataFrame(schema=table.polars_schema)
        assert table.require(frame, where="here").columns == frame.columns
        with pytest.raises(DeliveryRefusedError, match="does not have the agreed columns"):
            table.require(frame.with_columns(remark=pl.lit("")), where="here")


def test_no_column_is_a_name_an_address_a_birth_date_or_free_text() -> None:
    for table in canonical_tables().values():
        for column in table.columns:
            words = set(column.name.split("_"))
            assert not words & {
                "bsn",
                "name",
                "street",
                "address",
                "email",
                "phone",
                "remark",
                "text",
                "note",
            }
            assert column.name not in {"birth_date", "postcode", "postcode4_code", "house_number"}
    coarse = {column.name: column.type for column in canonical_table("insured").columns}
    assert (coarse["birth_year"], coarse["postcode3_code"]) == ("int16", "text")


def insured(numbers: list[str], years: list[int]) -> pl.DataFrame:
    same = {"insurer_code": "9991", "sex_code": "F", "postcode3_code": "531", "from_month": JANUARY}
    return canonical(
        "insured",
        [
            {"bsn": number, "birth_year": year, "insured_months": 12, **same}
            for number, year in zip(numbers, years, strict=True)
        ],
    )


def test_uniqueness_is_counted_on_the_linked_set(tmp_path: Path) -> None:
    """In the register two of forty are alone. Of the ten whom the hospital operated on, both of them are."""
    linkage = Linkage.make(tmp_path)
    years = [1950] * 38 + [1960, 1970]
    linkage.send("register", {"insured": insured(NUMBERS, years)}, delivered_on=DAY)
    operated = [{"bsn": n, "event_ref": n[-4:], "event_date": dt.date(2025, 3, 1)} for n in NUMBERS[30:]]
    linkage.send(
        "operations",
        {"clinical_event": canonical("clinical_event", operated)},
        supplier=HOSPITAL,
        delivered_on=DAY,
    )
    linkage.accept("register", "operations")
    assessment = assess(linkage.home, "maasoever", DAY)
    alone = {
        table: assessment.groups(everything(), table).below(2) for table in ("insured", "clinical_event")
    }
    assert alone == {"insured": 2, "clinical_event": 2}
    assert assessment.measured.linked["clinical_event"].in_register == 10
