"""The JSON Schema for editors takes every good contract, and marks what the language refuses value by value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from docs.reference.contract_language import schema
from pipeline.contract import Contract
from pipeline.contract.reference import ReferenceContract
from pipeline.contract.schema import contract_schema

CHECKOUT = Path(__file__).resolve().parents[2]
CONTRACTS = sorted({*CHECKOUT.glob("contracts/*.yaml"), *CHECKOUT.glob("contracts/examples/*.yaml")})
SCHEMA = contract_schema(Contract, "Contract", "A contract.")
JUDGE = jsonschema.Draft7Validator(SCHEMA)


class AsEditorsRead(yaml.SafeLoader):
    """YAML as editors read it: dates are texts, and so are all keys."""


AsEditorsRead.yaml_implicit_resolvers = {
    sign: [(tag, form) for tag, form in resolvers if not tag.endswith("timestamp")]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


def read(text: str) -> Any:
    return as_json(yaml.load(text, Loader=AsEditorsRead))


def complaints(text: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in JUDGE.iter_errors(read(text))]


def test_it_is_a_schema_of_draft_7() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_a_good_contract_is_good_to_an_editor(path: Path) -> None:
    assert complaints(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_the_first_line_of_a_contract_leads_to_the_published_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert named is not None
    published = (path.parent / named[1]).resolve()
    assert published == CHECKOUT / "docs" / "reference" / "contract.schema.json"
    assert published.read_text(encoding="utf-8") == schema()


# right, wrong, where an editor marks it
@pytest.mark.parametrize(
    ("right", "wrong", "path"),
    [
        ("  gain_rate:", "  gain_rat:", "$.sharing"),
        ("\nlimits:", "\nlimts:", "$"),
        ("goal: 0.80", "gaol: 0.80", "$.quality.indicators.values['2025-01-01'][0]"),
        ("2025-01-01: first_euro", "2025-01-01: first_cent", "$.sharing.starts_at.values['2025-01-01']"),
        (
            "unit: share of the saving",
            "unit: percent",
            "$.sharing.gain_rate.unit",
        ),
        ("2025-01-01: 0.50\n\n# The", "2025-01-01: 50\n\n# The", "$.sharing.gain_rate.values['2025-01-01']"),
        ("2025-01-01: 50000", "2025-01-01: -1", "$.truncation.ceiling.values['2025-01-01']"),
        ('"06990003"', "6990003", "$.parties.comparison_providers.values['2025-01-01'][0].agb_code"),
        ("2025-01-01: [Zvw]", "since: [Zvw]", "$.domain.financing_laws.values"),
        ("first_year: 2025", "first_year: 1925", "$.contract.first_year"),
        ("[sex, age_class]", "[age_class, sex]", "$.case_mix.cells.values['2025-01-01'][0]"),
        ("2024: 0.60}", "latest: 0.60}", "$.baseline.weights.values['2025-01-01']"),
    ],
)
def test_an_editor_marks_what_the_language_refuses(right: str, wrong: str, path: str) -> None:
    text = (CHECKOUT / "contracts" / "maasoever.yaml").read_text(encoding="utf-8")
    assert right in text, "the example changed: mend this test"
    assert any(said.startswith(f"{path}: ") for said in complaints(text.replace(right, wrong, 1)))


def test_reference_contracts_have_a_schema_of_their_own() -> None:
    judge = jsonschema.Draft7Validator(
        contract_schema(ReferenceContract, "Reference", "A reference contract.")
    )
    for path in sorted(CHECKOUT.glob("contracts/reference/*/*.yaml")):
        raw = read(path.read_text(encoding="utf-8"))
        if path.name != "facts.yaml":  # how a table of facts becomes figures
            assert [error.message for error in judge.iter_errors(raw)] == [], path.name


def parameters() -> Iterator[tuple[str, Any]]:
    for section in SCHEMA["properties"].values():
        for name, parameter in section["properties"].items():
            if "values" in parameter.get("properties", {}):
                yield name, parameter["properties"]


def test_every_parameter_shows_an_example_that_is_good() -> None:
    shown = dict(parameters())
    assert len(shown) > 60
    for name, parameter in parameters():
        assert parameter["unit"]["const"], name
        value = parameter["values"]["additionalProperties"]
        judge = jsonschema.Draft7Validator({"definitions": SCHEMA["definitions"], **value})
        assert [list(judge.iter_errors(as_json(one))) for one in value["examples"]] == [[]], name
