"""A line of a role's audit log: the entry, and what makes it a link of the chain.

Never a BSN, a pseudonym, a ticket or a key: an entry that could hold one is refused. So names have no room for a
number of eight digits, and there is a list of what a digest may be of, for 32 bytes of anything look like one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pseudonymisation.errors import AuditError

NO_LINE = "0" * 64
DONE = "done"
DIGESTS = ("acknowledgement", "arrival", "certificate", "halves", "identifiers", "map", "tables")
"""What a digest in a log may be of: a manifest by its kind, all blobs of both halves, a folder, a certificate."""

_WORD = re.compile(r"(?!.*[0-9]{8})[a-z][a-z0-9_-]{0,39}")
_NAME = re.compile(r"((?!.*[0-9]{8})[A-Za-z0-9][A-Za-z0-9._-]{0,99})?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HEAD = re.compile(r"[1-9][0-9]{0,11}:[0-9a-f]{64}")
_LIKE_A_NUMBER = re.compile(r"[0-9](?:[ .-]?[0-9]){7,}")
_REASON_LENGTH = 300
_HIGHEST = 9_999_999


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What was done, and how it ended: `done`, or the kind of refusal (see `errors`).

    Attributes:
        on: the business date as ISO text, where there is one.
        counts: numbers of persons, rows, files.
        digests: SHA-256 as hex, by what it is of (see `DIGESTS`).
        heads: the heads of other roles' logs, as their signed manifests said, by the role's name.
        reason: an operator's own words, for what an operator did.

    Raises:
        AuditError: when a field has not its form, and so might hold what may not be here.
    """

    action: str
    result: str = DONE
    contract: str = ""
    epoch: int = 0
    key_version: int = 0
    supplier: str = ""
    delivery: str = ""
    on: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        _require(_WORD, "action", self.action)
        _require(_WORD, "result", self.result)
        for name in ("contract", "supplier", "delivery"):
            _require(_NAME, name, getattr(self, name))
        for name in ("epoch", "key_version"):
            _require_number(name, getattr(self, name), _HIGHEST)
        _require(_DAY, "on", self.on)
        for key, digest in self.digests.items():
            if key not in DIGESTS:
                raise _unfit("name among the digests")
            _require(_DIGEST, f"{key} among the digests", digest)
        for key, head in self.heads.items():
            _require(_NAME, "name among the heads", key)
            _require(_HEAD, f"{key} among the heads", head)
        for key, number in self.counts.items():
            _require(_WORD, "name among the counts", key)
            _require_number(f"{key} among the counts", number)
        if len(self.reason) > _REASON_LENGTH or _LIKE_A_NUMBER.search(self.reason):
            raise _unfit("reason")


@dataclass(frozen=True)
class Line:
    """One line of a log: its number (from 1), the hash of the one before, whose log it is, and the entry."""

    number: int
    previous: str
    role: str
    name: str
    entry: Entry

    def __post_init__(self) -> None:
        _require_number("number", self.number)
        _require(_DIGEST, "hash of the line before", self.previous)
        _require(_WORD, "role", self.role)
        _require(_NAME, "name", self.name)

    def encode(self) -> bytes:
        """The line as it stands in the file, with its end."""
        raw = vars(self) | vars(self.entry)
        del raw["entry"]
        return (json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n").encode()

    @property
    def head(self) -> str:
        """What the log's head is while this line is the last: `<number>:<SHA-256 of the line>`."""
        return f"{self.number}:{hashlib.sha256(self.encode()).hexdigest()}"

    @classmethod
    def decode(cls, data: bytes) -> Line:
        """The line in these bytes.

        Raises:
            ValueError: when they are none, or not in the form that `encode` gives.
        """
        try:
            raw = json.loads(data)
            own = {name: raw.pop(name) for name in ("number", "previous", "role", "name")}
            line = cls(**own, entry=Entry(**raw))
            canonical = line.encode() == data
        except (AuditError, AttributeError, KeyError, TypeError, ValueError):
            canonical = False
        if not canonical:
            raise ValueError("no line of an audit log")
        return line


def _require(form: re.Pattern[str], what: str, text: object) -> None:
    if not isinstance(text, str) or not form.fullmatch(text):
        raise _unfit(what)


def _require_number(what: str, number: object, highest: int | None = None) -> None:
    if type(number) is not int or number < 0 or (highest is not None and number > highest):
        raise _unfit(what)


def _unfit(what: str) -> AuditError:
    return AuditError(
        f"The {what} cannot stand in an audit log",
        remedy="It takes names, counts and digests; a reason has at most 300 signs; and no name or reason has a"
        " number of eight or more digits.",
    )
