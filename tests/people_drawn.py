"""Made-up person years for tests of the simulation: how cost is spread is known, so that chance is too."""

from __future__ import annotations

import numpy as np
import polars as pl

YEARS = (2022, 2023, 2024, 2025)
MEAN_CENTS = 100_000


def person_years(
    number: int, *, seed: int = 7, comparison: int = 0, years: tuple[int, ...] = YEARS
) -> pl.DataFrame:
    """Persons insured all year whose yearly cost is exponential, each year and person apart: its variation is 1."""
    rng = np.random.default_rng(seed)
    frames = []
    for group, size in (("contracted", number), ("comparison", comparison)):
        age = rng.integers(0, 90, size)
        for year in years:
            frames.append(
                pl.DataFrame(
                    {
                        "person": [f"{group}{i}" for i in range(size)],
                        "year": [year] * size,
                        "group_code": [group] * size,
                        "sex_code": ["V" if i % 2 else "M" for i in range(size)],
                        "age_years": age + year - YEARS[0],
                        "insured_months": [12] * size,
                        "cost_cents": rng.exponential(MEAN_CENTS, size).round().astype(np.int64),
                    }
                )
            )
    return pl.concat([frame for frame in frames if frame.height])


def the_same(number: int, cost: dict[int, int]) -> pl.DataFrame:
    """Persons who all cost the same in a year, in cents."""
    return pl.DataFrame(
        [
            {
                "person": str(i),
                "year": year,
                "sex_code": "V",
                "age_years": 40,
                "insured_months": 12,
                "cost_cents": cents,
            }
            for year, cents in cost.items()
            for i in range(number)
        ]
    )
