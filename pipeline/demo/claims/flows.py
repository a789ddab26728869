"""The flows of claims: which care goes which way to the insurer, and from performances to files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.demo.care.general_practice import simulate_chain_care, simulate_registrations
from pipeline.demo.care.home_care import simulate_home_care
from pipeline.demo.care.hospital import simulate_hospital_care
from pipeline.demo.care.pharmacy import simulate_pharmacy
from pipeline.demo.care.services import simulate_services
from pipeline.demo.claims.ap304 import compose_ap304_80
from pipeline.demo.claims.export import write_export_of_claims
from pipeline.demo.claims.invoicing import on_last_of_quarter
from pipeline.demo.claims.message import Batch, Written
from pipeline.demo.claims.message_files import write_composed
from pipeline.demo.claims.mz301 import compose_mz301
from pipeline.demo.claims.zh308 import compose_zh308
from pipeline.demo.moves import code_of
from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams

Simulate = Callable[[Region, Streams, pl.DataFrame, int], pl.DataFrame]
Write = Callable[[pl.DataFrame, pl.DataFrame, Batch], Iterator[Written]]


@dataclass(frozen=True)
class Flow:
    """One way of claims: `simulate` gives a year's performances, `write` makes the files of invoice quarters.

    `by_provider` when each provider has files of its own; `one_date` when all lines of a file bear one invoice date.
    The names of its files begin with `begins`, or else with the flow's own.
    """

    name: str
    ending: str
    simulate: Simulate
    write: Write
    by_provider: bool = False
    one_date: bool = True
    begins: str = ""


def _hospital(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    codes = [hospital.provider_code for hospital in region.hospitals]
    care = simulate_hospital_care(region, streams, people, year)
    return care.with_columns(
        provider_code=pl.col("hospital").replace_strict(range(len(codes)), codes, return_dtype=pl.String)
    )


def _dental(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    return simulate_services(region, streams, people, year, "dental")


def _exported(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    by_use = ("gp_consultation", "physiotherapy", "care_hotel")
    return pl.concat(
        [
            simulate_registrations(region, people, year),
            simulate_chain_care(region, streams, people, year),
            *(simulate_services(region, streams, people, year, kind) for kind in by_use),
            simulate_home_care(region, streams, people, year),
        ]
    )


HOSPITAL = Flow("zh308", "asc", _hospital, partial(write_composed, compose_zh308), by_provider=True)
PHARMACY = Flow("ap304", "asc", simulate_pharmacy, partial(write_composed, compose_ap304_80))
DENTAL = Flow("mz301", "asc", _dental, partial(write_composed, compose_mz301))
FLOWS = (
    HOSPITAL,
    PHARMACY,
    DENTAL,
    Flow("declaraties", "csv", _exported, write_export_of_claims, one_date=False),
)
"""All flows of the region."""


def batches(
    flow: Flow, region: Region, declared: pl.DataFrame, year: int, folder: Callable[[str], Path]
) -> Iterator[tuple[pl.DataFrame, Batch]]:
    """The lines that are written together, by insurer and if need be provider, and what their files are about.

    Args:
        flow: the flow.
        region: the parameters.
        declared: the lines of `declare` over `year`.
        year: the period of the delivery.
        folder: where a supplier's files lie.
    """
    quarter_end = on_last_of_quarter(pl.col("invoiced_date"))
    lines = declared.with_columns(insurer_code=code_of(region, pl.col("label")), quarter_end=quarter_end)
    if flow.one_date:
        lines = lines.with_columns(invoiced_date="quarter_end")
    parts = lines.partition_by(
        ["insurer", "provider_code"] if flow.by_provider else ["insurer"], as_dict=True
    )
    for key in sorted(parts):
        insurer, own = region.insurers[key[0]], parts[key]
        name = "-".join([flow.begins or flow.name, *key[1:], str(year)])
        ends = own["quarter_end"].unique().sort().to_list()
        paths = {end: folder(insurer.supplier) / f"{name}-{_quarter(end)}.{flow.ending}" for end in ends}
        yield own, Batch(insurer, year, paths)


def _quarter(end: dt.date) -> str:
    """The quarter that ends on this day, as in 2025k3: Dutch systems count a kwartaal."""
    return f"{end.year}k{(end.month + 2) // 3}"
