"""What the contract language has at a place, and how it is written there: for messages to people.

A place is a key in its parts, as a file has them: ("sharing", "gain_rate", "values", date) is a value of the
gain rate. Examples come from the language itself, so that they cannot be wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

Key = Sequence[object]
Model = type[BaseModel]

DAY = "2025-01-01"
SENTENCE = {
    "clause": 'clause: "7.3"',
    "says": "says: One sentence in the contract's own language.",
}
"""How the parts that every parameter has are written, beside its unit and values."""


def keys_at(root: Model, place: Key) -> list[str]:
    """The keys that the language knows at a place; none where values stand."""
    model = model_at(root, place)
    return [] if model is None else list(_fields(model))


def homes_of(root: Model, name: str) -> list[str]:
    """Where else in a contract a key belongs: as a section of its own, or in sections."""
    sections = _fields(root)
    inside = [
        section
        for section, field in sections.items()
        if (model := _model_in(field.annotation)) is not None and name in _fields(model)
    ]
    return [*([""] if name in sections else []), *inside]


def example(root: Model, place: Key) -> str | None:
    """How the last part of a place is written, in one line of YAML; None where the language shows no example."""
    if not place:
        return None
    if len(place) == 1:
        return _section_example(root, str(place[0]))
    field = field_at(root, place[:2])
    if field is None:
        return None
    if not is_parameter(field):
        return f"{place[1]}: {field.examples[0]}" if field.examples else None
    return _parameter_example(field, place)


def _section_example(root: Model, name: str) -> str | None:
    field = _fields(root).get(name)
    model = None if field is None else _model_in(field.annotation)
    if model is None:
        return None
    first = next(iter(_fields(model)))
    inside = example(root, (name, first))
    return None if inside is None else f"{name}: {{{inside}, ...}}"


def _parameter_example(field: FieldInfo, place: Key) -> str | None:
    extra: Any = field.json_schema_extra
    whole, unit = str(extra["example"]), f"'{extra['unit']}'"
    match list(place[2:]):
        case []:
            shape = f"clause: '7.3', unit: {unit}, says: '...', values: {{{DAY}: {whole}}}"
            return f"{place[1]}: {{{shape}}}"
        case ["unit"]:
            return f"unit: {unit}"
        case ["values"]:
            return f"values: {{{DAY}: {whole}}}"
        case ["values", day]:
            return f"{day if isinstance(day, dt.date) else DAY}: {whole}"
        case ["values", _, *parts]:
            return _part_of(whole, parts)
        case [name]:
            return SENTENCE.get(str(name))
        case _:
            return None


def _part_of(whole: str, parts: Sequence[object]) -> str | None:
    """The piece of an example that a place within a value is about, as the example writes it."""
    composed, name = yaml.compose(whole, Loader=yaml.SafeLoader), None
    node: yaml.Node = composed if composed is not None else yaml.ScalarNode("", whole)
    for part in parts:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and node.value:
            node, name = node.value[min(part, len(node.value) - 1)], None
        elif isinstance(node, yaml.MappingNode):
            node, name = next((v for k, v in node.value if k.value == str(part)), node), part
            if isinstance(node, yaml.MappingNode):
                name = None
        else:
            break
    written = whole[node.start_mark.index : node.end_mark.index]
    return f"{name}: {written}" if name is not None else written


def field_at(root: Model, place: Key) -> FieldInfo | None:
    """The field of a section, or of a part of a value, that a place names."""
    model = model_at(root, place[:-1])
    return None if model is None else _fields(model).get(str(place[-1]))


def model_at(root: Model, place: Key) -> Model | None:
    """The model whose keys stand at a place; positions in lists and dates are passed over."""
    model: Model | None = root
    for part in place:
        if isinstance(part, int | dt.date) or model is None:
            continue
        field = _fields(model).get(str(part))
        if field is None:
            return None
        model = _model_in(field.annotation)
    return model


def is_parameter(field: FieldInfo) -> bool:
    """Whether a section's field is a dated parameter, and no plain fact."""
    return isinstance(field.json_schema_extra, dict) and "unit" in field.json_schema_extra


@cache
def _fields(model: Model) -> dict[str, FieldInfo]:
    """A model's fields by the name that a file gives them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_in(annotation: object) -> Model | None:
    """The model that an annotation speaks of, looking through options, lists and values by date."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(_models_in(annotation), None)


def _models_in(annotation: object) -> Iterator[Model]:
    for part in get_args(annotation):
        if (model := _model_in(part)) is not None:
            yield model
