"""A contract with one term otherwise, for all its years: what negotiators ask when they ask 'and if'."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipeline.contract import Contract


def varied(contract: Contract, terms: dict[str, Any]) -> Contract:
    """The contract with other values; a term that is None is taken out. Keys are as in the file, `limits.cap`."""
    raw = contract.model_dump(by_alias=True, exclude_none=True)
    day = min(contract.for_year(contract.years[0]).day, contract.contract.signed)
    for key, value in terms.items():
        section, _, name = key.partition(".")
        if value is None:
            raw.get(section, {}).pop(name, None)
        else:
            agreed = raw.setdefault(section, {}).setdefault(name, {"clause": "-", "unit": "-", "says": "-"})
            agreed["values"] = {day: value}
    return Contract.model_validate(raw)


def with_threshold(contract: Contract, rate: Decimal) -> Contract:
    """From the same share of the target on, whatever the size; on both sides where there is a malus."""
    flat = ({"from": Decimal(0), "rate": rate},)
    terms: dict[str, Any] = {
        "sharing.minimum_savings": flat,
        "sharing.statistical": None,
        "sharing.own_choice_from": None,
    }
    if contract.loss is not None:
        terms["loss.minimum_loss"] = flat
    return varied(contract, terms)


def with_ceiling(contract: Contract, euros: int) -> Contract:
    """Another truncation."""
    return varied(contract, {"truncation.ceiling": euros})


def with_path(contract: Contract, part: Decimal) -> Contract:
    """A target of another part of what cost would come to by itself."""
    return varied(contract, {"target.path": part})


def with_baseline(contract: Contract, weights: dict[int, Decimal]) -> Contract:
    """Fewer baseline years, whose weights keep their proportions."""
    whole = sum(weights.values())
    *others, last = sorted(weights)
    parts = {year: weights[year] / whole for year in others}
    return varied(contract, {"baseline.weights": {**parts, last: 1 - sum(parts.values(), Decimal(0))}})
