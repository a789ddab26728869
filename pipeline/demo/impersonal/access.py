"""Access to a hospital's care in a year: waiting times, refusals and referrals, counted every two weeks."""

from __future__ import annotations

import datetime as dt
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

TABLE = "access_measure"
SETTINGS = "access.yaml"
_LOCATION = "01"
_GRID = ["measured_date", "specialism_code", "kind_code"]


@cache
def agreed() -> dict[str, Any]:
    """What `access.yaml` says."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(SETTINGS).read_text(encoding="utf-8"))
    return found


def simulate_access(streams: Streams, hospital: Hospital, year: int) -> pl.DataFrame:
    """A year's counts of one hospital: measured_date, specialism_code, kind_code, waiting_days, measured_cases.

    A wait has its days, a count its cases; the other is null.
    """
    rng = streams.generator(f"access {hospital.provider_code} {year}")
    terms = agreed()
    days = _days_of_counting(year)
    specialisms = pl.DataFrame(
        {
            "specialism_code": list(terms["specialisms"]),
            "usual": [s["level"] for s in terms["specialisms"].values()],
        }
    )
    kinds = pl.DataFrame(
        {
            "kind_code": list(terms["kinds"]),
            "level": [kind["norm_days"] * kind["level"] for kind in terms["kinds"].values()],
        }
    )
    waits = days.join(specialisms, how="cross").join(kinds, how="cross")
    lasting = np.exp(terms["spread"]["hospital"] * rng.standard_normal())
    noise = np.exp(terms["spread"]["count"] * rng.standard_normal(waits.height))
    expected = (waits["usual"] * waits["level"]).to_numpy()
    waits = waits.with_columns(waiting_days=pl.Series(np.rint(expected * lasting * noise).astype(np.int32)))
    cases = pl.DataFrame({"kind_code": list(terms["cases"]), "mean": list(terms["cases"].values())})
    counts = days.join(specialisms, how="cross").join(cases, how="cross")
    drawn = rng.poisson(counts["mean"].to_numpy()).astype(np.int32)
    counts = counts.with_columns(measured_cases=pl.Series(drawn))
    together = pl.concat([waits, counts], how="diagonal")
    return together.select(*_GRID, "waiting_days", "measured_cases").sort(_GRID)


def write_access(path: Path, counts: pl.DataFrame, *, hospital: Hospital, year: int) -> RegionFile:
    """Write the hospital's counts of `simulate_access`."""
    rows = counts.select(
        agb=pl.lit(hospital.provider_code),
        locatie=pl.lit(_LOCATION),
        specialisme="specialism_code",
        soort=pl.col("kind_code").replace_strict(source_codes(TABLE, "kind_code")),
        meetdatum=dutch_date(pl.col("measured_date")),
        wachttijd_dagen="waiting_days",
        aantal="measured_cases",
    )
    return write_export(path, rows, supplier=hospital.supplier, table=TABLE, year=year)


def _days_of_counting(year: int) -> pl.DataFrame:
    first, last = dt.date(year, *agreed()["first_day"]), dt.date(year, 12, 31)
    days = pl.date_range(first, last, interval=f"{agreed()['every_days']}d", eager=True)
    return days.alias("measured_date").to_frame()
