"""A hospital's answers to the joint survey of quality indicators, held in March, June and September."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from pipeline.demo.exports import dutch_date, source_codes, write_export
from pipeline.demo.files import RegionFile
from pipeline.demo.parameters import Hospital
from pipeline.demo.streams import Streams

TABLE = "indicator_return"
SETTINGS = "survey.yaml"


@cache
def agreed() -> dict[str, Any]:
    """What `survey.yaml` says."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(SETTINGS).read_text(encoding="utf-8"))
    return found


def simulate_survey(streams: Streams, hospital: Hospital, year: int) -> pl.DataFrame:
    """One row per indicator: indicator_code, survey_month, numerator_count, denominator_count, answer_code.

    A question on structure has an answer, the others have numbers; what was left unanswered has neither.
    """
    rng = streams.generator(f"survey {hospital.provider_code} {year}")
    asked = pl.DataFrame(
        [{"indicator_code": code, **entry} for code, entry in agreed()["indicators"].items()],
        schema={
            "indicator_code": pl.String,
            "month": pl.Int8,
            "denominator": pl.Int64,
            "share": pl.Float64,
            "yes_share": pl.Float64,
        },
    )
    share = asked["share"].fill_null(0.5).to_numpy()
    odds = share / (1 - share) * np.exp(agreed()["between_hospitals"] * rng.standard_normal(asked.height))
    denominator = rng.poisson(asked["denominator"].fill_null(1).to_numpy())
    numerator = rng.binomial(denominator, odds / (1 + odds))
    is_yes = pl.Series(rng.random(asked.height)) < asked["yes_share"]
    is_answered = pl.Series(rng.random(asked.height) >= agreed()["unanswered_share"])
    is_number = is_answered & asked["share"].is_not_null()
    return asked.select(
        "indicator_code",
        survey_month=pl.date(year, "month", 1),
        numerator_count=pl.when(is_number).then(pl.Series(numerator)).cast(pl.Int32),
        denominator_count=pl.when(is_number).then(pl.Series(denominator)).cast(pl.Int32),
        answer_code=pl.when(is_answered & is_yes)
        .then(pl.lit("yes"))
        .when(is_answered & ~is_yes)
        .then(pl.lit("no")),
    )


def write_survey(path: Path, answers: pl.DataFrame, *, hospital: Hospital, year: int) -> RegionFile:
    """Write the hospital's answers of `simulate_survey`."""
    rows = answers.select(
        agb=pl.lit(hospital.provider_code),
        indicator="indicator_code",
        uitvraag=dutch_date(pl.col("survey_month")),
        teller="numerator_count",
        noemer="denominator_count",
        antwoord=pl.col("answer_code").replace_strict(source_codes(TABLE, "answer_code")),
    )
    return write_export(path, rows, supplier=hospital.supplier, table=TABLE, year=year)
