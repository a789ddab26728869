"""Parameters of the truths that are planted in the region, so that the figures can be asked to find them."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.demo.parameter_types import Part, Share


class Efficiency(Part):
    """Times the products that people around these hospitals use, by year; of one insurer's people or of all."""

    name: str
    hospitals: tuple[str, ...]
    insurer: str | None
    factors: dict[int, float]


class GreaterNeed(Part):
    """In the group's areas: each age weighs exp(age_tilt * age), and conditions occur so many times as often."""

    group: str
    age_tilt: float
    condition_factor: float


class PriceRise(Part):
    """Times the price of a group of products at the group's hospitals, in the contract year."""

    group: str
    product_group: str
    factor: float


class VolumeShift(Part):
    """The share of one hospital's products of a group that goes to another, in the contract year."""

    product_group: str
    from_hospital: str
    to_hospital: str
    share: Share


class CareHotelSpillover(Part):
    """In the group's areas in the contract year: times the admissions, and times the stays in a care hotel."""

    group: str
    product_group: str
    admissions_factor: float
    stays_factor: float


class CodingDrift(Part):
    """The share of products of persons without a condition that the group's hospitals code with its diagnosis."""

    group: str
    share: Share


class Planted(Part):
    """All truths. `complication_factor` is by group of hospitals; a group not named has none."""

    efficiency: tuple[Efficiency, ...]
    greater_need: GreaterNeed
    complication_factor: dict[str, float]
    price_rise: PriceRise
    volume_shift: VolumeShift
    care_hotel_spillover: CareHotelSpillover
    coding_drift: CodingDrift

    def named(self) -> Iterator[tuple[str, str]]:
        """Whom the truths are planted for: kind (group, hospital, insurer) and name."""
        for efficiency in self.efficiency:
            yield from (("hospital", name) for name in efficiency.hospitals)
            if efficiency.insurer is not None:
                yield "insurer", efficiency.insurer
        for part in (self.greater_need, self.price_rise, self.care_hotel_spillover, self.coding_drift):
            yield "group", part.group
        yield from (("group", group) for group in self.complication_factor)
        yield from (
            ("hospital", name) for name in (self.volume_shift.from_hospital, self.volume_shift.to_hospital)
        )

    def neutral(self) -> Planted:
        """The same with every truth switched off."""
        return Planted(
            efficiency=(),
            greater_need=self.greater_need.model_copy(update={"age_tilt": 0.0, "condition_factor": 1.0}),
            complication_factor=dict.fromkeys(self.complication_factor, 1.0),
            price_rise=self.price_rise.model_copy(update={"factor": 1.0}),
            volume_shift=self.volume_shift.model_copy(update={"share": 0.0}),
            care_hotel_spillover=self.care_hotel_spillover.model_copy(
                update={"admissions_factor": 1.0, "stays_factor": 1.0}
            ),
            coding_drift=self.coding_drift.model_copy(update={"share": 0.0}),
        )
