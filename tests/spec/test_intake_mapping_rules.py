"""The rules of a mapping: source columns in, a rule, canonical columns out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.errors import LayoutError
from pipeline.intake.columns.mapping import NOBODY, TableMapping
from pipeline.intake.columns.notation import VEKTIS

MEMBER = {
    "consortium_code": {"constant": "maasoever"},
    "provider_code": "agb",
    "from_month": {"month": "van"},
}
SOURCE: dict[str, list[str | None]] = {"agb": ["06990001"], "van": ["20250317"], "tot": ["20260101"]}


def rows(rules: dict[str, Any], **source: list[str | None]) -> list[dict[str, Any]]:
    """The rows of consortium_member that come of a source of text columns."""
    mapping = TableMapping.parse(canonical_table("consortium_member"), NOBODY, rules)
    text = pl.DataFrame(SOURCE | source).with_row_index("row_number", offset=2)
    return mapping.rows(text, VEKTIS).drop("row_number").to_dicts()


def decided(rule: list[dict[str, Any]], **source: list[str | None]) -> list[str | None]:
    found = rows(MEMBER | {"consortium_code": {"rules": rule}}, **source)
    return [row["consortium_code"] for row in found]


def test_an_optional_column_without_a_rule_is_empty() -> None:
    row = {"consortium_code": "maasoever", "provider_code": "06990001", "from_month": dt.date(2025, 3, 1)}
    assert rows(MEMBER) == [row | {"until_month": None}]
    assert rows(MEMBER | {"until_month": {"month": "tot"}}) == [row | {"until_month": dt.date(2026, 1, 1)}]


def test_a_mandatory_column_without_a_rule_is_missed_and_a_rule_without_a_column_told() -> None:
    with pytest.raises(LayoutError, match="differing: provider_code") as missed:
        rows({name: rule for name, rule in MEMBER.items() if name != "provider_code"})
    assert "Only optional columns may be left out" in missed.value.remedy
    with pytest.raises(LayoutError, match="differing: until"):
        rows(MEMBER | {"until": "tot"})


@pytest.mark.parametrize(
    ("column", "rule", "said"),
    [
        (
            "provider_code",
            {"constant": "1990001"},
            "The constant of column 'provider_code' is not of the form of an AGB",
        ),
        ("from_month", {"constant": "maart"}, "The constant of column 'from_month' is no date"),
        (
            "provider_code",
            {"take": "agb", "codes": {"a": "01990001", "b": "x"}},
            "A translated code (`codes`) of column 'provider_code' is not of the form of an AGB code",
        ),
        (
            "provider_code",
            {"rules": [{"value": "x"}]},
            "A value of `rules` of column 'provider_code' is not of",
        ),
    ],
)
def test_a_value_that_the_mapping_writes_itself_is_judged_once(
    column: str, rule: dict[str, Any], said: str
) -> None:
    with pytest.raises(LayoutError) as caught:
        rows(MEMBER | {column: rule})
    assert str(caught.value).startswith(said)


WITHHELD: list[dict[str, Any]] = [
    {"when": {"field": "privacy", "is": "Ja"}, "value": "withheld"},
    {"take": "diagnose"},
]
"""How a mapping says that a diagnosis is not told on purpose: first whether it is, then what it is."""


@pytest.mark.parametrize(
    ("privacy", "diagnosis", "becomes"),
    [
        ("Ja", None, "withheld"),
        ("Ja", "E11.9", "withheld"),
        ("Nee", "E11.9", "E11.9"),
        ("Nee", None, None),
        (None, "E11.9", "E11.9"),
        ("Jawel", "E11.9", "E11.9"),
    ],
)
def test_a_withheld_diagnosis_is_another_thing_than_an_absent_one(
    privacy: str | None, diagnosis: str | None, becomes: str | None
) -> None:
    schema = {"privacy": pl.String, "diagnose": pl.String}
    source = pl.DataFrame({"privacy": [privacy], "diagnose": [diagnosis]}, schema=schema).to_dict(
        as_series=False
    )
    assert decided(WITHHELD, **source) == [becomes]


@pytest.mark.parametrize(
    ("when", "text", "holds"),
    [
        ({"is": "12"}, "12", True),
        ({"is": "12"}, "123", False),
        ({"begins": "12"}, "123", True),
        ({"between": ["10", "12"]}, "12", True),
        ({"between": ["10", "12"]}, "13", False),
        ({"filled": True}, "x", True),
    ],
)
def test_a_condition_holds_or_not(when: dict[str, Any], text: str, holds: bool) -> None:
    rule = [{"when": {"field": "agb"} | when, "value": "yes"}, {"value": "no"}]
    assert decided(rule, agb=[text]) == ["yes" if holds else "no"]


def test_the_columns_of_conditions_and_of_what_is_taken_must_be_in_the_source() -> None:
    mapping = TableMapping.parse(
        canonical_table("consortium_member"), NOBODY, MEMBER | {"consortium_code": {"rules": WITHHELD}}
    )
    assert mapping.references() == ["agb", "diagnose", "privacy", "van"]


def test_a_condition_of_no_known_kind_is_named() -> None:
    with pytest.raises(LayoutError, match="'agb' is none of is, begins, between and filled"):
        decided([{"when": {"field": "agb", "ends": "1"}, "value": "x"}])
