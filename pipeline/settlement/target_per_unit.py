"""The target per unit: baseline years weighed, an agreed amount, and the part that the path asks of it.

With strata it is that of each stratum, mixed as the settlement year's population is.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from pipeline.contract import Term
from pipeline.contract.terms import CENTS_PER_EURO
from pipeline.settlement import baseline
from pipeline.settlement.course import Agreed, Course, Rule, Rules
from pipeline.settlement.exact import exact
from pipeline.settlement.line import Line, Quantity
from pipeline.settlement.units import CountedUnit, key


def rules(agreed: Agreed, how: str) -> Rules:
    """The rules that give a target per unit; a stated target has none."""
    if how == "baseline":
        for stratum in agreed.strata:
            yield from baseline.rules(agreed, stratum)
        yield from _from_baseline(agreed)
    elif how == "agreed":
        yield from _agreed_amount(agreed)


def _from_baseline(agreed: Agreed) -> Rules:
    """The baseline years weighed, by stratum, and the strata mixed."""
    weights, unit, year = agreed.terms.baseline_weights, agreed.unit, agreed.year
    if weights is None:
        raise AssertionError("a target from baseline years has weights: `arithmetic` saw to it")
    path = agreed.terms.target_path
    whole = "target_before_path" if path else unit.target
    strata = agreed.terms.baseline_strata
    for stratum in agreed.strata:
        parts = {then: key("updated_baseline", then, stratum) for then in agreed.years}
        name = f"stratum_target:{stratum}" if strata else whole
        subject = stratum or str(year)

        def weighed(
            at: Course, name: str = name, parts: dict[int, str] = parts, subject: str = subject
        ) -> Line:
            updated = {then: at.value(part) for then, part in parts.items()}
            return weighted_target(name.partition(":")[0], updated, weights, unit, subject)

        yield Rule(name, tuple(parts.values()), weighed, (weights,))
    if strata is not None:

        def mixed(at: Course) -> Line:
            sizes = {code: unit.number(at.figures, year, code) for code in strata.value}
            targets = {code: at.value(f"stratum_target:{code}") for code in strata.value}
            return mixed_target(whole, targets, sizes, strata, unit, year)

        yield Rule(whole, tuple(f"stratum_target:{code}" for code in strata.value), mixed, (strata,))
    if path is not None:
        yield _path(path, unit, whole, year)


def _agreed_amount(agreed: Agreed) -> Rules:
    amount, path, unit, year = agreed.terms.target_amount, agreed.terms.target_path, agreed.unit, agreed.year
    if amount is None:
        raise AssertionError("an agreed target has an amount: `arithmetic` saw to it")
    whole = "target_before_path" if path else unit.target
    line = agreed_target(whole, amount, unit, year)
    yield Rule(whole, (), lambda at: line, (amount,))
    if path is not None:
        yield _path(path, unit, whole, year)


def _path(path: Term[Decimal], unit: CountedUnit, before: str, year: int) -> Rule:
    return Rule(unit.target, (before,), lambda at: on_path(at.value(before), path, unit, year), (path,))


def weighted_target(
    rule: str,
    updated: Mapping[int, Fraction],
    weights: Term[dict[int, Decimal]],
    unit: CountedUnit,
    subject: str,
) -> Line:
    """The updated baseline years, weighted as agreed."""
    total = sum((exact(weight) * updated[then] for then, weight in weights.value.items()), Fraction(0))
    return Line(
        "target",
        Quantity(rule, total, unit.cents, subject),
        tuple(Quantity("updated_baseline", updated[then], unit.cents, str(then)) for then in sorted(updated)),
        (weights,),
        "shared",
    )


def mixed_target(
    rule: str,
    targets: Mapping[str, Fraction],
    sizes: Mapping[str, Fraction],
    strata: Term[tuple[str, ...]],
    unit: CountedUnit,
    year: int,
) -> Line:
    """The strata's targets, weighed by how many units each has in the settlement year."""
    whole = sum(sizes.values(), Fraction(0))
    total = sum((targets[code] * sizes[code] for code in strata.value), Fraction(0)) / whole
    return Line(
        "target",
        Quantity(rule, total, unit.cents, str(year)),
        tuple(
            item
            for code in strata.value
            for item in (
                Quantity("stratum_target", targets[code], unit.cents, code),
                Quantity(unit.count, sizes[code], unit.unit, code),
            )
        ),
        (strata,),
        "insurer",
    )


def agreed_target(rule: str, amount: Term[Decimal], unit: CountedUnit, year: int) -> Line:
    """An agreed amount per unit, or for a total the whole of it."""
    cents = exact(amount.value) * CENTS_PER_EURO
    return Line("target", Quantity(rule, cents, unit.cents, str(year)), (), (amount,), "shared")


def on_path(before: Fraction, path: Term[Decimal], unit: CountedUnit, year: int) -> Line:
    """The part of the target that the path asks of this year of the term."""
    return Line(
        "target",
        Quantity(unit.target, before * exact(path.value), unit.cents, str(year)),
        (Quantity("target_before_path", before, unit.cents, str(year)),),
        (path,),
        "consortium",
    )
