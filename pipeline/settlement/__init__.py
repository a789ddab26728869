"""Rules that turn figures and terms into a statement; pure functions, no data access.

What belongs here is how a year is settled: each rule a small unit, and which of them a contract has in `plan`. What
was measured comes in as `Figures`; how a statement looks is in `reporting`.
"""

from pipeline.settlement.figures import Figure, Figures, IndicatorFigure
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.plan import Plan, plan
from pipeline.settlement.settle import settle, settle_term
from pipeline.settlement.statement import Statement

__all__ = [
    "Figure",
    "Figures",
    "IndicatorFigure",
    "Line",
    "Plan",
    "Quantity",
    "Statement",
    "plan",
    "settle",
    "settle_term",
]
