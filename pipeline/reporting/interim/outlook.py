"""What the settlement would come to if the year ended as it stands: the same rules on projected figures.

An indicator that was not measured yet is taken at its floor and at its goal, so that the payable is a range.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.contract.values import Indicator
from pipeline.errors import FiguresError
from pipeline.reporting.interim.projection import projected
from pipeline.reporting.interim.state import YearState
from pipeline.settlement import Figures, IndicatorFigure, Statement, settle


@dataclass(frozen=True)
class Outlook:
    """The settlement to be expected at the lowest and at the highest quality that is still possible.

    Both are the same when every indicator was measured; `unmeasured` names the others.
    """

    low: Statement
    high: Statement
    unmeasured: tuple[str, ...]


def outlook(state: YearState) -> Outlook | None:
    """The settlement to be expected; None when the figures allow none, as without the baseline years."""
    figures = projected(state.figures, state.months, state.exposure, state.run_out, state.run_out_before)
    agreed = state.terms.quality_indicators
    unmeasured = tuple(i for i in agreed.value if i.id not in figures.indicators) if agreed else ()
    try:
        low, high = (
            settle(state.contract, state.year, _with_quality(figures, unmeasured, assumed))
            for assumed in (_at_floor, _at_goal)
        )
    except FiguresError:
        return None
    return Outlook(low, high, tuple(item.id for item in unmeasured))


def _at_floor(indicator: Indicator) -> float:
    return float(indicator.floor)


def _at_goal(indicator: Indicator) -> float:
    return float(indicator.goal)


def _with_quality(
    figures: Figures, unmeasured: tuple[Indicator, ...], assumed: Callable[[Indicator], float]
) -> Figures:
    values = {item.id: assumed(item) for item in unmeasured}
    taken = {code: IndicatorFigure(value, 0, value, value, "assumed") for code, value in values.items()}
    return replace(figures, indicators={**figures.indicators, **taken})
