"""Coding drift: chronic diagnoses on products of persons who do not have the condition, as far as planted."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.demo.care.catalogue import catalogue
from pipeline.demo.conditions import onset_column
from pipeline.demo.parameters import Region


def chronic_diagnoses(region: Region) -> pl.DataFrame:
    """specialism_code, chronic_code and condition: one row per specialism, that of the first condition it treats."""
    rows = [
        (condition.diagnosis.specialism_code, condition.diagnosis.diagnosis_code, name)
        for name, condition in region.conditions.items()
    ]
    schema = ["specialism_code", "chronic_code", "condition"]
    return pl.DataFrame(rows, schema=schema, orient="row").unique(
        "specialism_code", keep="first", maintain_order=True
    )


def coded(
    region: Region, rng: np.random.Generator, used: pl.DataFrame, people: pl.DataFrame, year: int
) -> pl.DataFrame:
    """With diagnosis_code: a chronic one where the drift of the contract year put it, else null.

    Args:
        region: the parameters.
        rng: the random numbers.
        used: products, with person, product and hospital.
        people: of `simulate_people`.
        year: the year of the products.
    """
    drift = region.planted.coding_drift
    hit = rng.random(used.height) < (drift.share if year == region.years.contract else 0.0)
    onsets = [onset_column(name) for name in region.conditions]
    whole = (
        used.join(
            catalogue().select("product", "specialism_code"), on="product", how="left", maintain_order="left"
        )
        .join(chronic_diagnoses(region), on="specialism_code", how="left", maintain_order="left")
        .join(people.select("person", *onsets), on="person", how="left", maintain_order="left")
    )
    has = pl.any_horizontal(
        (pl.col("condition") == name) & (pl.col(onset_column(name)) <= year) for name in region.conditions
    )
    there = pl.col("hospital").is_in(region.hospitals_of(drift.group))
    drifts = pl.Series(hit) & there & ~has
    code = whole.select(diagnosis_code=pl.when(drifts).then("chronic_code"))
    return used.hstack(code)
