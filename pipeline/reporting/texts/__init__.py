"""The words of reports, one YAML file per language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


@cache
def texts(language: str) -> dict[str, Any]:
    """All texts of a language (`nl` or `en`), by section and code."""
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return loaded
