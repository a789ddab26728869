"""What a contract may not say about whose care and which care it is about, and about who delivers.

One thing on two sides, a comparison with nobody, a unit without what it is counted by. Codes are in `known_codes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.contract.findings import Finding, over_years
from pipeline.contract.known_codes import unknown_codes
from pipeline.contract.language import Contract
from pipeline.periods import first_day


def scope_misfits(contract: Contract) -> Iterator[Finding]:
    """All that does not fit, in the order of the contract's sections."""
    yield from _parties(contract)
    yield from _comparison(contract)
    yield from _division(contract)
    yield from _unit(contract)
    yield from _attribution(contract)
    yield from _on_both_sides(contract, "population", "contracted_area", "comparison_area")
    yield from _on_both_sides(contract, "domain", "care_types_in", "care_types_out")
    yield from unknown_codes(contract)


def _parties(contract: Contract) -> Iterator[Finding]:
    comparison = contract.parties.comparison_providers
    if comparison is None:
        return

    def on_both_sides(year: int) -> Iterator[Finding]:
        day = first_day(year)
        contracted = {provider.agb_code for provider in contract.parties.members.on(day).value}
        for provider in comparison.on(day).value:
            if provider.agb_code in contracted:
                yield (
                    ("parties", "comparison_providers"),
                    f"Provider {provider.agb_code} is contracted and serves as comparison in {{years}}",
                    "Take it out of one of the two: nobody is measured against itself.",
                )

    yield from over_years(contract.years, on_both_sides)


def _comparison(contract: Contract) -> Iterator[Finding]:
    """Whoever is compared with must be named: by case mix on them, or by a target that grows as they do."""
    asked: list[tuple[str, str, str]] = []
    if contract.case_mix and "indirect" in contract.case_mix.model.values.values():
        asked.append(("case_mix", "model", "own"))
    kinds = set(contract.trend.method.values.values()) if contract.trend else set()
    if contract.trend and contract.trend.blend:
        kinds |= {kind for blend in contract.trend.blend.values.values() for kind in blend}
    if "benchmark" in kinds:
        asked.append(("trend", "method", "agreed"))
    for section, name, other in asked if contract.population.comparison_area is None else ():
        yield (
            (section, name),
            f"'{section}.{name}' is about a comparison group, and none is agreed",
            f"Add population.comparison_area, or write {other}.",
        )


def _division(contract: Contract) -> Iterator[Finding]:
    """Who shares in the result is a member, and every member shares."""
    shares = contract.division.shares if contract.division else None
    if shares is None:
        return

    def misfits(year: int) -> Iterator[Finding]:
        day = first_day(year)
        members = [provider.agb_code for provider in contract.parties.members.on(day).value]
        named = shares.on(day).value
        for code in [code for code in named if code not in members]:
            yield (
                ("division", "shares"),
                f"'{code}' shares in the result of {{years}} and is no member then",
                f"Write one of the members: {', '.join(members)}; or add it to parties.members.",
            )
        for code in [code for code in members if code not in named]:
            yield (
                ("division", "shares"),
                f"Member '{code}' has no share in the result of {{years}}",
                f'Add it, with 0 when it has none: "{code}": 0.',
            )

    yield from over_years(contract.years, misfits)


def _unit(contract: Contract) -> Iterator[Finding]:
    """What is counted must be said: patients have a condition, an episode has its evidence; and the least number."""
    unit, population = contract.unit, contract.population
    counted = set(unit.counted_in.values.values()) if unit else {"insured_year"}
    episode = unit.episode if unit else None
    if "patient_year" in counted and population.conditions is None:
        yield (
            ("population",),
            "Patient years are counted, but no condition says who is a patient",
            "Add population.conditions, or let unit.counted_in be insured_year.",
        )
    if "episode" in counted and episode is None:
        yield (
            ("unit", "counted_in"),
            "Episodes are counted, but none is described",
            "Add unit.episode, or let unit.counted_in be insured_year.",
        )
    if "episode" not in counted and episode is not None:
        yield (
            ("unit", "episode"),
            "An episode is described, but none is counted",
            "Let unit.counted_in be episode, or take unit.episode out.",
        )
    if "total" in counted and contract.baseline and contract.baseline.strata:
        yield (
            ("baseline", "strata"),
            "One total is counted, and a total has no strata to mix by their number of units",
            "Take baseline.strata out, or let unit.counted_in be insured_year.",
        )
    yield from _least_number(contract, counted)


def _least_number(contract: Contract, counted: Iterable[str]) -> Iterator[Finding]:
    needed, other = "minimum_insured_years", "minimum_episodes"
    if "episode" in counted:
        needed, other = other, needed
    if getattr(contract.population, needed) is None:
        unit = contract.population.unit_of(needed)
        yield (
            ("population",),
            f"The contract counts {unit} and does not say how many are needed to share a risk over",
            f"Add {needed}, for instance: {needed}: {{clause: '2.3', unit: {unit}, says: '...', "
            "values: {2025-01-01: 500}}. With 0, any number is enough.",
        )
    if getattr(contract.population, other) is not None:
        yield (
            ("population", other),
            f"The contract counts {contract.population.unit_of(needed)}, so '{other}' is about nothing",
            f"Use {needed} in its place.",
        )


def _attribution(contract: Contract) -> Iterator[Finding]:
    population = contract.population
    methods = set(population.attribution.values.values()) if population.attribution else set()
    if "share_of_care" in methods and population.minimum_share_of_care is None:
        yield (
            ("population", "attribution"),
            "Who counts depends on a share of care, and no share is agreed",
            "Add population.minimum_share_of_care, for instance with 0.50.",
        )
    if "share_of_care" not in methods and population.minimum_share_of_care is not None:
        yield (
            ("population", "minimum_share_of_care"),
            "A share of care is agreed, but who counts does not depend on it",
            "Let population.attribution be share_of_care, or take it out.",
        )


def _on_both_sides(contract: Contract, section: str, one: str, other: str) -> Iterator[Finding]:
    held = getattr(contract, section)
    if getattr(held, other) is None:
        return

    def shared(year: int) -> Iterator[Finding]:
        sides = (set(getattr(held, name).on(first_day(year)).value) for name in (one, other))
        for code in sorted(set.intersection(*sides)):
            yield (
                (section, other),
                f"'{code}' stands in both '{one}' and '{other}' in {{years}}",
                "Take it out of one of the two.",
            )

    yield from over_years(contract.years, shared)
