"""YAML as contracts need it: exact numbers, lists that cannot change, a key at most once; and the digest of it.

Decimal fractions are read as `Decimal`, so that 0.1 in the contract is a tenth in the settlement; whole numbers in
tens, and in no other way.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from pipeline.contract.unreadable import unreadable
from pipeline.errors import ContractError, ContractKeyError

WHOLE = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
"""A whole number as people read it. YAML reads 010 as eight and 13:53 as 833: those stay the text that was written."""


class ExactLoader(yaml.SafeLoader):
    """YAML as contracts need it: fractions exact, lists unchangeable, a key at most once."""


def _whole(loader: ExactLoader, node: yaml.ScalarNode) -> int | str:
    text: str = loader.construct_scalar(node)
    return int(text.replace("_", "")) if WHOLE.fullmatch(text) else text


def _decimal(loader: ExactLoader, node: yaml.ScalarNode) -> Decimal:
    try:
        return Decimal(loader.construct_scalar(node).replace("_", ""))
    except InvalidOperation:
        raise yaml.constructor.ConstructorError(
            None, None, f"'{node.value}' is no number", node.start_mark
        ) from None


def _date(loader: ExactLoader, node: yaml.ScalarNode) -> dt.date:
    try:
        return dt.date.fromisoformat(loader.construct_scalar(node))
    except ValueError:
        raise yaml.constructor.ConstructorError(
            None, None, f"'{node.value}' is no calendar date", node.start_mark
        ) from None


def _sequence(loader: ExactLoader, node: yaml.SequenceNode) -> tuple[Any, ...]:
    return tuple(loader.construct_sequence(node, deep=True))


def _mapping(loader: ExactLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise ContractKeyError(
                f"The key '{key}' stands there twice",
                where=f"{loader.name}, line {key_node.start_mark.line + 1}, key '{key}'",
                remedy=f"Keep one of the two: the other stands on line {seen[key]}.",
            )
        seen[key] = key_node.start_mark.line + 1
    return loader.construct_mapping(node, deep=True)


ExactLoader.add_constructor("tag:yaml.org,2002:int", _whole)
ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
ExactLoader.add_constructor("tag:yaml.org,2002:timestamp", _date)
ExactLoader.add_constructor("tag:yaml.org,2002:seq", _sequence)
ExactLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str, source: str) -> dict[str, Any]:
    """The content of a text; `source` names it in messages.

    Raises:
        ContractError: when it is no YAML or has no sections.
        ContractKeyError: when a key stands there twice.
    """
    try:
        raw = _exact_loader(text, source).get_single_data()
    except (yaml.YAMLError, ArithmeticError, ValueError) as error:
        raise unreadable(error, text, source) from None
    if not isinstance(raw, dict):
        raise ContractError(
            "The contract has no sections",
            where=source,
            remedy="Begin from one of the examples in contracts/.",
        )
    return raw


def _exact_loader(text: str, source: str) -> ExactLoader:
    loader = ExactLoader(text)
    loader.name = source
    return loader


def digest_of(raw: dict[str, Any]) -> str:
    """SHA-256 over a contract's content, in one notation for equal content."""
    return hashlib.sha256(json.dumps(_plain(raw), sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return f"{Decimal(value).normalize():f}"
    return value.isoformat() if isinstance(value, dt.date) else value
