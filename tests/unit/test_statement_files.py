"""A statement on disk: stable, whole, complete in both languages, and unchangeable once issued."""

from __future__ import annotations

import dataclasses
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline.contract import load
from pipeline.reporting.notation import MINUS, NO_BREAK, Notation
from pipeline.reporting.statement import plain_words, to_html, to_json, write_draft
from pipeline.reporting.texts import texts
from pipeline.settlement import Statement, settle
from pipeline.settlement.statement import State
from tests.pages import Tags, keys
from tests.rule_cases import FILES, statement_of
from tests.settlement_world import EXAMPLE, contract_from, figures_of, plain_figures, raw_contract

FULL_MARKS = {"complication_ratio": 0.8, "eq5d_change": 0.25}


def statement(actual_cents: int = 9 * 10**8, *, months: int = 120_000, state: State = "draft") -> Statement:
    figures = plain_figures(
        target_cents=10**9, actual_cents=actual_cents, insured_months=months, indicators=FULL_MARKS
    )
    return settle(load(EXAMPLE), 2025, figures, state=state)


def every_outcome() -> list[Statement]:
    """Statements that between them apply every rule and reach every outcome."""
    figures = [(6 * 10**8, 120_000), (2 * 10**9, 120_000), (109 * 10**7, 120_000), (9 * 10**8, 12)]
    settled = [statement(actual, months=months) for actual, months in figures]
    poor = {"complication_ratio": 2.0, "eq5d_change": 0.0}
    growing = {
        year: {"insured_months": 60_000, "actual_cents": 5 * 10**8} for year in (2022, 2023, 2024, 2025)
    }
    for terms, bonus_only in (
        ({"trend.method": "benchmark", "sharing.starts_at": "above_threshold"}, True),
        ({"population.below_minimum": "no_bonus", "population.minimum_insured_years": 10**6}, False),
    ):
        contract = contract_from(raw_contract(terms, bonus_only=bonus_only))
        settled.append(settle(contract, 2025, figures_of(growing, FULL_MARKS)))
        dear = {**growing, 2025: {"insured_months": 60_000, "actual_cents": 9 * 10**8}}
        settled.append(settle(contract, 2025, figures_of(dear, poor)))
        cheap = {**growing, 2025: {"insured_months": 60_000, "actual_cents": 10**8}}
        settled.append(
            settle(contract, 2025, figures_of(cheap, poor, notes=("valued_as_declared", "something else")))
        )
    contract = contract_from(raw_contract({}, bonus_only=True, no_quality=True))
    settled.append(settle(contract, 2025, figures_of(cheap, {}), state="recomputed"))
    return [*(statement_of(whole, case) for whole in FILES.values() for case in whole["cases"]), *settled]


def test_both_languages_have_the_same_keys() -> None:
    assert keys(texts("nl")) == keys(texts("en"))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_outcome_has_its_words_and_a_whole_page(language: str) -> None:
    settled = every_outcome()
    for each in settled:
        page = Tags(to_html(each, code_version="1", language=language))
        assert page.open == []
        assert plain_words(each, language=language)
    assert {each.reason for each in settled} == set(texts(language)["reasons"])
    rules = {line.rule for each in settled for line in each.lines}
    assert rules == set(texts(language)["rules"])
    outcomes = {
        str(line.result.value) for each in settled for line in each.lines if line.result.unit == "outcome"
    }
    assert outcomes | {each.reason for each in settled} == set(texts(language)["outcomes"])


def test_a_contract_without_quality_terms_says_so() -> None:
    without = every_outcome()[-1]
    html = to_html(without, code_version="1", language="nl")
    assert "Dit contract kent geen kwaliteitsafspraken" in html
    assert ">herberekend</span>" in html
    assert (without.quality_score, without.line("no_quality_terms").amount) == (None, 1)
    assert json.loads(to_json(without, code_version="1"))["indicators"] == {}


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = to_html(statement(), code_version="1")
    page = Tags(html)
    assert page.names.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base", "form"})
    assert page.attributes.isdisjoint({"src", "href", "srcset", "xlink:href", "action"})
    assert not re.search(r"https?://|url\(|@import", html)


