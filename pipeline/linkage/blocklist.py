"""Who objected: nobody of them is let into the lake again, by whichever delivery or backup.

    objections/<delivery>.<epoch>.json      one objection, or several that came together; mode 0600

A file holds SHA-256 over protocol, "blocked", label and pseudonym, for each person: enough to know a pseudonym
again when it comes, and no pseudonym itself. It is a file of its own and no table of the register: who puts
back an older register, or a whole older home over this one, does not put back the time before an objection.
Files are only ever added. After a rotation those of the old epoch still keep people out of tables of that epoch.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipeline.errors import SettingsError
from pipeline.home import OcmoHome
from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.engine import PSEUDONYM_BYTES
from pseudonymisation.privatefiles import make_private_folder, replace_private

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Objection:
    """Persons who objected under one label: by which delivery, and the digests by which they are known."""

    delivery_id: str
    supplier: str
    label: str
    persons: frozenset[str]


class BlockList:
    """The objections in the OCMO's home.

    Raises:
        SettingsError: when a file of it is open to others, or is none of these; nothing is taken in then.
    """

    def __init__(self, home: OcmoHome) -> None:
        self._folder = home.root / "objections"

    def objections(self) -> list[Objection]:
        """All objections, by delivery and epoch."""
        return [_read(path) for path in sorted(self._folder.glob("*.json"))]

    def by_label(self) -> dict[str, frozenset[str]]:
        """The digests of all who objected, by label."""
        blocked: dict[str, frozenset[str]] = {}
        for one in self.objections():
            blocked[one.label] = blocked.get(one.label, frozenset()) | one.persons
        return blocked

    def persons(self, label: str) -> frozenset[str]:
        """The digests of all who objected under a label."""
        return self.by_label().get(label, frozenset())

    def add(self, objection: Objection) -> None:
        """Keep these persons out from now on; on disk when this returns. The same again changes nothing."""
        path = self._folder / f"{objection.delivery_id}.{objection.label.rsplit(':', 1)[-1]}.json"
        make_private_folder(self._folder)
        known = _read(path).persons if path.exists() else frozenset()
        if path.exists() and objection.persons <= known:
            return
        raw = {**vars(objection), "persons": sorted(known | objection.persons)}
        replace_private(path, (json.dumps(raw, indent=1, sort_keys=True) + "\n").encode())


def person_digests(pids: pl.Series, label: str) -> pl.Series:
    """The digest of each pseudonym (16 bytes; none is null) under its label, in order."""
    with duckdb.connect() as connection:
        connection.register("person", pl.DataFrame({"pid": pids}).with_row_index("place").to_arrow())
        query = f"SELECT {digest_of('pid')} AS digest FROM person ORDER BY place"  # noqa: S608
        found: pl.DataFrame = connection.sql(query, params={"label": prefix(label)}).pl()
    return found["digest"]


def digest_of(column: str) -> str:
    """The same in SQL; its parameter `$label` is the label's `prefix`."""
    return f"sha256($label || {column})"


def prefix(label: str) -> bytes:
    """What stands before the 16 bytes of a pseudonym when it is digested."""
    return lp(PROTOCOL, "blocked", label) + PSEUDONYM_BYTES.to_bytes(2, "big")


def without(frame: pl.DataFrame, blocked: Iterable[str], label: str) -> pl.DataFrame:
    """The rows of a frame whose person is not blocked; rows without a pseudonym stay."""
    persons = frame["pid"].drop_nulls().unique()
    gone = persons.filter(person_digests(persons, label).is_in(list(blocked)))
    return frame.filter(pl.col("pid").is_null() | ~pl.col("pid").is_in(gone.implode()))


def _read(path: Path) -> Objection:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS or path.stat().st_uid != os.getuid():
        raise SettingsError(
            f"The list of who objected is open to other users (mode {mode:04o})",
            where=str(path),
            remedy="Find out who read it; then take the rights away (chmod go=).",
        )
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Objection(**{**raw, "persons": frozenset(raw["persons"])})
    except (ValueError, TypeError, KeyError):
        raise SettingsError(
            "This is no list of who objected",
            where=str(path),
            remedy="Put it back from a backup; nothing is taken in without it.",
        ) from None
