"""The order of rules is the contract's; one that goes round or cannot be is refused, naming contract and clause."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.contract import Contract
from pipeline.contract.consistency import contradictions
from pipeline.errors import ContractValueError
from pipeline.settlement import plan
from tests.settlement_world import contract_from, raw_contract


def ordered(*pairs: tuple[str, str], **more: Any) -> dict[str, Any]:
    after = tuple({"rule": rule, "after": other} for rule, other in pairs)
    return raw_contract({"deduction.of_gain": 0, "order.after": after, **more})


def refusal(*pairs: tuple[str, str]) -> ContractValueError:
    with pytest.raises(ContractValueError) as caught:
        plan(contract_from(ordered(*pairs)), 2025)
    assert "contract 'maasoever', clause x.after" in caught.value.where
    assert caught.value.remedy
    return caught.value


def test_the_usual_order_of_the_example() -> None:
    names = [rule.base for rule in plan(contract_from(raw_contract({})), 2025).rules]
    shares = [
        "gates",
        "shared_amount",
        "gain_rate",
        "loss_rate",
        "consortium_share",
        "limited_share",
        "payable",
    ]
    assert names[names.index("gates") : names.index("payable") + 1] == shares
    assert names[0] == "insured_years"
    assert names[-1] == "insurer_share"


def test_an_order_moves_only_what_it_names() -> None:
    usual = [rule.name for rule in plan(contract_from(raw_contract({"deduction.of_gain": 0})), 2025).rules]
    moved = [rule.name for rule in plan(contract_from(ordered(("deduction", "limited_share"))), 2025).rules]
    assert usual.index("deduction") < usual.index("limited_share")
    assert moved.index("deduction") == moved.index("limited_share") + 1
    assert [name for name in usual if name != "deduction"] == [name for name in moved if name != "deduction"]


def test_a_circle_is_refused_when_the_contract_is_read() -> None:
    raw = ordered(("deduction", "limited_share"), ("limited_share", "deduction"))
    found = list(contradictions(Contract.model_validate(raw)))
    assert [what for _, what, _ in found] == [
        "The order of the rules goes round: deduction after limited_share after deduction"
    ]


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        (("target", "savings"), "savings after target after savings"),
        (("limited_share", "payable"), "payable after limited_share after payable"),
        (("indicator_score", "quality_score"), "quality_score after indicator_score after quality_score"),
    ],
)
def test_a_rule_cannot_come_before_what_it_takes_in(pair: tuple[str, str], says: str) -> None:
    what = str(refusal(pair))
    rules = set(says.split(" after "))
    assert "cannot stand in this order" in what
    assert rules <= set(what.replace(":", " ").split())


def test_a_rule_that_the_contract_does_not_have() -> None:
    assert "Did you mean 'limited_share'?" in str(refusal(("limited_shar", "deduction")))
    assert "It has: insured_years" in str(refusal(("zzz", "deduction")))
    far = str(refusal(("deduction", "aftrek")))
    assert "Did you mean" not in far
    assert "limited_share, payable" in far
    assert "Did you mean 'limited_share'? It has: insured_years" in str(
        refusal(("limited_shar", "deduction"))
    )


def test_only_what_a_result_rests_on() -> None:
    whole = plan(contract_from(raw_contract({})), 2025)
    names = {rule.base for rule in whole.up_to("target_per_insured_year").rules}
    assert {"updated_baseline", "case_mix_ratio", "trend", "target_per_insured_year"} <= names
    assert names.isdisjoint({"savings", "quality_score", "payable"})
