"""The words of reports, one YAML file per document and language: `nl.yaml` is the statement's in Dutch."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


@cache
def texts(language: str, document: str = "") -> dict[str, Any]:
    """All texts of a document in a language (`nl` or `en`), by section and code.

    `document` is empty for the statement, `interim` for the interim report, `recomputed` for a difference,
    `correction` for a correction, `traced` for an amount that is explained, `explanation` for a contract in plain
    sentences, `simulation` for a contract before it is signed.
    """
    name = f"{document}_{language}" if document else language
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded
