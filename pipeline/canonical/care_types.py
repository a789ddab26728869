"""The kinds of care that claim lines, payments and control totals name: `care_types.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

CARE_TYPES = Path(__file__).parent / "care_types.yaml"


@dataclass(frozen=True)
class CareType:
    """One kind of care. `is_fixed` when it is paid by registration and not by use; `dutch`, `english`: its names."""

    code: str
    is_fixed: bool
    dutch: str
    english: str
    says: str


@cache
def care_types() -> dict[str, CareType]:
    """All kinds of care by code, in the order of the file."""
    raw = yaml.safe_load(CARE_TYPES.read_text(encoding="utf-8"))
    return {code: CareType(code=code, **entry) for code, entry in raw.items()}
