"""What a contract says, one sentence per parameter, in the order of the language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pipeline.contract import Contract
from pipeline.contract.parameter import Parameter
from pipeline.periods import first_day
from pipeline.reporting.explanation.readings import Readings
from pipeline.reporting.notation import NO_BREAK

Sentences = tuple[str, list[str]]
"""A heading and what stands under it."""


def head(contract: Contract, year: int, readings: Readings) -> list[str]:
    """What the contract is called, its version, and for which year it is explained."""
    header, words, notation = contract.contract, readings.words["page"], readings.notation
    lines = [
        str(words["title"]).format(name=header.name),
        str(words["subtitle"]).format(version=header.version, signed=notation.date(header.signed), year=year),
    ]
    if header.supersedes_from is not None:
        since = notation.date(header.supersedes_from)
        lines.append(str(words["amends"]).format(since=since, because=header.because))
    return lines


def sections(contract: Contract, year: int, readings: Readings) -> Iterator[Sentences]:
    """Every section with its sentences; of one that the contract leaves out, what that means for the parties."""
    sentences: dict[str, list[str]] = {}
    for section, name, parameter in contract.parameters():
        said = sentence(f"{section}.{name}", parameter, contract, year, readings)
        if said:
            sentences.setdefault(section, []).append(said)
    for section, heading in readings.words["sections"].items():
        absent = readings.words["absent"].get(section)
        if section in sentences:
            yield str(heading), sentences[section]
        elif absent and getattr(contract, section) is None:
            yield str(heading), [str(absent).format(**readings.parties)]


def sentence(
    key: str, parameter: Parameter[Any], contract: Contract, year: int, readings: Readings
) -> str | None:
    """What a parameter says in a year, with its clause and with what it becomes in later years; None: not told."""
    terms = readings.words["terms"]
    template = terms.get(f"{key}.without_quality") if contract.quality is None else None
    template = template or terms[key]
    if template is None:
        return None
    day = first_day(year)
    term = parameter.on(day)
    if term.value == ():
        template = terms[f"{key}.none"]
    said = _said(template, readings.of(term), term.value, contract, day, readings)
    later = [
        str(readings.words["page"]["later"]).format(
            year=since.year, value=_later(template, parameter, since, contract, readings)
        )
        for since in sorted(parameter.values)
        if since > day and since.year in contract.years
    ]
    clause = f"({readings.words['page']['clause']}{NO_BREAK}{parameter.clause})"
    return " ".join([said, *later, clause])


def _later(
    template: Any, parameter: Parameter[Any], since: dt.date, contract: Contract, readings: Readings
) -> str:
    """What a parameter becomes: its value, or its whole sentence where it is a choice."""
    term = parameter.on(since)
    if isinstance(template, dict):
        said = _said(template, "", term.value, contract, since, readings)
        return said[0].lower() + said[1:].removesuffix(".")
    return readings.of(term)


def _said(
    template: Any, value: str, choice: Any, contract: Contract, day: dt.date, readings: Readings
) -> str:
    text = template[choice] if isinstance(template, dict) else template
    counted = contract.at(day).unit_counted_in
    code = counted.value if counted else "insured_year"
    units = "insured_years" if code == "total" else f"{code}s"  # of a total, its insured years are counted
    said = str(text).format(
        value=value,
        unit=readings.words["one"][code],
        units=readings.words["units"][units],
        **readings.parties,
    )
    return said[0].upper() + said[1:]
