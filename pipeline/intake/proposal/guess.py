"""A guess: a rule as a mapping has it, how sure it is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.intake.tables.mapping_file import DECIDE

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"
CONFIRMED, CONTRADICTED = 0.95, 0.5
"""Shares of values that look as they should, from which on they confirm a guess, and below which they contradict it."""


@dataclass(frozen=True)
class Guess:
    """A rule as it stands in a mapping, how sure it is, and why. `sources` are the file's columns that it takes."""

    rule: Any
    sureness: str
    why: str
    sources: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """True when a person has to decide before the mapping can be used."""
        rule = self.rule if isinstance(self.rule, dict) else {}
        return DECIDE in rule or DECIDE in rule.get("codes", {}).values()
