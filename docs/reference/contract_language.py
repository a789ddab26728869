"""The page of the contract language and its JSON Schema, from the Pydantic models in `pipeline/contract`."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Iterator
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from docs.reference.markdown import code, codes, document, first_sentence, table
from pipeline.contract import Contract
from pipeline.contract.parameter import Parameter
from pipeline.contract.reference import ReferenceContract
from pipeline.contract.schema import schema_text
from pipeline.contract.versions import ANY_DAY

INTRODUCTION = f"""\
A contract is one YAML file; [contracts/maasoever.yaml](../../contracts/maasoever.yaml) is an example that explains
itself, [contracts/examples](../../contracts/examples) holds three more, and
[write a contract](../how-to/write-a-contract.md) leads through one. `ocmo contract check FILE` says what is wrong with
one, and where. Its sections are those of this page. The same is there for editors, as
[JSON Schema](contract.schema.json): the first line of each example names it.

What can be agreed differently is a *parameter*, always in the same shape: the clause of the signed text, the unit
(exactly the one of this page), a sentence in the contract's own language, and a value by effective date.

```yaml
sharing:
  gain_rate:
    clause: "7.3"
    unit: share of the saving
    says: Het deel van de besparing voor het consortium bij een volle kwaliteitsscore.
    values:
      2025-01-01: 0.50
```

The value in force on a day is the one with the latest effective date up to it. A year is settled on the values in
force on its 1 January, so values change on 1 January only; those of {codes(ANY_DAY)} may change on any day. Shares
are fractions of one. Numbers are exact: 0.1 is a tenth. Codes stand between quotes, so that leading zeros stay. An
unknown key, a missing one, or a value outside its bounds is an error."""

PLAIN = {
    str: "text", int: "whole number", Decimal: "number", bool: "true or false", dt.date: "date",
}  # fmt: skip


def page() -> str:
    """Every section with its parameters, then the values that have parts."""
    named = sorted(set(_named()), key=lambda model: model.__name__)
    return document(
        "Contract language",
        INTRODUCTION,
        *(_section(name, field) for name, field in Contract.model_fields.items()),
        "## Values with parts",
        *(_value_model(model) for model in named),
    )


def schema() -> str:
    """The language as JSON Schema, for editors."""
    return schema_text(
        Contract,
        "Contract of an OCMO",
        "A sustainable contract as data. What parts of a contract may not say about one another, "
        "`ocmo contract check` tells.",
    )


def reference_schema() -> str:
    """The same of reference contracts, which have the economics only."""
    return schema_text(
        ReferenceContract,
        "Reference contract",
        "The economics of a contract by itself, with which the settlement is held against published ones.",
    )


def _named() -> Iterator[type[BaseModel]]:
    """Values that are more than a number or a choice: each has a table of its own on the page."""
    for section in Contract.model_fields.values():
        for field in _model_in(section.annotation).model_fields.values():
            yield from _models(_value(field) if _is_parameter(field) else field.annotation)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation speaks of, and those in them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    for part in get_args(annotation):
        yield from _models(part)


def _section(name: str, field: FieldInfo) -> str:
    model = _model_in(field.annotation)
    about = first_sentence(model.__doc__)
    rows = list(_parameters(model))
    optional = "" if field.is_required() else " This section may be left out."
    return "\n\n".join(
        block
        for block in (
            f"## {name}",
            about + optional,
            _plain_facts(model),
            table(("parameter", "value", "unit", "example"), rows),
        )
        if block
    )


def _parameters(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        if _is_parameter(field):
            extra: Any = field.json_schema_extra
            optional = "" if field.is_required() else " (may be left out)"
            yield code(name) + optional, kind(_value(field)), str(extra["unit"]), code(extra["example"])


def _is_parameter(field: FieldInfo) -> bool:
    return issubclass(_model_in(field.annotation), Parameter)


def _value(field: FieldInfo) -> Any:
    """What the values of a parameter are."""
    return _model_in(field.annotation).__pydantic_generic_metadata__["args"][0]


def _plain_facts(model: type[BaseModel]) -> str:
    rows = (
        (
            code(field.alias or name),
            kind(_annotated(field)) + ("" if field.is_required() else " (may be left out)"),
        )
        for name, field in model.model_fields.items()
        if not _is_parameter(field)
    )
    return table(("key", "value"), rows)


def _value_model(model: type[BaseModel]) -> str:
    return f"### {model.__name__}\n\n{first_sentence(model.__doc__)}\n\n{_plain_facts(model)}"


def kind(annotation: Any) -> str:
    """What may be written for a value of this type, in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return kind(parts[0]) + "".join(_bound(item) for item in parts[1:])
    if origin is Literal:
        return f"one of {codes(parts)}" if len(parts) > 1 else code(parts[0])
    if origin is tuple:
        return f"list, each {kind(parts[0])}"
    if origin is dict:
        return f"for each {kind(parts[0])}: {kind(parts[1])}"
    if origin in (Union, UnionType):
        return " or ".join(kind(part) for part in parts if part is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return PLAIN[annotation]


def _bound(item: Any) -> str:
    """What one item of an annotation asks of a value, beside its type."""
    if pattern := _pattern(item):
        return f" like {code(pattern)}"
    if isinstance(item, AfterValidator):
        bounds = inspect.getclosurevars(item.func).nonlocals
        low, high = bounds["lowest"], bounds["highest"]
        return f" of {low} or more" if high is None else f" from {low} to {high}"
    return ""


def _pattern(item: Any) -> str | None:
    """The pattern that an item of an annotation asks of a text: a constraint, or a field that holds one."""
    for part in (item, *getattr(item, "metadata", ())):
        if isinstance(part, StringConstraints) or hasattr(part, "pattern"):
            return str(part.pattern) if part.pattern else None
    return None


def _annotated(field: FieldInfo) -> Any:
    """A field's type with what the model took out of it."""
    annotation: Any = field.annotation
    for item in field.metadata:
        annotation = Annotated[annotation, item]
    return annotation


def _model_in(annotation: Any) -> type[BaseModel]:
    """The model that an annotation speaks of, None beside it left out; of a plain fact, the base of all models."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return BaseModel
