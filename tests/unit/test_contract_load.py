"""A contract that cannot be used gives one message from which the file can be mended."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from pydantic.fields import FieldInfo

from pipeline.canonical import canonical_table, care_types
from pipeline.contract import Contract, Terms, load
from pipeline.contract.complaints import FORMS
from pipeline.contract.guide import field_at, is_parameter, keys_at
from pipeline.contract.load import parse
from pipeline.contract.schema import DATE, contract_schema
from pipeline.contract.scope import NonClaimKind
from pipeline.contract.shelf import contract_of
from pipeline.errors import ContractError, ContractKeyError, ContractValueError
from tests.settlement_world import EXAMPLE, START, exact_yaml

TEXT = EXAMPLE.read_text(encoding="utf-8")

UNKNOWN_OR_ABSENT = [
    ("  gain_rate:", "  gain_rat:", "sharing.gain_rat", "Did you mean 'gain_rate'?"),
    ("\nlimits:", "\nlimts:", "limts", "Did you mean 'limits'?"),
    ("goal: 0.80", "gaol: 0.80", "quality.indicators.values.2025-01-01.0.gaol", "Did you mean 'goal'?"),
    ("  collar:", "  zebra:", "limits.zebra", "Known here: cap, collar"),
    ('clause: "7.3"\n', "\n", "sharing.gain_rate.clause", "lacks the key 'clause'"),
    ("  language: nl", "  language: nl\n  language: en", "", "'language' stands there twice"),
]

IMPOSSIBLE = [
    ("0.50\n\n# The malus", "50\n\n# The malus", "sharing.gain_rate.values.2025-01-01", "allowed: 0 to 1"),
    ("2025-01-01: 50000", "2025-01-01: -1", "truncation.ceiling.values.2025-01-01", "allowed: 1 or more"),
    (
        "2025-01-01: agreed",
        "2025-01-01: agree",
        "trend.method.values.2025-01-01",
        "allowed: 'agreed', 'benchmark'",
    ),
    ('"06990003"', "06990003.0", "parties.comparison_providers", "Put it between quotes"),
    ('"06990003"', '"6990003"', "parties.comparison_providers", "eight digits"),
    (
        "2025-01-01: 0.50\n\n# The",
        "2025-01-01: half\n\n# The",
        "sharing.gain_rate.values",
        "a number is needed",
    ),
    ("2025-01-01: [Zvw]", "2025-01-01: Zvw", "domain.financing_laws.values", "a list is needed"),
    ("2025-01-01: [Zvw]", "since: [Zvw]", "domain.financing_laws.values", "a date such as 2025-01-01"),
    ("values:\n      2025-01-01: drop", "values: drop", "linkage.bsn_policy.values", "by key or date"),
    ("2025-01-01: 5000\n", "2025-01-01: 5000.5\n", "population.minimum_insured_years", "a whole number"),
    ("share of the saving", "percent", "sharing.gain_rate.unit", "'share of the saving'"),
    ("2024: 0.60}", "2024: 0.50}", "baseline.weights.values.2025-01-01", "sum to 0.90"),
    (
        "2024: 0.60}",
        "2025: 0.60}",
        "baseline.weights.values.2025-01-01",
        "2025 is no year before the contract",
    ),
    ("weight: 0.60", "weight: 0.70", "quality.indicators.values.2025-01-01", "sum to 1.10"),
    ("goal: 0.80", "goal: 1.20", "quality.indicators.values.2025-01-01", "contradict 'lower_is_better'"),
    ("below: 20000", "below: 19000", "sharing.minimum_savings.values.2025-01-01.1", "hole or an overlap"),
    ("from: 0, below", "from: 5, below", "sharing.minimum_savings.values.2025-01-01.0", "Begin at 0"),
    (
        "{from: 20000, rate",
        "{from: 20000, below: 90000, rate",
        "sharing.minimum_savings",
        "Leave out 'below'",
    ),
    ("[0, 5, 18,", "[0, 18, 5,", "case_mix.age_bounds.values.2025-01-01", "Begin at 0"),
    ('"06990003"', '"06990001"', "parties.comparison_providers", "06990001 is contracted and serves as"),
    ('["541", ', '["531", "541", ', "population.comparison_area", "'531' stands in both"),
    ("[addon_drug,", "[hospital_product, addon_drug,", "domain.care_types_out", "'hospital_product' stands"),
    ("2023-01-01: 0.03", "2024-01-01: 0.03", "trend.growth.values", "No growth is agreed from 2022 to 2023"),
    ("first_year: 2025", "first_year: 2024", "parties.insurer_codes", "no value on 2024-01-01"),
    ("last_year: 2027", "last_year: 2024", "contract.last_year", "before its first year"),
    ("2026-01-01: 0.45", "2026-07-01: 0.45", "quality.minimum_score", "Use 2026-01-01 or 2027-01-01"),
    (
        "2025-01-01: 0.40\n  rate_ceiling",
        "2025-01-01: 0.70\n  rate_ceiling",
        "loss.rate_floor",
        "at most 0.60",
    ),
    ("  collar:", "  cap_on_nothing:", "limits.cap_on_nothing", "no key"),
    ("supplier: berkenhof", "supplier: elders", "deliveries.expected", "'elders', who is no supplier"),
    ("tables: [insured, claim_line,", "tables: [insured, claims,", "deliveries.expected", "'claims' is no"),
    ("[addon_drug,", "[addon_drgu,", "domain.care_types_out.values", "Did you mean 'addon_drug'?"),
    ("[hospital_product,", "[zzz,", "domain.care_types_in.values", "Known: hospital_product, other_hospital"),
    ("[availability,", "[tip,", "domain.non_claim_kinds_in.values", "'advance', 'availability'"),
    (
        "first_year: 2025",
        "starts_on: 2025-03-15\n  first_year: 2025",
        "contract.starts_on",
        "Let first_year be 2026",
    ),
    ("  first_year: 2025", "  first_year: 2025-03-15", "contract.first_year", "a whole number"),
    (
        "2025-01-01: 10\n  maximum",
        "2025-01-01: 3000000\n  maximum",
        "linkage.minimum_persons",
        "above the maximum",
    ),
    (
        "table: patient_report,",
        "table: clinical_event,",
        "linkage.overlap.values.2025-01-01",
        "'clinical_event' has two bands",
    ),
    (
        "table: patient_report,",
        "table: provider,",
        "linkage.overlap.values.2025-01-01.2.table",
        "Known: claim_line, clinical_event, patient_report",
    ),
    (
        "expected: 0.65, at_least: 0.40",
        "expected: 0.65, at_least: 0.70",
        "linkage.overlap",
        "outside its own band",
    ),
    ("sex_code, postcode3_code]", "sex, postcode3_code]", "privacy.risk_limits", "'sex' is no quasi-"),
    ("{smaller_than: 2,", "{smaller_than: 1,", "privacy.risk_limits.values.2025-01-01.2", "2 or more"),
]


def refused(before: str, after: str) -> ContractError:
    assert before in TEXT, "the example changed: mend this test"
    with pytest.raises(ContractError) as caught:
        parse(TEXT.replace(before, after, 1), source="contract.yaml")
    return caught.value


@pytest.mark.parametrize(("before", "after", "key", "says"), UNKNOWN_OR_ABSENT)
def test_unknown_and_absent_keys(before: str, after: str, key: str, says: str) -> None:
    error = refused(before, after)
    assert isinstance(error, ContractKeyError)
    assert key in str(error)
    assert says in str(error)
    assert "contract.yaml, line " in error.where


@pytest.mark.parametrize(("before", "after", "key", "says"), IMPOSSIBLE)
def test_impossible_values_and_contradictions(before: str, after: str, key: str, says: str) -> None:
    error = refused(before, after)
    assert isinstance(error, ContractError)
    assert key in str(error)
    assert says in str(error)
    assert "contract.yaml, line " in error.where
    assert error.remedy


def test_the_line_named_is_the_line_at_fault() -> None:
    error = refused("2025-01-01: agreed", "2025-01-01: agree")
    line = next(number for number, text in enumerate(TEXT.splitlines(), 1) if "2025-01-01: agreed" in text)
    assert error.where.startswith(f"contract.yaml, line {line},")


@pytest.mark.parametrize("after", ["2025-13-01: drop", "2025-01-01: [drop", "\t2025-01-01: drop"])
def test_what_is_no_yaml_is_named_with_its_line(after: str) -> None:
    error = refused("2025-01-01: drop", after)
    assert "no valid YAML" in error.what
    assert "line" in error.where


def test_a_malus_and_its_collar_come_together() -> None:
    start, end = TEXT.index("\nloss:"), TEXT.index("\nlimits:")
    with pytest.raises(ContractValueError, match="A collar is agreed, but no malus"):
        parse(TEXT[:start] + TEXT[end:], source="contract.yaml")
    start, end = TEXT.index("  collar:"), TEXT.index("\nreporting:")
    with pytest.raises(ContractValueError, match="no collar that bounds it"):
        parse(TEXT[:start] + TEXT[end:], source="contract.yaml")


def test_an_absent_file_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(ContractError, match="has no sections"):
        load(tmp_path / "empty.yaml")


def test_a_year_outside_the_term() -> None:
    with pytest.raises(ContractValueError, match="2028 is outside the term") as caught:
        load(EXAMPLE).for_year(2028)
    assert "2025 up to and including 2027" in caught.value.remedy


def test_a_term_has_the_value_in_force_and_its_clause() -> None:
    contract = load(EXAMPLE)
    scores = [str(contract.for_year(year).quality_minimum_score.value) for year in contract.years]
    assert scores == ["0.40", "0.45", "0.50"]
    growth = contract.at(dt.date(2026, 12, 31)).trend_growth
    assert growth is not None
    assert (str(growth.value), growth.clause, growth.since) == ("0.03", "5.2", dt.date(2023, 1, 1))


def test_terms_and_language_name_the_same_parameters() -> None:
    terms = {field.name for field in dataclasses.fields(Terms)} - {"day"}
    assert terms == {key.replace(".", "_") for key, _ in language_parameters()}


def test_the_kinds_of_payment_are_those_of_the_canonical_table() -> None:
    kinds = {column.name: column.values for column in canonical_table("non_claim_payment").columns}
    assert get_args(NonClaimKind) == kinds["kind_code"]


def test_every_kind_of_care_is_in_or_out_of_each_contract() -> None:
    for path in sorted(EXAMPLE.parent.glob("*.yaml")):
        terms = load(path).for_year(2025)
        named = (*terms.domain_care_types_in.value, *terms.domain_care_types_out.value)
        assert sorted(named) == sorted(care_types()), path.name


def test_a_contract_may_leave_quality_and_loss_out() -> None:
    terms = load(EXAMPLE.with_name("polderzorg.yaml")).for_year(2025)
    assert (terms.quality_indicators, terms.quality_minimum_score) == (None, None)
    assert (terms.loss_minimum_loss, terms.limits_collar) == (None, None)


def test_a_contract_on_the_shelf_is_parsed_once_and_again_when_its_text_changes(tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(TEXT, encoding="utf-8")
    first = contract_of(tmp_path, "maasoever")
    assert contract_of(tmp_path, "maasoever") is first
    file.write_text(TEXT.replace("2025-01-01: 5000\n", "2025-01-01: 6000\n"), encoding="utf-8")
    assert contract_of(tmp_path, "maasoever").for_year(2025).population_minimum_insured_years.value == 6000


def test_the_digest_is_of_what_is_agreed_and_not_of_how_it_is_written() -> None:
    digest = load(EXAMPLE).digest
    assert parse("# another comment\n" + TEXT.replace("0.50\n", "0.5\n"), source="x").digest == digest
    assert parse(TEXT.replace("2025-01-01: 0.50\n", "2025-01-01: 0.51\n"), source="x").digest != digest


def language_parameters() -> Iterator[tuple[str, FieldInfo]]:
    for section in keys_at(Contract, ()):
        for name in keys_at(Contract, (section,)):
            field = field_at(Contract, (section, name))
            if field is not None and is_parameter(field):
                yield f"{section}.{name}", field


def test_the_example_of_every_parameter_is_what_the_language_takes() -> None:
    for key, field in language_parameters():
        kinds = (field.annotation, *get_args(field.annotation))
        parameter = next(kind for kind in kinds if hasattr(kind, "__pydantic_generic_metadata__"))
        extra = cast(dict[str, Any], field.json_schema_extra)
        value = exact_yaml(str(extra["example"]))
        shown = {"clause": "1", "unit": str(extra["unit"]), "says": "So.", "values": {START: value}}
        assert parameter.model_validate(shown).values[START] is not None, key


def test_every_form_of_a_text_is_told_in_words() -> None:
    dates = {DATE, "^[0-9]+$"}  # of keys, whose own messages speak of dates and years
    assert set(patterns(contract_schema(Contract, "", ""))) - dates <= set(FORMS)


def patterns(schema: object) -> Iterator[str]:
    """Every pattern in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from patterns(part)
