"""What hospital care people are expected to use and to cost in a year: the simulation's own means.

Only care before entry into the Wlz counts, as in the contracts' populations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.demo.care.catalogue import addon_cents, growth, net_cents, own_cents
from pipeline.demo.care.cost_table import COLUMNS, cost_by_row
from pipeline.demo.care.effects import in_group, price_factors, product_factors, stay_factors
from pipeline.demo.care.hospital import KINDS, hospital_rates
from pipeline.demo.care.need import cells, set_count, set_shares
from pipeline.demo.care.services import CARE_HOTEL, service_rates, services
from pipeline.demo.care.windows import care_windows, exposure
from pipeline.demo.moves import insurer_of, label_column
from pipeline.demo.parameters import Region

Floats = NDArray[np.float64]
IN_DOMAIN_ADDONS = "addon_intensive_care"
"""The add-ons that the contract on hospital care counts; dear drugs it leaves out."""


@dataclass(frozen=True)
class Expectation:
    """Expected use in a year, by area, insurer and catalogue item.

    `insured_years` is by area, insurer and cell (of `need`); `uses` is without any planted effect of the year, and
    `uses_of_typical` what people of the same sex and age use who have conditions as often as anywhere.
    """

    region: Region
    year: int
    insured_years: Floats
    uses: Floats
    uses_of_typical: Floats

    def planted_uses(self, region: Region) -> Floats:
        """The uses with what is planted in `region`."""
        return self.uses * product_factors(region, self.year)

    def cost(self, region: Region, *, all_care: bool = False) -> Floats:
        """Cents by area and insurer, with what is planted in `region`.

        Hospital care as the contract on it counts: without dear drugs; or all care of every kind.
        """
        addons = addon_cents(region, self.year, None if all_care else IN_DOMAIN_ADDONS)
        each = own_cents(region, self.year) * price_factors(region, self.year) + addons
        mean = np.einsum("ahp,hp->ap", treated_where(region, self.year), each)
        hospital = (self.planted_uses(region) * mean[:, None, :]).sum(axis=2)
        return np.asarray(hospital + (self._other_care(region) if all_care else 0), dtype=np.float64)

    def _other_care(self, region: Region) -> Floats:
        """Cents of all other care: the cost table's by sex and age, and stays in a care hotel."""
        table = sum(cost_by_row(kind) for kind in COLUMNS if kind not in KINDS)
        stays = service_rates(region, CARE_HOTEL).total
        stay = services().filter(kind=CARE_HOTEL)
        price = net_cents(region, stay["price_cents"].to_numpy()) * stay["quantity"].to_numpy()
        by_row = np.repeat(np.asarray(table), set_count(region))
        per_year = by_row + stay_factors(region, self.year)[:, None] * stays * price[0]
        cents = (self.insured_years * per_year[:, None, :]).sum(axis=2)
        return np.asarray(cents * growth(region, self.year), dtype=np.float64)


def expect(region: Region, people: pl.DataFrame, year: int) -> Expectation:
    """The expectation for the people of `simulate_people` in a year."""
    windows = care_windows(people, year)
    insurer = windows.select(insurer_of(region, pl.col(label_column(year)))).to_series().to_numpy()
    whose = windows["hospital"].to_numpy().astype(np.int64) * len(region.insurers) + insurer
    plain = hospital_rates(region).uses
    place = whose * len(plain) + cells(region, windows, year)
    groups = len(region.hospitals) * len(region.insurers)
    counted = np.bincount(place, weights=exposure(windows, year), minlength=groups * len(plain))
    years: Floats = np.asarray(counted, dtype=np.float64).reshape(groups, len(plain))
    sets = set_count(region)
    by_age = years.reshape(groups, -1, sets).sum(axis=2)
    typical = (by_age[:, :, None] * set_shares(region)[None, :, :]).reshape(years.shape)
    shape = (len(region.hospitals), len(region.insurers), -1)
    return Expectation(
        region,
        year,
        years.reshape(shape),
        (years @ plain).reshape(shape),
        (typical @ plain).reshape(shape),
    )


def treated_where(region: Region, year: int) -> Floats:
    """The share of each area's products that each hospital gives: by area, hospital and item."""
    count, own = len(region.hospitals), region.population.own_hospital_share
    share = np.full((count, count), (1 - own) / (count - 1))
    np.fill_diagonal(share, own)
    whole = np.repeat(share[:, :, None], price_factors(region, year).shape[1], axis=2)
    if year == region.years.contract:
        shift = region.planted.volume_shift
        items = in_group(shift.product_group)
        source, target = (region.hospital_index(name) for name in (shift.from_hospital, shift.to_hospital))
        moved = shift.share * whole[:, source, items]
        whole[:, source, items] -= moved
        whole[:, target, items] += moved
    return whole
