"""Any amount on a statement is traced to figures, terms with their clause, and table versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.errors import FiguresError
from pipeline.reporting.document import document
from pipeline.reporting.notation import NO_BREAK
from pipeline.reporting.origins import AGREED
from pipeline.reporting.texts import texts
from pipeline.reporting.traced import traced_data, traced_text
from pipeline.reporting.tracing import Node, trace
from pipeline.settlement import Statement, settle
from pipeline.settlement.figures import UNITS
from tests.pages import keys
from tests.rule_cases import FILES, statement_of
from tests.settlement_world import contract_from, figures_of, plain_figures, raw_contract

CASES = [(whole, case) for whole in FILES.values() for case in whole["cases"]]
CONTRACT = contract_from(raw_contract({}))
FULL_MARKS = {"complication_ratio": 0.8, "eq5d_change": 0.25}


def every(node: Node) -> Iterator[Node]:
    yield node
    for part in node.of:
        yield from every(part)


def told(of: dict[str, Any], line: str = "payable", language: str = "en") -> list[str]:
    """The tree of a line of the example contract's statement, blanks that do not break as any other."""
    return [text.replace(NO_BREAK, " ") for text in traced_text(trace(of, line), CONTRACT, language)]


def saved() -> dict[str, Any]:
    """EUR 10,000,000 of target in every baseline year, EUR 9,000,000 spent by 10,000 insured."""
    figures = plain_figures(
        target_cents=10**9, actual_cents=9 * 10**8, insured_months=120_000, indicators=FULL_MARKS
    )
    return document(settle(contract_from(raw_contract({})), 2025, figures), "1")


@pytest.mark.parametrize(("whole", "case"), CASES, ids=[case["case"] for _, case in CASES])
def test_every_line_of_every_case_can_be_traced(whole: dict[str, Any], case: dict[str, Any]) -> None:
    settled = statement_of(whole, case)
    statement = document(settled, "1")
    for number in range(1, len(statement["lines"]) + 1):
        tree = trace(statement, str(number))
        assert all(list(traced_text(tree, settled.contract, language)) for language in ("nl", "en"))
        for node in every(tree):
            assert node.origin != "agreed" or node.name in AGREED
            assert node.origin not in ("measured", "stated") or node.name.partition(":")[0] in UNITS
            # what is zero because nothing is shared has no line; all else comes from something
            assert node.origin != "nothing" or node.value == 0, node


def growing() -> Statement:
    """A tenth is saved on what the comparison group's growth, of nothing, makes of four even years."""
    by_year = {year: {"insured_months": 60_000, "actual_cents": 5 * 10**8} for year in range(2022, 2026)}
    by_year[2025]["actual_cents"] = 45 * 10**7
    contract = contract_from(raw_contract({"trend.method": "benchmark"}, no_quality=True))
    return settle(contract, 2025, figures_of(by_year, {}))


def test_the_payable_goes_down_to_figures_and_the_tables_that_hold_them() -> None:
    nodes = list(every(trace(document(growing(), "1"))))
    measured = {(node.name, node.subject): node for node in nodes if node.origin == "measured"}
    assert {("actual_cents", str(year)) for year in range(2022, 2026)} <= set(measured)
    assert ("comparison_observed_cents", "2022") in measured
    assert not any(node.origin == "nothing" for node in nodes)
    assert told(document(growing(), "1"))[-1].split() == ["mart_expected_cost", "ab" * 32]
    assert all(node.tables == {"mart_expected_cost": "ab" * 32} for node in measured.values())


def test_each_line_names_its_terms_with_clause_and_is_explained_once() -> None:
    statement = saved()
    nodes = [node for node in every(trace(statement)) if node.origin == "line"]
    told = [node.number for node in nodes if not node.is_again]
    assert sorted(set(told)) == sorted(told)
    for node in nodes:
        agreed = statement["lines"][node.number - 1]["parameters"]
        assert list(node.terms) == ([] if node.is_again else agreed)
    shown = {node.name for node in nodes}
    assert {"limited_share", "gain_rate", "savings", "target", "case_mix_ratio", "trend"} <= shown


