"""The JSON Schema of the contract language, for editors: what may stand where, with examples while one types.

An editor that follows the first line of a contract's file (`# yaml-language-server: $schema=...`) completes keys,
units and choices, and marks what the language does not know. It sees one value at a time: what parts of a contract
may not say about one another only `ocmo contract check` tells.

Written as draft 7, which the editors' YAML support knows best.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

import yaml
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from pipeline.contract.guide import field_at, is_parameter, keys_at, model_at

DRAFT = "http://json-schema.org/draft-07/schema#"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
REFERENCE = "#/definitions/{model}"
TEXT = {"type": "string", "minLength": 1}

Schema = dict[str, Any]


def schema_text(language: type[BaseModel], title: str, description: str) -> str:
    """The schema as the file that is published: the same bytes for the same language."""
    return json.dumps(contract_schema(language, title, description), indent=1, ensure_ascii=False) + "\n"


def contract_schema(language: type[BaseModel], title: str, description: str) -> Schema:
    """The schema of a contract in a language, as data."""
    definitions: Schema = {}
    sections = {name: _section(language, name, definitions) for name in keys_at(language, ())}
    return {
        "$schema": DRAFT,
        "title": title,
        "description": description,
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in sections if _field(language, name).is_required()],
        "properties": sections,
        "definitions": dict(sorted(definitions.items())),
    }


def _section(language: type[BaseModel], section: str, definitions: Schema) -> Schema:
    model = model_at(language, (section,))
    if model is None:
        raise KeyError(section)
    fields = {key: _field(language, section, key) for key in keys_at(language, (section,))}
    return {
        "description": " ".join((model.__doc__ or "").split()),
        "type": "object",
        "additionalProperties": False,
        "required": [key for key, field in fields.items() if field.is_required()],
        "properties": {
            key: _parameter(field, definitions) if is_parameter(field) else _fact(model, key)
            for key, field in fields.items()
        },
    }


def _field(language: type[BaseModel], *place: str) -> FieldInfo:
    field = field_at(language, place)
    if field is None:
        raise KeyError(place)
    return field


def _parameter(field: FieldInfo, definitions: Schema) -> Schema:
    """A dated parameter: its own unit, and values of its own kind by date."""
    extra: Any = field.json_schema_extra
    example = yaml.safe_load(str(extra["example"]))
    return {
        "description": f"In {extra['unit']}. For instance: {extra['example']}",
        "type": "object",
        "additionalProperties": False,
        "required": ["clause", "unit", "says", "values"],
        "properties": {
            "clause": {**TEXT, "description": "Where the signed text says it, between quotes."},
            "unit": {"const": extra["unit"]},
            "says": {**TEXT, "description": "One sentence, in the contract's own language."},
            "values": {
                "description": "The value by the day from which it holds.",
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": DATE},
                "additionalProperties": {**_value(_kind(field), definitions), "examples": [example]},
            },
        },
    }


def _kind(field: FieldInfo) -> Any:
    """What a parameter's values are: the part of `Parameter[...]`."""
    kinds = (field.annotation, *getattr(field.annotation, "__args__", ()))
    parameter = next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return parameter.__pydantic_generic_metadata__["args"][0]


def _value(kind: Any, definitions: Schema) -> Schema:
    """The schema of a kind of value; the models in it go to the definitions."""
    made: Schema = TypeAdapter(kind).json_schema(ref_template=REFERENCE, schema_generator=LanguageSchema)
    definitions |= {name: _plain(part) for name, part in made.pop("$defs", {}).items()}
    if "properties" in made:
        definitions[kind.__name__] = _plain(made)
        return {"allOf": [{"$ref": REFERENCE.format(model=kind.__name__)}]}
    return _without_null(made)


def _fact(model: type[BaseModel], key: str) -> Schema:
    """A plain fact of a section, such as its name; never written as null."""
    made = model.model_json_schema(ref_template=REFERENCE, schema_generator=LanguageSchema)
    shown = {name: value for name, value in made["properties"][key].items() if name != "examples"}
    examples = [yaml.safe_load(str(text)) for text in model.model_fields[key].examples or ()]
    return {
        **_without_null(shown),
        **({"examples": json.loads(json.dumps(examples, default=str))} if examples else {}),
    }


def _plain(definition: Schema) -> Schema:
    """A definition without titles that only repeat names, and its properties without nulls."""
    kept = {key: value for key, value in definition.items() if key != "title"}
    return kept | {"properties": {name: _without_null(part) for name, part in kept["properties"].items()}}


def _without_null(part: Schema) -> Schema:
    """What may be left out is left out, and never written as null."""
    kept = {key: value for key, value in part.items() if key not in ("default", "title")}
    choices = [item for item in kept.get("anyOf", ()) if item != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept |= {"allOf": choices} if "$ref" in choices[0] else choices[0]
    return kept


class LanguageSchema(GenerateJsonSchema):
    """Pydantic's schema, with the language's own bounds, exact numbers and dated values."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A number is written as one, and not as text."""
        return {"type": "number"}

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        """Bounds of the language (`parameter.between`) as minimum and maximum."""
        made = dict(super().function_after_schema(schema))
        bounds = inspect.getclosurevars(schema["function"]["function"]).nonlocals
        for keyword, bound in (("minimum", bounds.get("lowest")), ("maximum", bounds.get("highest"))):
            if bound is not None:
                made[keyword] = int(bound) if bound == int(bound) else float(bound)
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Keys of an object are texts, also where the language reads a year."""
        made = dict(super().dict_schema(schema))
        keys: Any = schema.get("keys_schema", {})
        while "schema" in keys:
            keys = keys["schema"]
        if keys.get("type") == "int":
            made["propertyNames"] = {"pattern": "^[0-9]+$"}
        return made

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        """A list of fixed parts is `items` with a list, in this draft."""
        made = dict(super().tuple_schema(schema))
        if "prefixItems" in made:
            made["items"] = made.pop("prefixItems")
        return made
