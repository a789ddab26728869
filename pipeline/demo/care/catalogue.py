"""The catalogue of care products and add-ons, and what they cost: the price list of the region's hospitals.

Prices are fixed within a year, and but for a planted rise the same at every hospital, so an amount is always price
times quantity.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.parameters import HERE, Region

_CODES = (
    "specialism_code",
    "performance_code",
    "product_code",
    "diagnosis_code",
    "activity_code",
    "addon_code",
)


@cache
def catalogue() -> pl.DataFrame:
    """The products and add-ons, one row each; `product` is the row number, `addon` that of its add-on."""
    items = pl.read_csv(
        HERE / "catalogue.csv", comment_prefix="#", schema_overrides=dict.fromkeys(_CODES, pl.String)
    ).with_row_index("product")
    addons = items.select(addon="product", addon_code="performance_code")
    return items.join(addons, on="addon_code", how="left", maintain_order="left", validate="m:1")


def price_cents(region: Region, year: int) -> NDArray[np.int64]:
    """The price of each catalogue item in `year`, in whole cents, grown from the first year's."""
    return whole(catalogue()["price_cents"].to_numpy() * growth(region, year))


def growth(region: Region, year: int) -> float:
    """What general price growth makes of a price of the first year."""
    return region.care.growth(year - region.years.all[0])


def redeclared_cents(region: Region, cents: NDArray[np.int64]) -> NDArray[np.int64]:
    """The price at which a credited performance is declared again, in whole cents."""
    return whole(cents * region.care.redeclared_price_factor)


def net_cents(region: Region, cents: NDArray[np.int64]) -> NDArray[np.float64]:
    """What is left on average of these prices, after credits and new declarations."""
    care = region.care
    again = care.redeclared_share * redeclared_cents(region, cents)
    return np.asarray((1 - care.credited_share) * cents + care.credited_share * again, dtype=np.float64)


def mean_cents(region: Region, year: int) -> NDArray[np.float64]:
    """What one use of each catalogue item costs on average: with add-ons, net of what is taken back."""
    return own_cents(region, year) + addon_cents(region, year)


def own_cents(region: Region, year: int) -> NDArray[np.float64]:
    """Of `mean_cents`, the item itself."""
    return net_cents(region, price_cents(region, year))


def addon_cents(region: Region, year: int, kind: str | None = None) -> NDArray[np.float64]:
    """Of `mean_cents`, the add-ons: all, or those of one kind."""
    items, net = catalogue(), own_cents(region, year)
    quantity = (items["addon_probability"] * items["addon_quantity"]).to_numpy()
    addon = items["addon"].fill_null(0).to_numpy()
    counts = np.ones(len(net), dtype=bool) if kind is None else (items["kind"] == kind).to_numpy()
    return np.asarray(quantity * net[addon] * counts[addon], dtype=np.float64)


def whole(cents: NDArray[np.floating]) -> NDArray[np.int64]:
    """Whole cents, half a cent up."""
    return np.asarray(np.floor(cents + 0.5), dtype=np.int64)
