"""Slips that show in what was read, before it is held against the language: nothing after a colon, odd signs.

Held against the language they would give messages about something else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from pipeline.contract.complaints import unknown_key
from pipeline.contract.guide import example, keys_at
from pipeline.contract.place import Place
from pipeline.errors import ContractError, ContractKeyError, ContractValueError

Path = tuple[object, ...]

QUOTES = "\u2018\u2019\u201a\u201c\u201d\u201e\u201f"
CURLY = re.compile(f"[{QUOTES}](?P<text>[^{QUOTES}]*)[{QUOTES}]")
"""A text between the quotes of a word processor, which YAML takes for part of it."""

UNSEEN = re.compile(r"[^\S ]|[\u200b\u200c\u200d\u2060\ufeff]")
"""Blanks that are no spaces, and signs that nobody sees."""


def slips(raw: dict[Any, Any], place: Place, language: type[BaseModel]) -> Iterator[ContractError]:
    """All such slips, in the order of the file."""
    for key, inside, value in _parts(raw):
        name = key[-1]
        if isinstance(name, str) and UNSEEN.search(name):
            where = UNSEEN.sub("", place.of(key))
            what = (
                f"The key '{UNSEEN.sub('', name)}' has blanks that are no spaces, or signs that nobody sees"
            )
            yield ContractKeyError(what, where=where, remedy="Type them anew as spaces, with the space bar.")
        if isinstance(value, str) and (found := CURLY.fullmatch(value)):
            yield ContractValueError(
                f"{value} stands between the quotes of a word processor, which would be part of the text",
                where=place.of(key),
                remedy=f'Write "{found["text"]}", with straight quotes.',
            )
        if value is None:
            yield _empty(key, inside, place, language)


def _parts(value: object, key: Path = ()) -> Iterator[tuple[Path, object, object]]:
    """Everything in a file: its place, what it is in, and what it is."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple) else ()
    for part, item in items:
        yield (*key, part), value, item
        yield from _parts(item, (*key, part))


def _empty(key: Path, inside: object, place: Place, language: type[BaseModel]) -> ContractError:
    """The message for a key with nothing after its colon: left out by a slip, or written as something else."""
    written, name = _decimals(key, inside), str(key[-1])
    if written is None and name not in keys_at(language, key[:-1]) and not isinstance(key[-1], int | dt.date):
        return unknown_key(key, place, language)
    shown = example(language, key)
    if written is not None:
        remedy = f"Write decimals with a point: `{written}`."
    elif name == "values" and isinstance(inside, dict) and any(isinstance(part, dt.date) for part in inside):
        remedy = "Indent the dates that follow it, two spaces further than the word `values`."
    else:
        meant = f"write it, for instance `{shown}`" if shown else "write what was agreed"
        remedy = f"Either {meant}, or take the key out."
    return ContractValueError(f"'{name}' has no value", where=place.of(key), remedy=remedy)


def _decimals(key: Path, inside: object) -> str | None:
    """What was meant by `2022: 0,10` between braces, which YAML reads as the value 0 and a key 10 without one."""
    if not isinstance(inside, dict) or not str(key[-1]).isdigit():
        return None
    names = list(inside)
    before = names[names.index(key[-1]) - 1] if names.index(key[-1]) else None
    whole = inside.get(before)
    return f"{before}: {whole}.{key[-1]}" if isinstance(whole, int) and not isinstance(whole, bool) else None
