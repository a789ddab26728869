"""The order of a contract's rules: the usual one, moved as far as the contract says so.

A rule comes after the rules whose results it takes in; where the contract says that one rule is applied after
another, it comes after that too; for the rest rules keep their usual order. An order that goes round, or that would
ask for a result before it is there, is refused.
"""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Mapping, Sequence

from pipeline.contract import Term
from pipeline.contract.values import Precedence
from pipeline.errors import ContractValueError
from pipeline.settlement.course import Rule

Before = Mapping[int, set[int]]
"""By place of a rule in the usual order: the places of the rules that come before it."""


def in_order(
    rules: Sequence[Rule], after: Term[tuple[Precedence, ...]] | None, where: str
) -> tuple[Rule, ...]:
    """The rules in the order in which they are applied; `where` names the contract in messages.

    Raises:
        ContractValueError: when the contract's order names a rule that it does not have, goes round, or cannot be.
    """
    before = _needed(rules)
    for pair in after.value if after else ():
        for name in (pair.rule, pair.after):
            _require_known(name, rules, after, where)
        for place, rule in enumerate(rules):
            if rule.base == pair.rule:
                before[place] |= {i for i, each in enumerate(rules) if each.base == pair.after}
    places = _sorted(before)
    if len(places) < len(rules):
        raise _impossible(rules, before, set(places), after, where)
    return tuple(rules[place] for place in places)


def _needed(rules: Sequence[Rule]) -> dict[int, set[int]]:
    places = {rule.name: place for place, rule in enumerate(rules)}
    return {
        place: {places[name] for name in rule.needs if name in places} for place, rule in enumerate(rules)
    }


def _sorted(before: Before) -> list[int]:
    """The places in order, the lowest that may come first; those in a circle are left out."""
    waiting = {place: set(others) for place, others in before.items()}
    ready = [place for place, others in waiting.items() if not others]
    heapq.heapify(ready)
    done: list[int] = []
    while ready:
        place = heapq.heappop(ready)
        done.append(place)
        for other, others in waiting.items():
            if place in others:
                others.remove(place)
                if not others:
                    heapq.heappush(ready, other)
    return done


def _require_known(
    name: str, rules: Sequence[Rule], after: Term[tuple[Precedence, ...]] | None, where: str
) -> None:
    known = list(dict.fromkeys(rule.base for rule in rules))
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
        meant = f"Did you mean '{nearest[0]}'? " if nearest else ""
        raise ContractValueError(
            f"The order names the rule '{name}', which this contract does not have",
            where=_place(where, after),
            remedy=f"{meant}It has: {', '.join(known)}.",
        )


def _impossible(
    rules: Sequence[Rule],
    before: Before,
    done: set[int],
    after: Term[tuple[Precedence, ...]] | None,
    where: str,
) -> ContractValueError:
    """What is wrong with an order in which some rules wait for one another."""
    place = min(set(before) - done)
    path = [place]
    while True:
        place = min(before[place] - done)
        if place in path:
            path = [*path[path.index(place) :], place]
            break
        path.append(place)
    names = list(dict.fromkeys(rules[each].base for each in path[:-1]))
    return ContractValueError(
        f"The rules cannot stand in this order: {' after '.join([*names, names[0]])}",
        where=_place(where, after),
        remedy="Take out one of the pairs in order.after that name these rules: a rule cannot come before what it "
        "takes in.",
    )


def _place(where: str, after: Term[tuple[Precedence, ...]] | None) -> str:
    return f"{where}, clause {after.clause}, key 'order.after'" if after else where
