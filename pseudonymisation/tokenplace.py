"""Where the token of a key ring is: remembered in the ring, as `token.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from pseudonymisation.errors import UnsafeKeyRingError
from pseudonymisation.jsonfields import misfits
from pseudonymisation.privatefiles import read_private, replace_private

TOKEN_FILE = "token.json"  # noqa: S105 (the name of a file)


@dataclass(frozen=True)
class TokenPlace:
    """Where the token is: the path of its maker's PKCS#11 module, and the token's label."""

    module: str
    label: str

    def write(self, folder: Path) -> None:
        """Remember it in a key ring."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"
        replace_private(folder / TOKEN_FILE, text.encode())

    @classmethod
    def read(cls, folder: Path) -> TokenPlace:
        """The one that a key ring remembers.

        Raises:
            KeyRingMissingError: when it remembers none.
            UnsafeKeyRingError: when the file is readable by others or is not what it should be.
        """
        try:
            raw = json.loads(read_private(folder / TOKEN_FILE, "token of this key ring"))
        except ValueError:
            raw = None
        if misfits(cls, raw):
            raise UnsafeKeyRingError(
                f"{TOKEN_FILE} does not say where the token is",
                where=str(folder),
                remedy="Restore the ring from its backup.",
            )
        return cls(**cast("dict[str, str]", raw))
