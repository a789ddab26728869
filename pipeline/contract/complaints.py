"""Turn what the validator found into messages for the person who has to mend the contract.

Each says file, line, key, what is wrong and how it is written: the nearest right key, the nearest right choice,
an example from the language itself.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.contract.guide import Key, example, homes_of, keys_at
from pipeline.contract.place import Place
from pipeline.contract.slips import meant_by
from pipeline.errors import ContractError, ContractKeyError, ContractValueError

NEEDED = {
    "bool_type": "true or false is needed",
    "date_type": "a date such as 2025-01-01 is needed",
    "dict_type": "values by key or date are needed",
    "int_type": "a whole number is needed",
    "model_type": "keys with values are needed",
    "string_too_short": "a text is needed",
    "string_type": "a text is needed",
    "too_short": "at least one is needed",
    "tuple_type": "a list is needed, between [ and ]",
}
"""What the validator means, for kinds of error whose own words speak of Python."""

FORMS = {
    "^[0-9]{8}$": "an AGB code of eight digits is needed",
    "^[0-9]{4}$": "four digits are needed",
    "^[1-9][0-9]{2}$": "the first three digits of a postcode are needed",
    "^[a-z0-9][a-z0-9_-]*$": "a short name is needed, of small letters, digits, - and _",
    "^[a-z][a-z_]*$": "a name of small letters and _ is needed",
    "^[A-Za-z0-9._-]+$": "a code of letters and digits is needed, between quotes when it has digits only",
    "^[A-Za-z0-9_-]+$": "a code of letters and digits is needed, between quotes when it has digits only",
}
"""What a text must look like, in words, by the pattern that it is held against. A test sees that none is lacking."""

DATE = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")
"""How the validator writes an effective date when it says where it is."""


def complain(error: ValidationError, place: Place, root: type[BaseModel]) -> list[ContractError]:
    """A message for each thing that the validator found: unknown keys first, then by line.

    `root` is the language that the file was held against. A key that lacks only because it is misspelt is told once.
    """
    findings = sorted(
        ((_key(item), item) for item in error.errors(include_url=False)),
        key=lambda found: (found[1]["type"] != "extra_forbidden", place.line(found[0])),
    )
    meant = {
        (*key[:-1], nearest(key[-1], keys_at(root, key[:-1])))
        for key, item in findings
        if item["type"] == "extra_forbidden"
    }
    return [
        _told(key, item, place, root)
        for key, item in findings
        if not (item["type"] == "missing" and tuple(key) in meant)
        and not (item["type"] == "too_short" and any(_within(other, key) for other, _ in findings))
    ]


def _within(key: Key, other: Key) -> bool:
    return len(key) > len(other) and list(key[: len(other)]) == list(other)


def first_of(complaints: Iterable[ContractError]) -> ContractError:
    """The one message to stop with: the first, which says how many more there are."""
    first, *more = complaints
    if more:
        first.remedy += f" ({len(more)} more to mend after this one.)"
    return first


def nearest(name: object, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """What was probably meant by a name that is not known; `cutoff` is how much they must be alike, at most 1."""
    close = difflib.get_close_matches(str(name), list(known), n=1, cutoff=cutoff)
    return close[0] if close else None


def _key(finding: ErrorDetails) -> Key:
    """Where a finding is, with dates as the file writes them and without the validator's own marks."""
    return tuple(
        dt.date(*map(int, match.groups())) if (match := DATE.fullmatch(str(part))) else part
        for part in finding["loc"]
        if part != "[key]"
    )


def _told(key: Key, finding: ErrorDetails, place: Place, root: type[BaseModel]) -> ContractError:
    if finding["type"] == "extra_forbidden":
        return unknown_key(key, place, root)
    shown = example(root, key)
    if finding["type"] == "missing":
        remedy = f"Add it{_for_instance(shown)}"
        return ContractKeyError(f"The contract lacks the key '{key[-1]}'", where=place.of(key), remedy=remedy)
    return _impossible_value(key, finding, place, shown)


def unknown_key(key: Key, place: Place, root: type[BaseModel]) -> ContractError:
    """The message for a key that the language does not know at its place: where it belongs, or what was meant."""
    *parent, name = key
    known = keys_at(root, parent)
    meant = nearest(name, known)
    homes = homes_of(root, str(name))
    if homes:
        there = example(root, (*filter(None, homes[:1]), name))
        remedy = f"It belongs {_in_words(homes)}: move it there{_for_instance(there)}"
    elif meant:
        remedy = f"Did you mean '{meant}'? Write it{_for_instance(example(root, (*parent, meant)))}"
    else:
        remedy = f"Known here: {', '.join(known)}."
    return ContractKeyError(
        f"The contract language has no key '{name}' here", where=place.of(key), remedy=remedy
    )


def _in_words(homes: list[str]) -> str:
    """Where a key belongs: 'under limits', or as a section of its own."""
    return " or ".join(
        f"under '{home}'" if home else "at the start of a line, as a section of its own" for home in homes
    )


def _impossible_value(key: Key, finding: ErrorDetails, place: Place, shown: str | None) -> ContractError:
    value, reason = finding["input"], _reason(finding)
    meant = meant_by(finding["type"], value)
    what = "This" if isinstance(value, dict | tuple) or value is None else f"The value '{value}'"
    hints = "".join(f" {hint}" for hint in _hints(finding, value))
    return ContractValueError(
        f"{what} cannot be used ({reason[0].lower()}{reason[1:]})",
        where=place.of(key),
        remedy=meant or f"Write it{_for_instance(shown)}{hints}",
    )


def _reason(finding: ErrorDetails) -> str:
    context: dict[str, Any] = finding.get("ctx", {})
    if finding["type"] == "string_pattern_mismatch":
        return FORMS.get(str(context["pattern"]), finding["msg"])
    if finding["type"] == "literal_error":
        return f"allowed: {context['expected']}"
    return NEEDED.get(finding["type"], finding["msg"])


def _hints(finding: ErrorDetails, value: object) -> Iterator[str]:
    """What often goes wrong with such a value."""
    kind, context = finding["type"], finding.get("ctx", {})
    if kind == "string_type" or (kind == "string_pattern_mismatch" and str(value).isdigit()):
        yield "Put it between quotes, so that leading zeros are kept."
    if kind == "literal_error":
        meant = nearest(value, re.findall(r"'([^']+)'", str(context["expected"])))
        if meant:
            yield f"Did you mean '{meant}'?"
    if kind == "number" and "%" in str(value):
        yield "Write a share as a fraction of one: 0.50 for 50 %."
    elif kind == "number" and "," in str(value):
        yield "Write decimals with a point, as in 0.50."
    if kind == "out_of_range" and context.get("allowed") == "0 to 1":
        yield "A share is a fraction of one: 0.50 is 50 %."


def _for_instance(shown: str | None) -> str:
    return f", for instance `{shown}`." if shown else " as the examples in contracts/ show."
