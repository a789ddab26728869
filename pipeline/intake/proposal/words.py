"""What systems call their columns, and how a name is held against that: `header_words.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.intake.tables.header import normalised

HEADER_WORDS = Path(__file__).with_name("header_words.yaml")

GROUP, REFERENCE = "$", "="
"""Before the name of a group of words, and of another canonical column."""

SAME, PARTLY, WITHIN = 1.0, 0.7, 0.4
"""How well a name fits a word: it is the word; all parts of the word are in it; the word stands somewhere in it."""

SHORTEST_WITHIN = 5
"""Letters. Shorter words stand in many names by chance."""


@dataclass(frozen=True)
class Words:
    """The dictionary: words of the BSN, rules by table and canonical column, and codes by column.

    In `rules` a group of words is a tuple; the other texts are references to canonical columns ('=provider_code')
    or fixed settings of the rule. `codes` has by canonical value the words that sources use for it.
    """

    person: tuple[str, ...]
    rules: Mapping[str, Mapping[str, list[dict[str, Any]]]]
    codes: Mapping[str, Mapping[Any, tuple[str, ...]]]


@cache
def words() -> Words:
    """The dictionary that comes with the software."""
    raw = yaml.safe_load(HEADER_WORDS.read_text(encoding="utf-8"))
    groups = raw["words"]
    rules = {
        table: {
            column: [
                {key: _resolved(value, groups, key) for key, value in rule.items()} for rule in candidates
            ]
            for column, candidates in columns.items()
        }
        for table, columns in raw["tables"].items()
    }
    codes = {
        column: {value: tuple(normalised(str(word)) for word in known) for value, known in values.items()}
        for column, values in raw["codes"].items()
    }
    return Words(_group(groups[raw["person"]]), rules, codes)


def fit(name: str, group: Sequence[str]) -> float:
    """How well a column's name fits a group of words: the best of them, 0 for not at all."""
    name = normalised(name)
    parts = set(name.split("_"))
    best = 0.0
    for word in group:
        if name == word:
            return SAME
        if parts.issuperset(word.split("_")):
            best = max(best, PARTLY)
        elif len(word) >= SHORTEST_WITHIN and word in name:
            best = max(best, WITHIN)
    return best


def _resolved(value: Any, groups: Mapping[str, list[str]], key: str) -> Any:
    """The words of one source as a tuple; several sources as a list of such and of references."""
    if key == "separator" or (isinstance(value, str) and value.startswith(REFERENCE)):
        return value
    if isinstance(value, str):
        return _group(groups[value.removeprefix(GROUP)])
    if all(isinstance(one, str) and not one.startswith((GROUP, REFERENCE)) for one in value):
        return _group(value)
    return [_resolved(one, groups, key) for one in value]


def _group(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(normalised(word) for word in words)
