"""Read a contract file and hold it against the language: the contract, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from pipeline.contract.complaints import complain, first_of
from pipeline.contract.consistency import contradictions
from pipeline.contract.content import slips
from pipeline.contract.dated import Dated
from pipeline.contract.exact_yaml import digest_of, read_yaml
from pipeline.contract.findings import Finding
from pipeline.contract.language import Contract
from pipeline.contract.place import Place
from pipeline.errors import ContractError, ContractValueError

Read = TypeVar("Read", bound=Dated)


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
        ContractError: when there is none, or it is no text in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContractError(
            "The contract cannot be read", where=path.name, remedy="Give the path of a contract's YAML file."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ContractError(
            "The contract holds a sign in another encoding than UTF-8, such as an accented letter",
            where=f"{path.name}, line {line}",
            remedy="Save it as UTF-8: an editor asks for the encoding when a file is saved under a name.",
        ) from error


def parse(text: str, *, source: str) -> Contract:
    """The contract in a text; `source` names it in messages. Raises as `load` does, with the first fault."""
    return parse_as(Contract, contradictions, text, source=source)


def faults(text: str, *, source: str) -> list[ContractError]:
    """All that is wrong with the contract in a text, as far as one fault does not hide another; [] when it is sound."""
    return _judged(Contract, contradictions, text, source)[1]


def parse_as(
    language: type[Read], check: Callable[[Read], Iterable[Finding]], text: str, *, source: str
) -> Read:
    """A contract in a text, in a language of its own (a reference contract has no parties). Raises as `load` does."""
    contract, found = _judged(language, check, text, source)
    if contract is None:
        raise first_of(found)
    return contract


def _judged(
    language: type[Read], check: Callable[[Read], Iterable[Finding]], text: str, source: str
) -> tuple[Read | None, list[ContractError]]:
    """The contract, or what is wrong with it: of YAML the first fault, of the language or of contradictions all."""
    try:
        raw = read_yaml(text, source)
    except ContractError as error:
        return None, [error]
    place = Place(text, source)
    seen = list(slips(raw, place, language))
    if seen:
        return None, seen
    try:
        contract = language.model_validate(raw)
    except ValidationError as error:
        return None, complain(error, place, language)
    found = [
        ContractValueError(what, where=place.of(key), remedy=cure) for key, what, cure in check(contract)
    ]
    if found:
        return None, list(found)
    contract._digest, contract._source = digest_of(raw), source
    return contract, []
