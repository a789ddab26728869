"""What was expected of a value that cannot be read, and what it looks like: in words, never the value."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.intake.columns.notation import VEKTIS, Notation
from pipeline.intake.rules.field_rules import FieldForm, judge_fields

EUROS = Notation(dates="%d-%m-%Y", decimal=",")


def reason(value: str, kind: str, notation: Notation) -> str:
    rows = pl.DataFrame({"row_number": [2], "line_number": [2], "veld": [value]})
    (found,) = judge_fields(rows, [FieldForm("veld", kind, mandatory=True)], notation)["reason"]
    assert value not in found
    return found


@pytest.mark.parametrize(
    ("value", "notation", "said"),
    [
        ("31122025", VEKTIS, "written as YYYYMMDD (it looks like DDMMYYYY)"),
        ("2025-12-31", VEKTIS, "written as YYYYMMDD (it looks like YYYY-MM-DD)"),
        ("20251341", VEKTIS, "written as YYYYMMDD (there is no such day)"),
        ("00000000", VEKTIS, "written as YYYYMMDD (it holds zeros only)"),
        ("17991231", VEKTIS, "written as YYYYMMDD (it lies before 1850)"),
        ("31-12-25", EUROS, "written as DD-MM-YYYY (its year has two digits)"),
        ("2025-12-31", EUROS, "written as DD-MM-YYYY (it looks like YYYY-MM-DD)"),
        ("12/31/2025", EUROS, "written as DD-MM-YYYY (it looks like MM/DD/YYYY)"),
        ("31-02-2025", EUROS, "written as DD-MM-YYYY (there is no such day)"),
        ("morgen", EUROS, "written as DD-MM-YYYY"),
    ],
)
def test_of_a_date_its_form_and_what_it_looks_like(value, notation, said):
    assert reason(value, "date", notation) == f"veld is no existing date {said}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1,234.56", " (',' stands before thousands and '.' before decimals: they look swapped)"),
        ("1234.56", " (it looks written with '.')"),
        ("12,345", " (more than two digits follow the ',')"),
        ("12345678901234567", " (it has more digits than an amount can have)"),
        ("gratis", ""),
    ],
)
def test_of_an_amount_its_decimal_sign_and_what_is_swapped(value, said):
    expected = "veld is no number: an amount in euros with ',' before the cents was expected"
    assert reason(value, "cents", EUROS) == expected + said


def test_of_cents_and_counts_that_they_are_whole():
    cents, count = (reason("1,50", kind, VEKTIS) for kind in ("cents", "count"))
    assert cents.endswith("an amount in whole cents was expected (it has a sign for decimals or thousands)")
    assert count.endswith("a whole number was expected (it has decimals, or a sign between thousands)")
