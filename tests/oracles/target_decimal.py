"""The second settlement's target: one sum over strata and baseline years, each factor as a quotient of figures."""

from __future__ import annotations

from decimal import Decimal

from tests.oracles.contract_plainly import Book, RefusedError, cut

COUNTED = {
    "insured_year": ("insured_months", 12),
    "patient_year": ("patient_months", 12),
    "episode": ("episodes", 1),
}


def units_of(book: Book, year: int | None = None, stratum: str = "") -> Decimal:
    """How many units a year has; a total is one."""
    if book.counted_in == "total":
        return Decimal(1)
    figure, per_unit = COUNTED[book.counted_in]
    return book.fig(figure + stratum, year) / per_unit


def target_of(book: Book) -> Decimal:
    """The target in cents, with all that moves it."""
    how = book.term("target.method") or "baseline"
    if how == "stated":
        target = book.fig("target_cents")
    else:
        per_unit = book.number("target.amount") * 100 if how == "agreed" else from_baseline(book)
        target = per_unit * units_of(book) * Decimal(book.term("target.path") or 1)
    for key, figure in (("price", "price_effect_cents"), ("new_drug", "new_drug_cents")):
        if book.term(f"adjustments.{key}") is not None:
            target += book.number(f"adjustments.{key}") * book.fig(figure)
    for item in book.term("adjustments.amounts") or ():
        target += Decimal(item["amount"]) * 100
    if cut(target) <= 0:
        raise RefusedError("no target above zero")
    return cut(target)


def savings_of(book: Book, target: Decimal) -> Decimal:
    """What was saved; care that moved out counts against it."""
    cost = sum((book.fig("actual_cents" + stratum) for stratum in strata(book)), Decimal(0))
    if book.term("adjustments.care_moved_out") is not None:
        more = book.fig("moved_out_actual_cents") - book.fig("moved_out_expected_cents")
        cost += book.number("adjustments.care_moved_out") * more
    return target - cost


def strata(book: Book) -> list[str]:
    """The endings of figures' names: one for each stratum, or none."""
    return [f":{code}" for code in book.term("baseline.strata") or ()] or [""]


def from_baseline(book: Book) -> Decimal:
    """The target per unit: every stratum and baseline year at today's size, case mix and price level."""
    above, below = Decimal(0), Decimal(0)
    for stratum in strata(book):
        size = units_of(book, None, stratum)
        below += size
        for year, weight in book.term("baseline.weights").items():
            then = int(year)
            cost = book.fig("actual_cents" + stratum, then)
            if book.term("baseline.kept_savings") is not None:
                cost += book.number("baseline.kept_savings") * book.fig("earned_cents" + stratum, then)
            heavier, grown = case_mix(book, then, stratum), growth(book, then, stratum)
            above += Decimal(weight) * size * cost * heavier * grown / units_of(book, then, stratum)
    return above / below


def case_mix(book: Book, then: int, stratum: str) -> Decimal:
    """How much heavier the population is than then; its coding may have grown by the cap at most."""
    model = book.term("case_mix.model")
    if model is None:
        return Decimal(1)
    by_score = model == "score"

    def heavier(figure: str) -> Decimal:
        now, before = book.fig(figure + stratum), book.fig(figure + stratum, then)
        if by_score:
            return now / before
        return now * units_of(book, then, stratum) / (before * units_of(book, None, stratum))

    ratio = heavier("risk_score" if by_score else "expected_cents")
    if book.term("case_mix.coding_cap") is None:
        return ratio
    demography = heavier("demographic_score" if by_score else "demographic_cents")
    return min(ratio, demography * (1 + book.number("case_mix.coding_cap")))


def growth(book: Book, then: int, stratum: str) -> Decimal:
    """The factor from a baseline year to now, by each kind of trend that was agreed and its part."""
    method = book.term("trend.method")
    blend = book.term("trend.blend") if method == "blend" else {method: "1"}
    return sum(
        (Decimal(part) * of_kind(book, kind, then, stratum) for kind, part in blend.items()), Decimal(0)
    )


def of_kind(book: Book, kind: str, then: int, stratum: str) -> Decimal:
    if kind == "agreed":
        factor = Decimal(1)
        for into in range(book.year, then, -1):
            factor *= 1 + Decimal(book.term("trend.growth", into))
        return factor
    if kind == "national":
        return book.fig("national_index" + stratum) / book.fig("national_index" + stratum, then)
    observed, expected = "comparison_observed_cents" + stratum, "comparison_expected_cents" + stratum
    return book.fig(observed) * book.fig(expected, then) / (book.fig(expected) * book.fig(observed, then))
