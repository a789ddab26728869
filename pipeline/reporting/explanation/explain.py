"""Put a contract's explanation together: its head, its sections, and the computed example."""

from __future__ import annotations

import textwrap

from pipeline.contract import Contract
from pipeline.reporting.explanation.example import worked_example
from pipeline.reporting.explanation.readings import Readings
from pipeline.reporting.explanation.sentences import head, sections

WIDTH = 110


def explanation(contract: Contract, year: int, language: str | None = None) -> str:
    """A contract in plain sentences as it works in a year, with a worked example; in its own language unless told.

    Raises:
        ContractValueError: when the year is outside the contract's term.
    """
    contract.for_year(year)
    readings = Readings(contract, language or contract.contract.language)
    page = readings.words["page"]
    parts = [*sections(contract, year, readings), (page["example"], worked_example(contract, year, readings))]
    blocks = ["\n".join(head(contract, year, readings))]
    blocks += ["\n".join([str(heading), *(_wrapped(line) for line in lines)]) for heading, lines in parts]
    return "\n\n".join(blocks)


def _wrapped(sentence: str) -> str:
    """A sentence within the page's width; amounts keep their sign and number together."""
    return textwrap.fill(
        sentence,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )
