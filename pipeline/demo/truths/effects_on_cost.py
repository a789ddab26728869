"""What planted truths do to the cost of hospital care: of a contracted population, beside its comparison."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.demo.parameters import Region
from pipeline.demo.truths.expectation import Expectation, Floats


@dataclass(frozen=True)
class Scope:
    """Whose cost a figure compares: one insurer's people in some areas with its people in others."""

    insurer: str
    contracted: tuple[str, ...]
    comparison: tuple[str, ...]

    def sums(self, region: Region, by_area_and_insurer: Floats) -> tuple[float, float]:
        """The sum over the contracted areas and over the comparison areas."""
        whose = [insurer.supplier for insurer in region.insurers].index(self.insurer)
        here, there = (
            float(sum(by_area_and_insurer[region.hospital_index(name), whose] for name in names))
            for names in (self.contracted, self.comparison)
        )
        return here, there


def planting(region: Region, **parts: object) -> Region:
    """The region with nothing planted but these parts of `Planted`."""
    return region.model_copy(update={"planted": region.planted.neutral().model_copy(update=parts)})


def scope_of(region: Region, hospitals: tuple[str, ...], insurer: str | None = None) -> Scope:
    """An insurer's people around these hospitals, beside its people around all that are in no group with a truth.

    Without an insurer it is the first, whose contract the consortium has.
    """
    group = region.planted.greater_need.group
    others = [h.supplier for h in region.hospitals if h.group != group and h.supplier not in hospitals]
    return Scope(insurer or region.insurers[0].supplier, hospitals, tuple(others))


def cost_ratio(expected: Expectation, scope: Scope, planted: Region, *, all_care: bool = False) -> float:
    """What the planted makes of the contracted side's cost, over what it makes of the comparison side's.

    It is what a figure should find that holds the change of cost from the baseline to the contract year against
    that of the comparison, at equal case mix and general price growth, before truncation.
    """
    nothing = planting(planted)
    here, there = scope.sums(planted, expected.cost(planted, all_care=all_care))
    plain_here, plain_there = scope.sums(planted, expected.cost(nothing, all_care=all_care))
    return (here / plain_here) / (there / plain_there)


def need_ratios(expected: Expectation, scope: Scope) -> dict[str, float]:
    """How much more care the contracted side needs per insured year: by sex and age, and beyond these.

    `by_age_and_sex`: expected cost per insured year of typical people of the same sexes and ages, contracted over
    comparison. `by_conditions`: the contracted side's cost over that of typical people of the same sexes and
    ages, over the same of the comparison side.
    """
    region = planting(expected.region)
    plain = scope.sums(region, expected.cost(region))
    as_typical = Expectation(
        region, expected.year, expected.insured_years, expected.uses_of_typical, expected.uses_of_typical
    )
    typical = scope.sums(region, as_typical.cost(region))
    years = scope.sums(region, expected.insured_years.sum(axis=2))
    return {
        "by_age_and_sex": (typical[0] / years[0]) / (typical[1] / years[1]),
        "by_conditions": (plain[0] / typical[0]) / (plain[1] / typical[1]),
    }
