"""EQ-5D-5L: from five answers to one utility, by a value set that is data."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl
import yaml

VALUE_SETS = Path(__file__).parent / "value_sets"
VALID_ANSWERS = r"^[1-5]{5}$"


@cache
def utilities(value_set: str = "eq5d5l_nl") -> pl.DataFrame:
    """All 3,125 states and their utility: columns `answers_code`, `utility` (1 is full health).

    Example: 11111 is worth 1, 33333 is worth 0.511, 55555 is worth -0.446 (Netherlands, 2016).
    """
    terms = yaml.safe_load((VALUE_SETS / f"{value_set}.yaml").read_text(encoding="utf-8"))
    states = pl.DataFrame({"answers_code": [""], "lost_thousandths": [round(terms["constant"] * 1000)]})
    for levels in terms["decrements"].values():
        level = pl.DataFrame(
            {"level": ["1", "2", "3", "4", "5"], "lost": [round(value * 1000) for value in levels]}
        )
        states = states.join(level, how="cross").select(
            answers_code=pl.col("answers_code") + pl.col("level"),
            lost_thousandths=pl.col("lost_thousandths") + pl.col("lost"),
        )
    lost = pl.when(pl.col("answers_code") == terms["full_health"]).then(0).otherwise("lost_thousandths")
    return states.select("answers_code", utility=(1000 - lost) / 1000).sort("answers_code")
