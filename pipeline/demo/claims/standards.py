"""Every standard that the region can write, each with the care it carries.

A standard and its answer are written of the same lines: the answers of AP305 are those to the messages of AP304 7.2.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import polars as pl

from pipeline.demo.care.generic import simulate_generic
from pipeline.demo.care.home_care import simulate_home_care
from pipeline.demo.care.services import CARE_HOTEL, simulate_services
from pipeline.demo.claims.answers import answering
from pipeline.demo.claims.ap304 import compose_ap304_72
from pipeline.demo.claims.aw319 import compose_aw319
from pipeline.demo.claims.flows import DENTAL, HOSPITAL, PHARMACY, Flow
from pipeline.demo.claims.gds import write_gds801, write_gds802
from pipeline.demo.claims.message import Compose
from pipeline.demo.claims.message_files import write_composed
from pipeline.demo.claims.mz301 import compose_mz301
from pipeline.demo.claims.pm304 import compose_pm304
from pipeline.demo.parameters import Region
from pipeline.demo.streams import Streams
from pipeline.errors import SettingsError


def _physiotherapy(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    return simulate_services(region, streams, people, year, "physiotherapy")


def _nursing(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    stays = simulate_services(region, streams, people, year, CARE_HOTEL)
    return pl.concat([simulate_home_care(region, streams, people, year), stays])


def _written_as(flow: Flow, begins: str, compose: Compose) -> Flow:
    """The same lines in another standard, in files whose names begin otherwise."""
    return replace(flow, begins=begins, write=partial(write_composed, compose))


ALLIED = Flow("pm304", "asc", _physiotherapy, partial(write_composed, compose_pm304))
GENERIC = Flow("gds801", "xml", simulate_generic, partial(write_gds801, "2.0"), by_provider=True)
NURSING = Flow("aw319", "asc", _nursing, partial(write_composed, compose_aw319))

STANDARDS: dict[str, Flow] = {
    "ZH308 9.0": HOSPITAL,
    "AP304 7.2": _written_as(PHARMACY, "ap304-72", compose_ap304_72),
    "AP304 8.0": PHARMACY,
    "AP305 7.2": _written_as(PHARMACY, "ap305", answering(compose_ap304_72)),
    "MZ301 1.3": DENTAL,
    "MZ302 1.3": _written_as(DENTAL, "mz302", answering(compose_mz301)),
    "PM304 3.2": ALLIED,
    "PM305 3.2": _written_as(ALLIED, "pm305", answering(compose_pm304)),
    "AW319 1.4": NURSING,
    "GDS801 1.0": replace(GENERIC, begins="gds801-10", write=partial(write_gds801, "1.0")),
    "GDS801 2.0": GENERIC,
    "GDS802 2.0": replace(GENERIC, begins="gds802", write=partial(write_gds802, "2.0")),
}
"""By standard and version. Of a standard with several versions the newest comes last."""


def find(standard: str) -> tuple[str, Flow]:
    """Title and flow of a standard, named with its version ('AP304 7.2') or without: then the newest.

    Raises:
        SettingsError: when the region cannot write it; names those that it can.
    """
    asked = standard.upper()
    fitting = [title for title in STANDARDS if asked in (title, title.split()[0])]
    if not fitting:
        raise SettingsError(
            "The region writes no such standard", remedy=f"Choose one of {', '.join(STANDARDS)}."
        )
    return fitting[-1], STANDARDS[fitting[-1]]
