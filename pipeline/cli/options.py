"""Options that several commands share, said once."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="The role's home. Default: its folder under OCMO_HOME (or ./var).", metavar="DIR"
    ),
]
BusinessDate = Annotated[
    str,
    typer.Option(
        "--date", help="Business date: what was delivered up to this day is seen.", metavar="YYYY-MM-DD"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
ContractId = Annotated[str, typer.Option("--contract", help="Id of the contract.", metavar="ID")]
Year = Annotated[int, typer.Option("--year", help="Contract year to settle.", metavar="YYYY")]


def day(text: str) -> dt.date:
    """The business date of an option."""
    from pipeline.periods import business_date

    return business_date(text)


_REMEDIES: dict[type[OSError], str] = {
    FileNotFoundError: "Make its folder first, or give another.",
    PermissionError: "Close it in the program that has it open, such as Excel, or see to it that you may write there.",
    IsADirectoryError: "That is a folder: give the name of a file in it.",
}
"""By what the system says."""


@contextlib.contextmanager
def named_by_user(path: Path) -> Iterator[None]:
    """While a path that the user gave is read or written.

    Raises:
        SettingsError: when it cannot be, and why the system says so.
    """
    from pipeline.errors import SettingsError

    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"This path cannot be used ({error.strerror})",
            where=str(path),
            remedy=_REMEDIES.get(type(error), "Give another, or see to it that you may read or write there."),
        ) from error


def example(*lines: str) -> str:
    """An epilogue with examples, one a line."""
    return "Examples:\n\n" + "\n\n".join(f"    $ {line}" for line in lines)
