"""What the planted truths do to the use and the price of hospital care in a year."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.catalogue import catalogue
from pipeline.demo.parameters import Region

Floats = NDArray[np.float64]


def product_factors(region: Region, year: int) -> Floats:
    """Times the rate of each catalogue item: by area, insurer and item."""
    factors = np.ones((len(region.hospitals), len(region.insurers), catalogue().height))
    suppliers = [insurer.supplier for insurer in region.insurers]
    for efficiency in region.planted.efficiency:
        areas = [region.hospital_index(name) for name in efficiency.hospitals]
        whose = slice(None) if efficiency.insurer is None else suppliers.index(efficiency.insurer)
        factors[areas, whose] *= efficiency.factors.get(year, 1.0)
    spillover = region.planted.care_hotel_spillover
    if year == region.years.contract:
        hit = _at(region, spillover.group)[:, None, None] & _is_in(spillover.product_group)
        factors *= np.where(hit, spillover.admissions_factor, 1.0)
    return factors


def stay_factors(region: Region, year: int) -> Floats:
    """Times the stays in a care hotel, by area."""
    if year != region.years.contract:
        return np.ones(len(region.hospitals))
    spillover = region.planted.care_hotel_spillover
    return np.where(_at(region, spillover.group), spillover.stays_factor, 1.0)


def price_factors(region: Region, year: int) -> Floats:
    """Times the price of each catalogue item, by hospital and item."""
    if year != region.years.contract:
        return np.ones((len(region.hospitals), catalogue().height))
    rise = region.planted.price_rise
    hit = _at(region, rise.group)[:, None] & _is_in(rise.product_group)
    return np.where(hit, rise.factor, 1.0)


def shifted(
    region: Region,
    rng: np.random.Generator,
    hospital: NDArray[np.int64],
    product: NDArray[np.int64],
    year: int,
) -> NDArray[np.int64]:
    """The hospitals of products once a share of one's has gone to another, in the contract year."""
    shift = region.planted.volume_shift
    moves = rng.random(len(hospital)) < shift.share
    if year != region.years.contract:
        return hospital
    moves &= hospital == region.hospital_index(shift.from_hospital)
    moves &= np.isin(product, in_group(shift.product_group))
    return np.where(moves, region.hospital_index(shift.to_hospital), hospital)


def in_group(product_group: str) -> NDArray[np.int64]:
    """The catalogue items of a group of products."""
    members = catalogue().filter(pl.col("product_group") == product_group)["product"]
    return members.to_numpy().astype(np.int64)


def _is_in(product_group: str) -> NDArray[np.bool_]:
    """Whether each catalogue item is of the group."""
    return np.isin(np.arange(catalogue().height), in_group(product_group))


def _at(region: Region, group: str) -> NDArray[np.bool_]:
    """Whether each hospital is of the group."""
    return np.isin(np.arange(len(region.hospitals)), region.hospitals_of(group))
