"""That every list of a contract holds each code once: what stands there twice would count twice, or is a slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pydantic import BaseModel

from pipeline.contract.dated import Dated
from pipeline.contract.findings import Finding, by_date

NAMED_BY = ("id", "agb_code")
"""The parts by which an item of a list is known; an item without any of them may look like another."""


def repetitions(contract: Dated) -> Iterator[Finding]:
    """Every code that stands in one list twice, in all parameters."""
    for section, name, parameter in contract.parameters():
        for key, value in by_date(section, name, parameter):
            yield from _within(key, value)


def _within(key: tuple[object, ...], value: object) -> Iterator[Finding]:
    """What stands twice in a list, and in the lists within its items."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _within((*key, name), getattr(value, name))
    if not isinstance(value, tuple):
        return
    for code, times in Counter(filter(None, map(_code, value))).items():
        if times > 1:
            often = "twice" if times == 2 else f"{times} times"
            yield key, f"'{code}' stands there {often}", "Keep it once."
    for place, item in enumerate(value):
        yield from _within((*key, place), item)


def _code(item: object) -> str | None:
    """The code that an item is, or by which it is known."""
    if isinstance(item, str):
        return item
    return next((str(getattr(item, name)) for name in NAMED_BY if hasattr(item, name)), None)
