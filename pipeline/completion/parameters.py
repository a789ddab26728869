"""How cost is completed: `run_out.yaml`, which says what each of these is for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

RUN_OUT = Path(__file__).parent / "run_out.yaml"


@dataclass(frozen=True)
class RunOutParameters:
    """`least_service_months` in months; the others are shares, 0 to 1."""

    least_service_months: int
    least_share_complete: float
    quarterly_when_share: float


@cache
def run_out_parameters() -> RunOutParameters:
    """The parameters as the file has them."""
    return RunOutParameters(**yaml.safe_load(RUN_OUT.read_text(encoding="utf-8")))
