"""The public half of a key ring as a file that goes to the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pseudonymisation.identity import PublicIdentity


def read_identity(path: Path) -> PublicIdentity:
    """A public half from its file.

    Raises:
        SettingsError: when there is no such file, or it is no JSON.
    """
    from pipeline.errors import SettingsError
    from pseudonymisation.identity import PublicIdentity

    try:
        return PublicIdentity.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise SettingsError(
            "The public half of a key ring cannot be read",
            where=str(path),
            remedy="Give the file that `ocmo keys create --identity` wrote.",
        ) from error


def write_identity(identity: PublicIdentity, path: Path) -> None:
    """Write a public half, in place of what was there."""
    from pseudonymisation.dropfolder import replace_file

    replace_file(path, (json.dumps(identity.to_json(), indent=1, sort_keys=True) + "\n").encode())
