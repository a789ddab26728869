"""The region's parameters, read from `region.yaml` and `conditions.yaml` and held against their meaning."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import model_validator

from pipeline.demo.care_parameters import Care, Condition, Outcomes
from pipeline.demo.parameter_types import ByAge, Part, Share
from pipeline.demo.planted import Planted

HERE = Path(__file__).parent
SOURCES = (
    "region.yaml",
    "conditions.yaml",
    "catalogue.csv",
    "drugs.csv",
    "services.csv",
    "cost_by_age_sex.csv",
    "names.yaml",
    "impersonal/access.yaml",
    "impersonal/payments.yaml",
    "impersonal/survey.yaml",
)


class Years(Part):
    """Baseline years in order, and the contract year after them."""

    baseline: tuple[int, ...]
    contract: int

    @property
    def all(self) -> tuple[int, ...]:
        """Every year for which there is data, in order."""
        return (*self.baseline, self.contract)


class Label(Part):
    """A label of an insurer: its UZOVI number and its share of that insurer's people."""

    insurer_code: str
    share: Share


class Insurer(Part):
    """An insurer: its name as a supplier, its share of the people, and its labels."""

    supplier: str
    name: str
    insured_share: Share
    labels: tuple[Label, ...]

    @property
    def insurer_code(self) -> str:
        """Its first label, which stands in the header of messages to it."""
        return self.labels[0].insurer_code


class Hospital(Part):
    """A hospital with the insured around it; `group` is consortium or comparison."""

    supplier: str
    provider_code: str
    name: str
    group: str
    postcode3: tuple[str, ...]
    insured_share: Share


class Kind(Part):
    """A kind of provider: how its AGB codes begin, and how many there are in each area."""

    agb: str
    per_area: int


class Mortality(Part):
    """Probability of death within a year at age a: min(ceiling, exp(intercept + slope * a))."""

    intercept: float
    slope: float
    ceiling: Share


class Population(Part):
    """How people come and go, and where they are treated."""

    births_per_1000: float
    joiners_share: Share
    leavers_share: Share
    switch_on_new_year: Share
    choose_label_again_share: Share
    mortality: Mortality
    wlz_prevalence: dict[str, ByAge]
    own_hospital_share: Share
    other_insurers_share: Share


class Region(Part):
    """All parameters of the region."""

    years: Years
    insurers: tuple[Insurer, ...]
    hospitals: tuple[Hospital, ...]
    providers: dict[str, Kind]
    population: Population
    care: Care
    planted: Planted
    outcomes: Outcomes
    conditions: dict[str, Condition]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for whose, shares in (
            ("the hospitals' insured_share", [hospital.insured_share for hospital in self.hospitals]),
            ("the insurers' insured_share", [insurer.insured_share for insurer in self.insurers]),
            *((f"the labels' share of {i.supplier}", [lab.share for lab in i.labels]) for i in self.insurers),
        ):
            if abs(sum(shares) - 1) > 1e-9:
                raise ValueError(f"{whose} must sum to 1")
        known = {
            "group": {hospital.group for hospital in self.hospitals},
            "hospital": {hospital.supplier for hospital in self.hospitals},
            "insurer": {insurer.supplier for insurer in self.insurers},
        }
        for kind, name in self.planted.named():
            if name not in known[kind]:
                raise ValueError(f"something is planted for {kind} {name}, which is not in the region")
        return self

    @property
    def labels(self) -> tuple[tuple[int, str, float], ...]:
        """Every label: the index of its insurer, its code, and its share of all people."""
        return tuple(
            (index, label.insurer_code, insurer.insured_share * label.share)
            for index, insurer in enumerate(self.insurers)
            for label in insurer.labels
        )

    def hospitals_of(self, group: str) -> list[int]:
        """The indices of the hospitals of a group."""
        return [index for index, hospital in enumerate(self.hospitals) if hospital.group == group]

    def hospital_index(self, supplier: str) -> int:
        """The index of the hospital of this name."""
        return [hospital.supplier for hospital in self.hospitals].index(supplier)


@cache
def read_region() -> Region:
    """The region of `region.yaml`, with the conditions of `conditions.yaml`."""
    raw = yaml.safe_load((HERE / "region.yaml").read_text(encoding="utf-8"))
    raw["conditions"] = yaml.safe_load((HERE / "conditions.yaml").read_text(encoding="utf-8"))
    return Region.model_validate(raw)


def parameters_digest(*further: object) -> str:
    """SHA-256 of all that shapes the region: the files beside this module, and `further` (size, seed)."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((HERE / name).read_bytes())
    digest.update(repr(further).encode())
    return digest.hexdigest()
