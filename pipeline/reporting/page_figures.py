"""What a statement's page shows of indicators, and of figures that were told."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pipeline.reporting import picture
from pipeline.reporting.document import count_shown
from pipeline.reporting.notation import Notation
from pipeline.settlement import Quantity, Statement
from pipeline.settlement.exact import exact
from pipeline.settlement.figure_names import UNITS
from pipeline.settlement.told import INDICATOR


def indicators(statement: Statement, notation: Notation) -> list[dict[str, Any]]:
    """Each indicator that is known, with its scale."""
    terms = statement.contract.for_year(statement.year)
    minimum = terms.reporting_minimum_cell.value
    rows = []
    for item in terms.quality_indicators.value if terms.quality_indicators else ():
        figure = statement.indicators.get(item.id)
        if figure is None:  # not known yet: a note says so
            continue
        cases = count_shown(figure.denominator, minimum)
        suppressed = notation.words["page"]["suppressed"].format(minimum=minimum)
        rows.append(
            {
                "id": item.id,
                "name": item.name,
                "weight": notation.percent(item.weight),
                "floor": notation.number(item.floor, 4, least=2),
                "goal": notation.number(item.goal, 4, least=2),
                "measured": notation.number(exact(figure.value), 3, least=2),
                "is_told": figure.is_told,
                "lower": notation.number(exact(figure.lower), 3, least=2),
                "upper": notation.number(exact(figure.upper), 3, least=2),
                "cases": suppressed if cases is None else notation.number(figure.denominator),
                "score": notation.quantity(statement.line("indicator_score", item.id).result),
                "gauge": picture.gauge(item, figure),
            }
        )
    return rows


def told(statement: Statement, notation: Notation) -> list[dict[str, Any]]:
    """Each figure that nobody delivered, with who told it."""
    rows = []
    for one in sorted(statement.told, key=lambda each: (each.name, each.year)):
        unit, value = UNITS.get(one.kind, "as measured"), Fraction(one.value)
        label = notation.words["page"]["measured"] if one.kind == INDICATOR else None
        label = label or notation.words["quantities"].get(one.kind) or one.kind
        rows.append(
            {
                "label": f"{label} {one.subject}".strip(),
                "year": one.year,
                "value": notation.quantity(Quantity(one.kind, value, unit)),
                "source": one.source,
            }
        )
    return rows
