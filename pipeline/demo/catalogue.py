"""The catalogue of care products and add-ons, and what they cost: the price list of the region's hospitals.

Prices are the same at every hospital and fixed within a year, so an amount is always price times quantity.
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
    growth = (1 + region.care.price_growth) ** (year - region.years.all[0])
    return _whole(catalogue()["price_cents"].to_numpy() * growth)


def redeclared_cents(region: Region, cents: NDArray[np.int64]) -> NDArray[np.int64]:
    """The price at which a credited performance is declared again, in whole cents."""
    return _whole(cents * region.care.redeclared_price_factor)


def mean_cents(region: Region, year: int) -> NDArray[np.float64]:
    """What one use of each catalogue item costs on average: with add-ons, net of what is taken back."""
    care, items = region.care, catalogue()
    price = price_cents(region, year)
    again = care.redeclared_share * redeclared_cents(region, price)
    net = (1 - care.credited_share) * price + care.credited_share * again
    quantity = (items["addon_probability"] * items["addon_quantity"]).to_numpy()
    addon = items["addon"].fill_null(0).to_numpy()
    return np.asarray(net + quantity * net[addon], dtype=np.float64)


def _whole(cents: NDArray[np.floating]) -> NDArray[np.int64]:
    """Whole cents, half a cent up."""
    return np.asarray(np.floor(cents + 0.5), dtype=np.int64)
