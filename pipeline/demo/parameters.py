"""The region's parameters, read from `region.yaml` and held against their meaning."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

HERE = Path(__file__).parent
SOURCES = ("region.yaml", "catalogue.csv", "cost_by_age_sex.csv", "names.yaml")

Share = Annotated[float, Field(ge=0, le=1)]
ByAge = dict[int, float]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Years(_Part):
    """Baseline years in order, and the contract year after them."""

    baseline: tuple[int, ...]
    contract: int

    @property
    def all(self) -> tuple[int, ...]:
        """Every year for which there is data, in order."""
        return (*self.baseline, self.contract)


class Insurer(_Part):
    """The one insurer: its name as a supplier, and its UZOVI number."""

    supplier: str
    insurer_code: str
    name: str


class Hospital(_Part):
    """A hospital with the insured around it; `group` is consortium or comparison."""

    supplier: str
    provider_code: str
    name: str
    group: str
    postcode3: tuple[str, ...]
    insured_share: Share


class Mortality(_Part):
    """Probability of death within a year at age a: min(ceiling, exp(intercept + slope * a))."""

    intercept: float
    slope: float
    ceiling: Share


class Population(_Part):
    """How people come and go, and where they are treated."""

    births_per_1000: float
    joiners_share: Share
    leavers_share: Share
    switch_on_new_year: Share
    mortality: Mortality
    own_hospital_share: Share
    other_insurers_share: Share


class Care(_Part):
    """How much care is used, at what price, and how much of it is claimed wrongly at first."""

    price_growth: float
    personal_shape: float
    credited_share: Share
    credited_next_year_share: Share
    redeclared_share: Share
    redeclared_price_factor: float
    age_profiles: dict[str, dict[str, ByAge]]


class Planted(_Part):
    """The truths that the figures should find, by group of hospitals; a group not named has none."""

    volume_factor: dict[str, dict[int, float]]
    age_tilt: dict[str, float]
    complication_factor: dict[str, float]


class Operation(_Part):
    """One kind of operation: the hospital's own code, and what it does to a patient."""

    code: str
    complication: Share
    burden: tuple[float, float, float, float, float]
    relief: tuple[float, float, float, float, float]


class Outcomes(_Part):
    """How operations end, and how patients answer."""

    asa_shares: dict[int, tuple[Share, Share, Share, Share]]
    asa_factors: tuple[float, float, float, float]
    decade_factor: float
    level_cuts: tuple[float, float, float, float]
    shared_burden: float
    answers_before: Share
    answers_after_given_before: Share
    operations: dict[str, Operation]


class Defects(_Part):
    """What is wrong on purpose."""

    failing_bsn_share: Share


class Region(_Part):
    """All parameters of the region."""

    years: Years
    insurer: Insurer
    hospitals: tuple[Hospital, ...]
    population: Population
    care: Care
    planted: Planted
    outcomes: Outcomes
    defects: Defects

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if abs(sum(hospital.insured_share for hospital in self.hospitals) - 1) > 1e-9:
            raise ValueError("the hospitals' insured_share must sum to 1")
        groups = {hospital.group for hospital in self.hospitals}
        planted = self.planted
        named = {*planted.volume_factor, *planted.age_tilt, *planted.complication_factor}
        if not named <= groups:
            raise ValueError(f"planted for {', '.join(sorted(named - groups))}, which no hospital belongs to")
        return self

    def volume_factor(self, group: str, year: int) -> float:
        """What the planted efficiency makes of the number of products in this area and year."""
        return self.planted.volume_factor.get(group, {}).get(year, 1.0)


@cache
def read_region() -> Region:
    """The region of `region.yaml`."""
    return Region.model_validate(yaml.safe_load((HERE / "region.yaml").read_text(encoding="utf-8")))


def parameters_digest(*further: object) -> str:
    """SHA-256 of all that shapes the region: the files beside this module, and `further` (size, seed)."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((HERE / name).read_bytes())
    digest.update(repr(further).encode())
    return digest.hexdigest()
