"""Turn what the validator found into one message for the person who has to mend the contract.

The first finding by line is told in full, with file, line and key; the nearest right key and an example
come from the language itself.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.contract.language import Contract
from pipeline.errors import ContractError, ContractKeyError, ContractValueError

Key = Sequence[object]

NEEDED = {
    "bool_type": "true or false is needed",
    "date_type": "a date such as 2025-01-01 is needed",
    "dict_type": "values by key or date are needed",
    "int_type": "a whole number is needed",
    "model_type": "keys with values are needed",
    "string_type": "a text is needed",
    "tuple_type": "a list is needed",
}
"""What the validator means, for kinds of error whose own words speak of Python."""

DATE = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")
"""How the validator writes an effective date when it says where it is."""


class Place:
    """Where in a file a key stands."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self.text, Loader=yaml.SafeLoader)

    def line(self, key: Key) -> int:
        """The line of a key, or of the nearest part of it that the file has; from 1."""
        node, line = self._root, 1
        for part in key:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line

    def of(self, key: Key) -> str:
        """File, line and key, as a message names them."""
        return f"{self.source}, line {self.line(key)}, key '{'.'.join(str(part) for part in key)}'"


def _child(node: yaml.Node | None, part: object) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def complain(error: ValidationError, place: Place) -> ContractError:
    """The one error to raise for what the validator found: unknown keys first, then by line."""
    findings = sorted(
        ((_key(item), item) for item in error.errors(include_url=False)),
        key=lambda found: (found[1]["type"] != "extra_forbidden", place.line(found[0])),
    )
    key, first = findings[0]
    if first["type"] == "extra_forbidden":
        made = _unknown_key(key, place)
    elif first["type"] == "missing":
        made = ContractKeyError(
            f"The contract lacks the key '{key[-1]}'", where=place.of(key), remedy=f"Add it{_example(key)}"
        )
    else:
        made = _impossible_value(key, first, place)
    if len(findings) > 1:
        made.remedy += f" ({len(findings) - 1} more to mend after this one.)"
    return made


def _key(finding: ErrorDetails) -> Key:
    """Where a finding is, with dates as the file writes them and without the validator's own marks."""
    return tuple(
        dt.date(*map(int, match.groups())) if (match := DATE.fullmatch(str(part))) else part
        for part in finding["loc"]
        if part != "[key]"
    )


def _unknown_key(key: Key, place: Place) -> ContractError:
    *parent, name = key
    known = list(_keys_at(parent))
    nearest = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    remedy = (
        f"Did you mean '{nearest[0]}'? Write it{_example((*parent, nearest[0]))}"
        if nearest
        else f"Known here: {', '.join(known)}."
    )
    return ContractKeyError(
        f"The contract language has no key '{name}' here", where=place.of(key), remedy=remedy
    )


def _impossible_value(key: Key, finding: ErrorDetails, place: Place) -> ContractError:
    shown, reason = finding["input"], NEEDED.get(finding["type"], finding["msg"])
    what = "This" if isinstance(shown, dict | tuple) else f"The value '{shown}'"
    hint = " Put it between quotes." if finding["type"] == "string_type" else ""
    return ContractValueError(
        f"{what} cannot be used ({reason[0].lower()}{reason[1:]})",
        where=place.of(key),
        remedy=f"Write it{_example(key)}{hint}",
    )


def _example(key: Key) -> str:
    """How the parameter at a key is written, as the language shows it."""
    model: Any = Contract
    for part in key:
        field = model.model_fields.get(part) if _is_model(model) else None
        if field is None:
            break
        extra = field.json_schema_extra
        if isinstance(extra, dict):
            return (
                f", for instance: {part}: {{clause: '4.2', unit: '{extra['unit']}', says: '...', "
                f"values: {{2025-01-01: {extra['example']}}}}}."
            )
        model = _model_in(field.annotation)
    return " as contracts/maasoever.yaml shows."


def _keys_at(parent: Key) -> Iterator[str]:
    """The keys that the language knows at a place."""
    model: Any = Contract
    for part in parent:
        field = model.model_fields.get(part) if _is_model(model) else None
        model = _model_in(field.annotation) if field is not None else model
    if _is_model(model):
        for name, field in model.model_fields.items():
            yield field.alias or name


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _model_in(annotation: object) -> Any:
    """The model that an annotation speaks of, looking through options, lists and values by date."""
    if _is_model(annotation):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
