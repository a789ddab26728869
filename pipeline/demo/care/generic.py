"""Care that is declared in the generic claims standard: therapists' care, and mental care by the consultation.

Who is treated when, and by which practice, is as with physiotherapy; what each performance is, is drawn by the shares
of the price list. Mental care is declared by the single consultation on its day.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from pipeline.demo.care.catalogue import growth, whole
from pipeline.demo.care.services import PERFORMANCE, simulate_services
from pipeline.demo.parameters import HERE, Region
from pipeline.demo.streams import Streams

MENTAL = "mental_health"


@cache
def generic_services() -> pl.DataFrame:
    """The price list, one row per performance; `service` is the row number."""
    codes = dict.fromkeys(("performance_list_code", "performance_code"), pl.String)
    table = pl.read_csv(HERE / "generic_services.csv", comment_prefix="#", schema_overrides=codes)
    return table.with_row_index("service")


def simulate_generic(region: Region, streams: Streams, people: pl.DataFrame, year: int) -> pl.DataFrame:
    """The care opened in `year`, before any correction: the columns of `PERFORMANCE`."""
    base, listed = simulate_services(region, streams, people, year, "physiotherapy"), generic_services()
    rng = streams.generator(f"generic care {year}")
    item = rng.choice(listed.height, base.height, p=listed["share"].to_numpy())
    price = whole(listed["price_cents"].to_numpy() * growth(region, year))
    is_mental = pl.col("care_type_code") == MENTAL
    drawn = base.with_columns(
        service=listed["service"].gather(item),
        care_type_code=listed["care_type"].gather(item),
        unit_cents=pl.Series(price[item]),
    )
    return drawn.with_columns(
        quantity=pl.when(is_mental).then(1).otherwise("quantity"),
        closing_date=pl.when(is_mental).then("opening_date").otherwise("closing_date"),
    ).select(PERFORMANCE)
