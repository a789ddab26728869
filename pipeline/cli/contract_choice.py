"""Which contract a person means: a file, or a contract that an OCMO serves, with the version if they say one.

contracts/maasoever.yaml     a file
maasoever                    the contract that the home's OCMO serves: its newest version
maasoever@1                  its first version
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.contract import Contract
    from pipeline.contract.versions import Versions


def chosen(text: str, home: Path | None, *, day: dt.date | None = None, year: int | None = None) -> Contract:
    """The contract that a person names; of one that is served, without a version, that of a day or year.

    Raises:
        ContractError: when there is none, or it cannot be used.
        SettingsError: when a served contract is meant and the home is not there.
    """
    from pipeline.contract import load

    if Path(text).suffix in (".yaml", ".yml") or Path(text).exists():
        return load(Path(text))
    name, _, number = text.partition("@")
    versions = _served(name, home)
    if number:
        return versions.number(_whole(number, text))
    if year is not None:
        return versions.settling(year)
    return versions.newest if day is None else versions.on(day)


def _served(contract_id: str, home: Path | None) -> Versions:
    from pipeline.contract.shelf import versions_of
    from pipeline.errors import SettingsError
    from pipeline.home import OcmoHome

    try:
        shelf = OcmoHome.open(home).contracts
    except SettingsError as error:
        raise SettingsError(
            f"'{contract_id}' is no file, and whether it is a contract that is served cannot be seen: {error.what}",
            where=error.where,
            remedy=f"Give the path of a contract's file. {error.remedy}",
        ) from error
    return versions_of(shelf, contract_id)


def _whole(number: str, text: str) -> int:
    from pipeline.errors import ContractValueError

    if not number.isdigit():
        raise ContractValueError(
            f"'{text}' names no version", remedy="Write the contract's id, @ and a number: maasoever@1."
        )
    return int(number)


def contract_files(given: Iterable[Path]) -> Iterator[Path]:
    """The files that are meant: of a folder, its YAML files.

    Raises:
        ContractError: when a folder has none.
    """
    from pipeline.errors import ContractError

    for path in given:
        inside = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not inside:
            raise ContractError(
                "There is no contract",
                where=str(path),
                remedy="Give a contract's YAML file, or a folder with some.",
            )
        yield from inside