def test_texts_from_the_contract_are_escaped() -> None:
    raw = raw_contract({})
    raw["parties"]["payer"] = "<script>alert(1)</script>"
    figures = plain_figures(
        target_cents=10**9, actual_cents=9 * 10**8, insured_months=120_000, indicators=FULL_MARKS
    )
    html = to_html(settle(contract_from(raw), 2025, figures), code_version="1")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_dutch_page_says_who_pays_whom_in_dutch_notation() -> None:
    # A target of EUR 10,000,000 growing 3 % a year: 0.10 x 1.092727 + 0.30 x 1.0609 + 0.60 x 1.03 = 1.0455427.
    # Saved 10,455,427 - 9,000,000 = 1,455,427; half of it at full quality: 727,713.50.
    html = to_html(statement(), code_version="1")
    assert "Zilverzorg betaalt Consortium Maasoever" in html
    assert f"€{NO_BREAK}727.713,50" in html
    assert "concept" in html


def test_a_loss_is_paid_by_the_consortium() -> None:
    # Lost 11,500,000 - 10,455,427 = 1,044,573; half of it is just within 5 % of the target.
    assert plain_words(statement(115 * 10**7)).startswith(
        f"Consortium Maasoever betaalt Zilverzorg €{NO_BREAK}522.286,50."
    )


def test_the_lines_in_the_json_can_be_recomputed() -> None:
    content = json.loads(to_json(statement(), code_version="0.1.0+abc"))
    lines = {(line["rule"], line["result"].get("subject")): line for line in content["lines"]}
    target = lines["target", "2025"]["result"]["value"]
    actual = next(i["value"] for i in lines["savings", "2025"]["inputs"] if i["name"] == "actual_cents")
    rate = Fraction(lines["gain_rate", None]["result"]["value"])
    assert lines["savings", "2025"]["result"]["value"] == target - actual
    assert Fraction(lines["consortium_share", None]["result"]["value"]) == rate * (target - actual)
    assert content["payable_cents"] + content["insurer_share_cents"] == content["savings_cents"]
    assert [line["number"] for line in content["lines"]] == list(range(1, len(content["lines"]) + 1))
    assert content["contract"]["digest"] == load(EXAMPLE).digest
    assert lines["gain_rate", None]["clauses"] == ["7.3"]


def test_small_counts_are_left_out() -> None:
    few = statement()
    indicator = dataclasses.replace(few.indicators["eq5d_change"], denominator=9, numerator=3)
    few = dataclasses.replace(few, indicators={**few.indicators, "eq5d_change": indicator})
    shown = json.loads(to_json(few, code_version="1"))["indicators"]["eq5d_change"]
    assert (shown["numerator"], shown["denominator"]) == (None, None)
    assert "minder dan 10" in to_html(few, code_version="1")


def test_a_draft_may_be_replaced_and_equal_bytes_are_left_alone(tmp_path: Path) -> None:
    paths = write_draft(statement(), tmp_path, code_version="1")
    first, when = paths.json.read_bytes(), paths.json.stat().st_mtime_ns
    write_draft(statement(), tmp_path, code_version="1")
    assert (paths.json.read_bytes(), paths.json.stat().st_mtime_ns) == (first, when)
    write_draft(statement(8 * 10**8), tmp_path, code_version="1")
    assert paths.json.read_bytes() != first
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "maasoever-2025-draft.html",
        "maasoever-2025-draft.json",
    ]


@pytest.mark.parametrize(
    ("cents", "dutch", "english"),
    [
        (123456, "1.234,56", "1,234.56"),
        (5, "0,05", "0.05"),
        (100_000_000_00, "100.000.000,00", "100,000,000.00"),
        (Fraction(5, 2), "0,03", "0.03"),
    ],
)
def test_money(cents: int, dutch: str, english: str) -> None:
    assert Notation("nl").money(cents) == f"€{NO_BREAK}{dutch}"
    assert Notation("en").money(cents) == f"€{NO_BREAK}{english}"
    assert Notation("nl").money(-cents) == f"{MINUS}€{NO_BREAK}{dutch}"


def test_percentages_drop_needless_zeros() -> None:
    notation = Notation("nl")
    assert notation.percent(Fraction(1, 50)) == f"2{NO_BREAK}%"
    assert notation.percent(Fraction(3543, 10000)) == f"35,43{NO_BREAK}%"
