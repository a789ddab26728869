"""What the contract would have paid in each past year, as if that had been its year."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.contract import Contract
from pipeline.simulation.assumed import Assumed
from pipeline.simulation.drawing import everybody
from pipeline.simulation.people import People
from pipeline.simulation.variant import with_baseline
from pipeline.simulation.year import AsIf, Settled


@dataclass(frozen=True)
class PastYear:
    """One past year; `rests_on` are the baseline years it was settled on, `lacking` those the table does not have."""

    year: int
    rests_on: tuple[int, ...]
    lacking: tuple[int, ...]
    settled: Settled


def past_years(contract: Contract, year: int, people: People, assumed: Assumed) -> list[PastYear]:
    """Every year of the table for which at least one baseline year lies in it too, oldest first.

    Where some baseline years are lacking, the others weigh more, in their own proportions.
    """
    made = []
    for now in people.years:
        shift = year - now
        weights = contract.for_year(year).baseline_weights
        agreed = weights.value if weights else {}
        there = {each: weight for each, weight in agreed.items() if each - shift in people.years and weight}
        if agreed and not there:
            continue
        lacking = tuple(sorted(each - shift for each in agreed if each not in there and agreed[each]))
        on = contract if set(there) == set(agreed) else with_baseline(contract, there)
        as_if = AsIf(on, year, people, now, assumed)
        settled = as_if.settle(everybody(people, as_if.ceiling_cents))
        made.append(PastYear(now, tuple(sorted(each - shift for each in there)), lacking, settled))
    return made
