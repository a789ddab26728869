"""A value of a contract as its file would write it, on one line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel


class _OneLine(yaml.SafeDumper):
    """YAML with exact numbers, and codes between quotes as contracts write them."""


def _decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = f"{value:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if value.isdigit() else None)


_OneLine.add_representer(Decimal, _decimal)
_OneLine.add_representer(str, _text)


def written(value: object) -> str:
    """A value in YAML, on one line; what a part leaves to the language's default is left out."""
    text: str = yaml.dump(
        data(value),
        Dumper=_OneLine,
        default_flow_style=True,
        width=float("inf"),
        sort_keys=False,
        allow_unicode=True,
    )
    return text.removesuffix("\n").removesuffix("...").removesuffix("\n")


def data(value: object) -> Any:
    """A value as plain lists and mappings; numbers and dates stay what they are."""
    if isinstance(value, BaseModel):
        return data(value.model_dump(by_alias=True, exclude_defaults=True))
    if isinstance(value, dict):
        return {key: data(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [data(item) for item in value]
    return value


def json_data(value: object) -> Any:
    """A value as JSON can hold it: numbers that are not whole as texts, so that no reader changes them."""
    made = data(value)
    if isinstance(made, dict):
        return {str(key): json_data(item) for key, item in made.items()}
    if isinstance(made, list):
        return [json_data(item) for item in made]
    if isinstance(made, Decimal):
        return f"{made:f}"
    return made.isoformat() if isinstance(made, dt.date) else made
