"""Read a contract file: YAML with exact numbers and unique keys, checked against the language.

Decimal fractions are read as `Decimal`, so that 0.1 in the contract is a tenth in the settlement.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipeline.contract.complaints import Place, complain
from pipeline.contract.consistency import contradictions
from pipeline.contract.language import Contract
from pipeline.errors import ContractError, ContractKeyError, ContractValueError


class ExactLoader(yaml.SafeLoader):
    """YAML as contracts need it: fractions exact, lists unchangeable, a key at most once."""


def _decimal(loader: ExactLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(loader.construct_scalar(node).replace("_", ""))


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
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise ContractKeyError(
                f"The key '{key}' stands there twice",
                where=f"{loader.name}, line {key_node.start_mark.line + 1}",
                remedy="Keep one of the two.",
            )
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
ExactLoader.add_constructor("tag:yaml.org,2002:timestamp", _date)
ExactLoader.add_constructor("tag:yaml.org,2002:seq", _sequence)
ExactLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load(path: Path) -> Contract:
    """The contract in a file.

    Raises:
        ContractError: when the file is absent or is no YAML.
        ContractKeyError: when a key is unknown, absent or there twice.
        ContractValueError: when a value cannot be what the parties meant.
    """
    return parse(read(path), source=path.name)


def read(path: Path) -> str:
    """The text of a contract file.

    Raises:
        ContractError: when there is none, or it is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(
            "The contract cannot be read", where=path.name, remedy="Give the path of a contract's YAML file."
        ) from error


def parse(text: str, *, source: str) -> Contract:
    """The contract in a text; `source` names it in messages. Raises as `load` does."""
    raw, place = _read_yaml(text, source), Place(text, source)
    try:
        contract = Contract.model_validate(raw)
    except ValidationError as error:
        raise complain(error, place) from None
    for key, what, remedy in contradictions(contract):
        raise ContractValueError(what, where=place.of(key), remedy=remedy)
    contract._digest = digest_of(raw)
    contract._source = source
    return contract


def _read_yaml(text: str, source: str) -> dict[str, Any]:
    try:
        raw = _exact_loader(text, source).get_single_data()
    except (yaml.YAMLError, ArithmeticError, ValueError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        raise ContractError(
            f"The contract is no valid YAML: {problem or 'a number or text cannot be read'}",
            where=source if mark is None else f"{source}, line {mark.line + 1}",
            remedy="Check indentation, colons, quotes, numbers and dates there.",
        ) from None
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
