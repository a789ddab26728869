"""A standard that nobody has, XX999: 20 characters a record, one kind of detail, read by its layout file alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

LAYOUT = Path(__file__).parent / "data" / "xx999.yaml"
MESSAGE = """\
019990100
2012345678200250Da
2012345678200050Cb
9900000200000000200D
"""
"""A line of 250 cents and a credit of 50."""


def layout() -> dict[str, Any]:
    """The layout file as it is read, to be spoiled and dropped."""
    return yaml.safe_load(LAYOUT.read_text(encoding="utf-8"))


def dropped(folder: Path, raw: dict[str, Any] | None = None) -> Path:
    """The folder, with the layout in it."""
    text = LAYOUT.read_text(encoding="utf-8") if raw is None else yaml.safe_dump(raw, sort_keys=False)
    (folder / "xx999.yaml").write_text(text, encoding="utf-8")
    return folder


def message(folder: Path) -> Path:
    """A message of the standard, in the folder."""
    path = folder / "message.asc"
    path.write_text("".join(f"{line:<20}\n" for line in MESSAGE.splitlines()), encoding="utf-8")
    return path