def test_a_tree_as_people_read_it() -> None:
    # 10 % of the target saved, of which the consortium's part is half times the quality score
    lines = told(saved(), "gain_rate")
    assert lines[0].startswith("Share of the saving = 50%  [line ")
    assert any(
        line.startswith("├─ agreed, clause 7.3 since 2025-01-01, sharing.gain_rate: 50%. ") for line in lines
    )
    assert any("measured complication_ratio = 0.80  (measured)" in line for line in lines)


def test_agreed_values_stand_there_whole_as_people_write_them() -> None:
    """What is checked against the contract: brackets, weights, shares and choices, in either language."""
    dutch, english = (" ".join(told(saved(), language=language)) for language in ("nl", "en"))
    assert "sharing.minimum_savings: tot 20.000: 2 %; vanaf 20.000: 1,5 %." in dutch
    assert "sharing.minimum_savings: below 20,000: 2%; from 20,000: 1.5%." in english
    assert "baseline.weights: 2022 voor 10 %, 2023 voor 30 % en 2024 voor 60 %." in dutch
    assert "limits.cap: 10 %." in dutch
    assert "sharing.starts_at: from the first euro." in english
    assert "..." not in english + dutch


def test_the_contracts_sentence_is_told_once() -> None:
    text = "\n".join(told(saved()))
    says = CONTRACT.sharing.gain_rate.says
    assert (text.count("sharing.gain_rate: 50%"), text.count(says)) == (2, 1)


def test_of_an_indicators_line_only_that_indicator_is_told() -> None:
    text = " ".join(told(saved(), "indicator_score:eq5d_change"))
    assert "weighs 40%; nothing at 0.05, all at 0.25 or more" in text
    assert "weighs 60%" not in text


def test_the_whole_tree_is_in_one_language() -> None:
    text = " ".join(told(saved(), language="nl"))
    assert "Deel van de besparing = 50 %  [regel " in text
    assert ", hierboven uitgelegd]" in text
    for word in ("agreed", "measured", "clause", "explained above", "line "):
        assert word not in text, word


def test_months_that_no_line_shows_are_worked_back_from_the_years() -> None:
    """5,000 insured years are 60,000 months; what the tree cannot tell, it says so of."""
    text = told(document(growing(), "1"))
    assert any(
        "Insured months 2022 = 60,000" in line or "insured months 2022 = 60,000" in line for line in text
    )


def test_a_value_that_the_contract_now_has_otherwise_is_told_as_the_statement_has_it() -> None:
    statement = saved()
    for line in statement["lines"]:
        for term in line["parameters"]:
            if term["key"] == "sharing.gain_rate":
                term["value"] = "0.4"
    assert any("sharing.gain_rate: 0.4." in line for line in told(statement, "gain_rate"))


def test_both_languages_have_the_same_words() -> None:
    assert keys(texts("nl", "traced")) == keys(texts("en", "traced"))


def test_the_same_for_machines() -> None:
    tree = traced_data(trace(saved(), "insured_years"))
    assert tree["of"] == [
        {
            "name": "insured_months",
            "subject": "2025",
            "value": 120_000,
            "unit": "months",
            "origin": "measured",
            "tables": {"mart_expected_cost": "ab" * 32},
        }
    ]
    assert json.loads(json.dumps(tree)) == tree


def test_a_stated_fact_is_told_from_what_was_measured() -> None:
    terms = {"termination.gain": "forfeited"}
    whole = {"terms": terms, "figures": {"left_within_year": 1}}
    statement = document(statement_of(whole, {}), "1")
    (fact,) = trace(statement, "termination_gate", {"left_within_year": "1"}).of
    assert (fact.name, fact.value, fact.origin, fact.tables) == ("left_within_year", 1, "stated", {})


def test_a_line_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(FiguresError, match="no line 'gain'") as caught:
        trace(saved(), "gain")
    assert "gain_rate" in caught.value.remedy
    with pytest.raises(FiguresError, match="several lines 'trend'") as caught:
        trace(saved(), "trend")
    assert "trend:2022, trend:2023, trend:2024" in caught.value.remedy
