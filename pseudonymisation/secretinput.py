"""Passphrases and PINs: from a private file, a file descriptor or the terminal; never from a command line.

A variable of the environment names the file. `/dev/fd/3` is a file too: what the starter opened as descriptor
3. A pipe can be read once, so what came from one is remembered as long as the process lives, as is what was
typed.
"""

from __future__ import annotations

import getpass
import stat
import sys
import unicodedata
from pathlib import Path

from pseudonymisation.errors import KeyRingMissingError, UnsafeKeyRingError
from pseudonymisation.privatefiles import refuse_readable

_remembered: dict[str, str] = {}


def read_secret(variable: str, named: str | None, called: str, *, twice: bool = False) -> str:
    """A secret that a person or a starter gives.

    Args:
        variable: the variable of the environment, for messages.
        named: what it holds: the path of the file; nothing when it is not set.
        called: what is asked for, in words.
        twice: typed at a terminal, it must be typed twice alike.

    Raises:
        KeyRingMissingError: when there is neither a file nor a terminal, or the file cannot be read.
        UnsafeKeyRingError: when others may read the file, or two times typing differ.
    """
    if named:
        return _remembered.get(named) or _from_file(Path(named), called)
    if variable not in _remembered:
        _remembered[variable] = _typed(variable, called, twice=twice)
    return _remembered[variable]


def _from_file(path: Path, called: str) -> str:
    try:
        refuse_readable(path)
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise KeyRingMissingError(
            f"The {called} cannot be read ({why})",
            where=str(path),
            remedy="Write it into a file that only you can read, or open the descriptor before starting.",
        ) from None
    if not text:
        raise KeyRingMissingError(
            f"The {called} is empty", where=str(path), remedy="Write it there on one line."
        )
    secret = unicodedata.normalize("NFC", text)
    if not stat.S_ISREG(path.stat().st_mode):
        _remembered[str(path)] = secret
    return secret


def _typed(variable: str, called: str, *, twice: bool) -> str:
    if not sys.stdin.isatty():
        raise KeyRingMissingError(
            f"There is no {called}",
            remedy=f"Name a private file in {variable}, or type it at a terminal.",
        )
    typed = getpass.getpass(f"{called[0].upper()}{called[1:]}: ")
    if twice and getpass.getpass("Once more: ") != typed:
        raise UnsafeKeyRingError(f"The {called} was not typed twice alike", remedy="Type it again.")
    return unicodedata.normalize("NFC", typed)
