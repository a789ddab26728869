"""What may be known of a key: when it was made, a one-way check value, where it is kept; never the key.

`<name>.about.json` says it of a key; a destroyed key has `<name>.destroyed.json`, its certificate, instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.errors import KeyDestroyedError, UnsafeKeyRingError
from pseudonymisation.jsonfields import misfits
from pseudonymisation.macs import mac_batch
from pseudonymisation.privatefiles import read_private, replace_private

FILE, TOKEN = "file", "token"

_ABOUT = ".about.json"
_DESTROYED = ".destroyed.json"
_CHECK_BYTES = 8


@dataclass(frozen=True)
class KeyFacts:
    """A key's name, the day it was made ("" when nobody said), its check value, and where it is.

    What was not drawn in the token was in a file before, of which there may be copies.
    """

    name: str
    made_on: str = ""
    check_value: str = ""
    place: str = FILE
    drawn_in_token: bool = False


def check_message(name: str) -> bytes:
    """What a key hashes for its check value."""
    return lp(PROTOCOL, "check-value", name)


def check_value_of(digest: bytes) -> str:
    """The start of that hash, as hex: equal for equal keys of one name, and no way back to the key."""
    return digest[:_CHECK_BYTES].hex()


def check_value(key: bytes, name: str) -> str:
    """The check value of a key of this name."""
    return check_value_of(mac_batch(key, [check_message(name)])[0])


def day(on: date | None) -> str:
    """A day as it is written down."""
    return on.isoformat() if on else ""


def write_facts(folder: Path, facts: KeyFacts) -> None:
    """Write what is known of a key, in place of what was."""
    text = json.dumps(asdict(facts), indent=1, sort_keys=True) + "\n"
    replace_private(about_path(folder, facts.name), text.encode())


def facts_of(folder: Path, name: str) -> KeyFacts:
    """What is known of a key; only its name when nothing was written down.

    Raises:
        KeyDestroyedError: when it was destroyed.
        UnsafeKeyRingError: when the file is not what it should be.
    """
    if is_destroyed(folder, name):
        raise KeyDestroyedError(
            f"Key '{name}' was destroyed",
            where=str(folder),
            remedy="Use the agreement of the present epoch and key version; what it made cannot be made again.",
        )
    path = about_path(folder, name)
    if not path.exists():
        return KeyFacts(name)
    try:
        raw = {"drawn_in_token": False} | json.loads(read_private(path, f"description of key '{name}'"))
    except (TypeError, ValueError):
        raw = None
    if misfits(KeyFacts, raw) or raw["name"] != name or raw["place"] not in (FILE, TOKEN):
        raise UnsafeKeyRingError(
            f"{path.name} does not describe a key",
            where=str(folder),
            remedy="Restore the ring from its backup.",
        )
    return KeyFacts(**cast("dict[str, Any]", raw))


def described(folder: Path) -> list[str]:
    """The keys of which something is known, by name."""
    return sorted(path.name.removesuffix(_ABOUT) for path in folder.glob(f"*{_ABOUT}"))


def destroyed(folder: Path) -> list[str]:
    """The keys that were destroyed, by name."""
    return sorted(path.name.removesuffix(_DESTROYED) for path in folder.glob(f"*{_DESTROYED}"))


def is_destroyed(folder: Path, name: str) -> bool:
    """Whether a key of this name was destroyed here."""
    return certificate_path(folder, name).exists()


def about_path(folder: Path, name: str) -> Path:
    """The file that says what is known of a key."""
    return folder / f"{name}{_ABOUT}"


def certificate_path(folder: Path, name: str) -> Path:
    """The file with the certificate of a key's destruction."""
    return folder / f"{name}{_DESTROYED}"


def newest(names: Iterable[str], kind: str) -> int:
    """The highest number among names `<kind>-<number>`; 0 when there is none."""
    ends = (name.removeprefix(f"{kind}-") for name in names if name.startswith(f"{kind}-"))
    return max((int(end) for end in ends if end.isdigit()), default=0)
