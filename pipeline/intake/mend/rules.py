"""What each rule of intake means, and what to do about a row that breaks it: `rules.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

RULES = Path(__file__).with_name("rules.yaml")
NUMBERED = "VC"
"""The rules of XML messages, which have numbers of their own."""


@dataclass(frozen=True)
class RuleText:
    """A rule in words: what it asks, and what to do; `do_in_table` where that is another thing in a table."""

    means: str
    do: str
    do_in_table: str = ""


@cache
def rule_texts() -> dict[str, RuleText]:
    """All rules by name, in alphabetical order."""
    raw = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return {name: RuleText(**text) for name, text in raw.items()}


def rule_text(rule: str) -> RuleText:
    """A rule in words; of a rule of a layout that is not ours, only its reason tells."""
    name = NUMBERED if re.fullmatch(rf"{NUMBERED}\d+", rule) else rule
    return rule_texts().get(name, RuleText("a rule of the standard's layout", "The reason says it."))
