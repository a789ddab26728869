"""The last look at the figures of a report: nothing that can be read or subtracted is about too few persons.

It looks at what is shown, and does not ask `hidden` why: a mistake there stops the report here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from pipeline.errors import FiguresError
from pipeline.reporting.interim.state import KindOfCare, YearState

Key = tuple[str, str]
"""Code and subject of a figure that is shown."""

STAGES = ("", "_completed")
"""What came in, and what it comes to once all is in: the same sums hold of both."""

TOTALS = (("use", False), ("fixed", True))


def refuse_disclosure(state: YearState, shown: Collection[Key]) -> None:
    """Stop a report that says something of fewer persons than the contract allows.

    Args:
        state: the contract year, with the persons behind each figure.
        shown: the figures whose value the report holds.

    Raises:
        FiguresError: names the figure or the difference; nothing may be written then.
    """
    minimum = state.terms.reporting_minimum_cell.value
    for what, parts in _known(state, shown):
        if 0 < max(parts, default=0) < minimum:  # one person may be in all parts
            raise FiguresError(
                f"The interim report on {state.year} would tell of fewer than {minimum} persons: {what}",
                remedy="Nothing was written. This is a defect of the program: report it with this message.",
            )


def _known(state: YearState, shown: Collection[Key]) -> Iterator[tuple[str, list[int]]]:
    """All that a reader can know, with the persons of each part of it."""
    for kind in state.kinds:
        if not {(f"kind{tail}", kind.code) for tail in (*STAGES, "_share_complete")}.isdisjoint(shown):
            yield kind.code, [kind.persons]
    for item, figure in state.figures.indicators.items():
        if not {("indicator", item), ("indicator_cases", item)}.isdisjoint(shown):
            yield item, [figure.denominator]
    domain = [kind for kind in state.kinds if kind.is_in_domain and kind.persons]
    for stage in STAGES:
        yield from _differences(stage, domain, state.truncated.persons, shown)
    if _run_out_tells(domain, shown):
        yield "truncated cost, from what is still to come", [state.truncated.persons]


def _differences(
    stage: str, domain: Collection[KindOfCare], truncated: int, shown: Collection[Key]
) -> Iterator[tuple[str, list[int]]]:
    """What is left of a total, and of cost with truncated cost, when all that is shown of it is taken off."""
    left_of_cost: list[int] = []
    takes_off = ("truncated", "") in shown
    for total, is_fixed in TOTALS:
        group = [kind for kind in domain if kind.is_fixed == is_fixed]
        left = [kind.persons for kind in group if (f"kind{stage}", kind.code) not in shown]
        if (f"{total}{stage}", "") in shown:
            yield total, [kind.persons for kind in group]
            yield f"{total}{stage} less the kinds that are shown", left
            takes_off = takes_off or bool(group)
        else:
            left_of_cost += left
            takes_off = takes_off or len(left) < len(group)
    if ("truncated", "") in shown:
        yield "truncated", [truncated]
    else:
        left_of_cost.append(truncated)
    if takes_off and (f"cost{stage}", "") in shown:  # else it is cost itself, of all who are insured
        yield f"cost{stage} less all that is shown of it", left_of_cost


def _run_out_tells(domain: Iterable[KindOfCare], shown: Collection[Key]) -> bool:
    """Whether what came and what it comes to differ by known kinds alone, which gives cost before truncation.

    A kind of which nothing is still to come is as good as known: its method may say so.
    """
    to_come = {kind.code: kind.completed_cents - kind.cents_so_far for kind in domain}
    unknown = [code for code in to_come if to_come[code] and ("kind_completed", code) not in shown]
    is_known = ("cost", "") in shown and ("cost_completed", "") in shown
    return is_known and not unknown and sum(to_come.values()) != 0
