"""A contract in plain sentences; every amount of its example comes from the settlement itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from pipeline.contract import Contract, Term, load, recognition, values
from pipeline.contract.guide import field_at, is_parameter, keys_at
from pipeline.contract.recognition import Condition, Episode, Evidence
from pipeline.contract.values import (
    AgreedAmount,
    Bracket,
    ExpectedDelivery,
    Indicator,
    Overlap,
    Precedence,
    Provider,
    QualityGate,
    Requirement,
    RiskLimit,
    Statistical,
)
from pipeline.home import CHECKOUT
from pipeline.reporting.explanation import explanation
from pipeline.reporting.explanation.readings import Readings
from pipeline.reporting.notation import NO_BREAK
from pipeline.reporting.texts import FOLDER, texts
from tests.settlement_world import START, contract_from, raw_contract

CONTRACTS = sorted({*CHECKOUT.glob("contracts/*.yaml"), *CHECKOUT.glob("contracts/examples/*.yaml")})


def contract(name: str) -> Contract:
    return load(CHECKOUT / "contracts" / f"{name}.yaml")


def told(of: Contract, year: int = 2025, language: str | None = None) -> str:
    """The explanation on one line, so that no assertion hangs on where lines break."""
    return " ".join(explanation(of, year, language).replace(NO_BREAK, " ").split())


# The figures of an example are round, so that each amount can be worked out by hand.
@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        # 20,000 x EUR 2,500; 4 % under it; 75 % of a rate of 50 %; the loss rate 1 - 0.375 meets its ceiling
        (
            "maasoever",
            [
                "Stel: 20.000 verzekerdejaren, en een doel van € 50.000.000,00.",
                "4 % lager uit (€ 2.000.000,00 onder het doel), bij een kwaliteit van 75 %, dan: Zilverzorg betaalt"
                " Consortium Maasoever € 750.000,00. De rest, € 1.250.000,00, blijft bij Zilverzorg.",
                "4 % hoger uit (€ 2.000.000,00 boven het doel), bij een kwaliteit van 75 %, dan: Consortium Maasoever"
                " betaalt Zilverzorg € 1.200.000,00. De rest, € 800.000,00, draagt Zilverzorg.",
            ],
        ),
        # only what exceeds 2 % of the target is shared, at 40 %; a loss is not
        (
            "polderzorg",
            [
                "dan: Kompas betaalt Huisartsengroep Polderzorg € 400.000,00.",
                "dan: er wordt niets betaald. De kosten kwamen boven het doel uit",
            ],
        ),
        # 75 % of full marks is above the step of 70 %: the full rate of 60 %; a loss at 30 %
        ("examples/regiozorg", ["€ 1.200.000,00. De rest, € 800.000,00", "betaalt Zilverzorg € 600.000,00."]),
        # the threshold is 1.645 x 1.8 / sqrt(4,000) = 4.68 %, so that 10 % is shown: 75 % of 50 % of EUR 4 million
        ("examples/longzorg", ["10 % lager uit (€ 4.000.000,00 onder het doel)", "€ 1.500.000,00. De rest"]),
        # 1,500 x EUR 5,400 = 8.1 million; above 2 %, at 70 %; a loss at 50 %; the members' volumes are as 4, 3, 2 and 1
        (
            "examples/geboortezorg",
            [
                "Stel: 1.500 episodes, en een doel van € 8.100.000,00.",
                "betaalt Geboortecoöperatie Maasoever € 113.400,00.",
                "Ziekenhuis Maasoever (art. 7.1, 7.2, 7.3): € 45.360,00",
                "Kraamzorg Rivierenland (art. 7.1, 7.2, 7.3): € 11.340,00",
                "betaalt Zilverzorg € 81.000,00.",
            ],
        ),
    ],
)  # fmt: skip
def test_the_example_is_what_the_contract_gives(name: str, sentences: list[str]) -> None:
    text = told(contract(name))
    assert [sentence for sentence in sentences if sentence not in text] == [], text


@pytest.mark.parametrize(
    ("name", "language", "sentences"),
    [
        # who is a patient: the specialism, and how far back is looked; and a minimum in patients
        ("examples/longzorg", "nl", ["van specialisme 0322", "in het jaar zelf of het jaar ervoor",
                                     "in het jaar zelf of de 3 jaren ervoor", "ten minste 1.500 patiëntjaren"]),
        ("examples/longzorg", "en", ["of specialism 0322", "or the 3 years before", "at least 1,500 patient years"]),
        # a loss can be computed anew: what is borne is one less 50 % x 75 %, and the ceiling is met
        ("maasoever", "nl", ["100 % min wat het van een besparing zou krijgen",
                             "Deel van het verlies (art. 7.3, 7.5): 60 %"]),
        ("maasoever", "en", ["100% less what it would get of a saving"]),
        # who pays which part of the fee
        ("examples/regiozorg", "nl", ["Deel van de vergoeding van de OCMO, Zilverzorg (art.",
                                      "Deel van de vergoeding van de OCMO, Regiocoöperatie"]),
        ("maasoever", "nl", ["door zilverzorg (verzekerden, declaraties"]),
    ],
)  # fmt: skip
def test_what_decides_is_told(name: str, language: str, sentences: list[str]) -> None:
    text = told(contract(name), language=language)
    lower = text.lower()
    assert [sentence for sentence in sentences if sentence.lower() not in lower] == [], text


TOLD_OTHERWISE = {
    "agb_code": "members are called by their name",
    "id": "a code for files; `name` says the same for people",
    "Requirement.indicator": "`name` says what is measured",
}
"""Parts of a value that no sentence reads, and why."""

MODELS = {
    Provider: {"agb_code": "06110001", "name": "A"},
    Bracket: {"from": 5, "below": 10, "rate": Decimal("0.1"), "to": Decimal("0.2"), "at": 9},
    Statistical: {"z": 2, "variation": 3, "least": Decimal("0.01"), "most": Decimal("0.5")},
    Indicator: {"id": "a", "name": "A", "weight": 1, "floor": 0, "goal": 9, "direction": "higher_is_better"},
    QualityGate: {"id": "a", "name": "A", "indicator": "b", "at_least": 3, "gain": "full", "loss": "linear"},
    Requirement: {"id": "a", "name": "A", "indicator": "b", "at_most": 3},
    AgreedAmount: {"id": "a", "name": "A", "amount": 3},
    Precedence: {"rule": "cap", "after": "deduction"},
    ExpectedDelivery: {"supplier": "a", "tables": ("insured",), "years": "contract"},
    Overlap: {"table": "insured", "expected": Decimal("0.5"), "at_least": 0, "at_most": 1},
    RiskLimit: {"columns": ("sex_code",), "smaller_than": 5, "share": Decimal("0.5")},
    Evidence: {"column": "atc_code", "begins_with": ("R03",), "specialism": "0322", "minimum_daily_doses": 90,
               "minimum_lines": 2},
    Condition: {"id": "a", "name": "A", "evidence": ({"column": "atc_code", "begins_with": ("R03",)},),
                "looks_back_years": 1, "minimum_age": 40},
    Episode: {"id": "a", "name": "A", "evidence": ({"column": "atc_code", "begins_with": ("R03",)},),
              "days_before": 3, "days_after": 4},
}  # fmt: skip
OTHER = {
    "name": "B", "below": 11, "rate": Decimal("0.15"), "to": Decimal("0.25"), "at": 8, "z": 1, "variation": 4,
    "least": Decimal("0.02"), "most": Decimal("0.4"), "weight": Decimal("0.5"), "floor": 1, "goal": 8,
    "direction": "lower_is_better", "late": True, "indicator": "c", "at_least": 4, "gain": "brackets", "loss": "full",
    "at_most": 4, "amount": 4, "rule": "collar", "after": "trend", "supplier": "b", "tables": ("claim_line",),
    "years": "baseline_and_contract", "table": "claim_line", "expected": Decimal("0.6"), "columns": ("birth_year",),
    "smaller_than": 6, "share": Decimal("0.4"), "column": "icd10_code", "begins_with": ("R04",),
    "specialism": "0313", "minimum_daily_doses": 91, "minimum_lines": 3, "looks_back_years": 2, "minimum_age": 41,
    "evidence": ({"column": "atc_code", "begins_with": ("R04",)},), "days_before": 5, "days_after": 6,
}  # fmt: skip
"""A valid other value of each part; `from` of brackets is read from the last only, as each begins where one ended."""


def test_every_kind_of_value_is_among_those_tried() -> None:
    kinds = {kind for module in (values, recognition) for kind in vars(module).values()
             if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not BaseModel}  # fmt: skip
    assert kinds == set(MODELS)


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_every_part_of_a_value_changes_its_sentence(kind: type[BaseModel]) -> None:
    base = MODELS[kind]
    for name, field in kind.model_fields.items():
        key = field.alias or name
        if key in TOLD_OTHERWISE or f"{kind.__name__}.{key}" in TOLD_OTHERWISE or key == "from":
            continue
        before, after = base, {**base, key: OTHER[key]}
        if kind is Bracket and key == "below":  # a slope is told by where it ends
            before, after = (
                {k: v for k, v in one.items() if k not in ("to", "at")} for one in (before, after)
            )
        if kind is Requirement and key == "at_least":
            after = {k: v for k, v in after.items() if k != "at_most"}
        if kind is Overlap:
            after = {**base, key: OTHER[key] if key in ("table", "expected") else Decimal("0.3")}
        assert read(kind, before) != read(kind, after), key


def read(kind: type[BaseModel], parts: dict[str, Any]) -> str:
    if kind is Evidence:
        return read(Condition, {**MODELS[Condition], "evidence": (parts,)})
    value = (kind.model_validate(parts),)
    of = value if kind is not Statistical else value[0]
    return Readings(contract("maasoever"), "en").of(Term("k", of, "list", "1", "", dt.date(2025, 1, 1)))


def test_another_term_gives_another_example() -> None:
    text = told(contract_from(raw_contract({"sharing.starts_at": "above_threshold"})))
    assert "€ 468.750,00" in text  # (2,000,000 - 1.5 % of 50 million) x 37.5 %
    assert "alleen gedeeld wat boven de drempel uitkomt" in text


def test_a_total_for_all_care_together() -> None:
    raw = raw_contract({})
    del raw["case_mix"], raw["baseline"], raw["trend"]
    parameter = {"clause": "5.1", "says": "Een totaal."}
    raw["unit"] = {"counted_in": {**parameter, "unit": "choice", "values": {START: "total"}}}
    raw["target"] = {
        "method": {**parameter, "unit": "choice", "values": {START: "agreed"}},
        "amount": {**parameter, "unit": "EUR per unit", "values": {START: Decimal(30_000_000)}},
    }
    text = told(contract_from(raw), language="en")
    assert "Suppose the target is € 30,000,000.00." in text
    assert "(€ 1,200,000.00 under the target), at a quality of 75%, then: Zilverzorg pays" in text


def test_a_year_is_explained_on_its_own_terms_with_what_comes_later() -> None:
    first, last = told(contract("maasoever"), 2025), told(contract("maasoever"), 2027)
    assert (
        "ten minste 40 % nodig; daaronder is er geen opbrengst. Vanaf 2026: 45 %. Vanaf 2027: 50 %. (art. 6.2)"
        in first
    )
    assert "ten minste 50 % nodig; daaronder is er geen opbrengst. (art. 6.2)" in last


def test_each_clause_is_named_and_what_is_left_out_is_told() -> None:
    text = told(contract("polderzorg"), language="en")
    assert "only what exceeds the threshold is shared. (clause 6.2)" in text
    assert "a saving is shared at the full rate." in text
    assert "Of what is shared, 40% goes to Huisartsengroep Polderzorg" in text
    assert "Only a saving is shared; a loss stays with Kompas." in text


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_every_contract_is_explained_in_either_language(path: str, language: str) -> None:
    of = load(path)
    for year in of.years:
        text = told(of, year, language)
        assert "{" not in text
        assert of.contract.name in text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_parameter_and_every_choice_of_the_language_has_its_sentence(language: str) -> None:
    terms = texts(language, "explanation")["terms"]
    for section in keys_at(Contract, ()):
        for name in keys_at(Contract, (section,)):
            field = field_at(Contract, (section, name))
            if field is not None and is_parameter(field):
                template = terms[f"{section}.{name}"]
                choices = sorted(template) if isinstance(template, dict) else []
                allowed = sorted(str(one) for one in _choices(field.annotation)) if choices else []
                assert choices == allowed, f"{section}.{name}"


def _choices(annotation: object) -> tuple[object, ...]:
    """What a choice may be: the literals of a parameter's values."""
    models = (annotation, *getattr(annotation, "__args__", ()))
    parameter = next(one for one in models if hasattr(one, "__pydantic_generic_metadata__"))
    (kind,) = parameter.__pydantic_generic_metadata__["args"]
    literals: tuple[object, ...] = kind.__args__
    return literals


def test_both_languages_have_the_same_keys() -> None:
    nl, en = (
        yaml.safe_load((FOLDER / f"explanation_{language}.yaml").read_text(encoding="utf-8"))
        for language in ("nl", "en")
    )
    assert _keys(nl) == _keys(en)


def _keys(value: object) -> object:
    return {key: _keys(item) for key, item in value.items()} if isinstance(value, dict) else None
