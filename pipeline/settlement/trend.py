"""How cost grows from a baseline year to the settlement year: as agreed, as elsewhere, as nationally, or a blend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.periods import first_day
from pipeline.settlement.course import Agreed, Course, Rule
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.units import in_stratum, subject_of

Growth = Callable[[Course], Line]


def rule(agreed: Agreed, then: int, stratum: str) -> Rule:
    """The trend from one baseline year on, as the contract agrees it."""
    terms = agreed.terms
    method = terms.trend_method
    if method is None:
        raise AssertionError("a contract with baseline years has a trend: `arithmetic` saw to it")
    subject = subject_of(then, stratum)
    blend = terms.trend_blend
    if method.value == "blend" and blend is not None:
        kinds = {kind: _of_kind(kind, agreed, method, then, stratum) for kind in sorted(blend.value)}

        def apply(at: Course) -> Line:
            return blended_trend({kind: grow(at) for kind, grow in kinds.items()}, method, blend, subject)

        return Rule(f"trend:{subject}", (), apply, (method, blend))
    return Rule(f"trend:{subject}", (), _of_kind(method.value, agreed, method, then, stratum), (method,))


def _of_kind(kind: str, agreed: Agreed, method: Term[str], then: int, stratum: str) -> Growth:
    """How one kind of trend is found."""
    year, subject, now = agreed.year, subject_of(then, stratum), subject_of(agreed.year, stratum)
    if kind == "agreed":
        trend = agreed.contract.trend
        growth = (
            [trend.growth.on(first_day(each)) for each in range(then + 1, year + 1)]
            if trend is not None and trend.growth is not None
            else []
        )
        line = agreed_trend(method, growth, subject)
        return lambda at: line
    if kind == "national":
        name = in_stratum("national_index", stratum)
        return lambda at: national_trend(
            method, at.figures.positive(name, year), at.figures.positive(name, then), (now, subject)
        )

    def benchmark(at: Course) -> Line:
        observed, expected, observed_then, expected_then = (
            at.figures.positive(in_stratum(name, stratum), each)
            for each in (year, then)
            for name in ("comparison_observed_cents", "comparison_expected_cents")
        )
        return benchmark_trend(method, (observed, expected), (observed_then, expected_then), (now, subject))

    return benchmark


def agreed_trend(method: Term[str], growth: Sequence[Term[Decimal]], subject: str) -> Line:
    """Agreed growth from a baseline year on, one term for each year into which cost grows."""
    factor = Fraction(1)
    for term in growth:
        factor *= 1 + exact(term.value)
    return Line(
        "target",
        Quantity("trend", factor, "ratio", subject),
        (Quantity("years_of_growth", len(growth), "years"),),
        (method, *dict.fromkeys(growth)),
        "shared",
    )


def benchmark_trend(
    method: Term[str],
    now: tuple[Fraction, Fraction],
    before: tuple[Fraction, Fraction],
    subjects: tuple[str, str],
) -> Line:
    """The comparison group's own growth at equal case mix: (O_t / E_t) / (O_y / E_y).

    `now` and `before` are the group's observed and expected cents in the settlement and baseline year.
    """
    return Line(
        "target",
        Quantity("trend", (now[0] / now[1]) / (before[0] / before[1]), "ratio", subjects[1]),
        tuple(
            Quantity(name, value, "cents", subject)
            for subject, pair in zip(subjects, (now, before), strict=True)
            for name, value in zip(
                ("comparison_observed_cents", "comparison_expected_cents"), pair, strict=True
            )
        ),
        (method,),
        "insurer",
    )


def national_trend(method: Term[str], now: Fraction, before: Fraction, subjects: tuple[str, str]) -> Line:
    """The growth of a published index from the baseline year to the settlement year."""
    return Line(
        "target",
        Quantity("trend", now / before, "ratio", subjects[1]),
        (
            Quantity("national_index", now, "ratio", subjects[0]),
            Quantity("national_index", before, "ratio", subjects[1]),
        ),
        (method,),
        "insurer",
    )


def blended_trend(
    lines: dict[str, Line], method: Term[str], blend: Term[dict[str, Decimal]], subject: str
) -> Line:
    """Several kinds of trend, weighed as agreed: the mean of their factors."""
    factor = sum((exact(blend.value[kind]) * line.amount for kind, line in lines.items()), Fraction(0))
    return Line(
        "target",
        Quantity("trend", factor, "ratio", subject),
        tuple(Quantity(f"trend_{kind}", line.amount, "ratio", subject) for kind, line in lines.items()),
        (method, blend),
        "shared",
    )
