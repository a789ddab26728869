"""Every figure of an interim report in one shape, so that each can be marked, compared and hidden alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from pipeline.claims.terms_tables import CONTRACTED
from pipeline.deliveries.missing import Came
from pipeline.reporting.interim.hidden import Hidden, hidden
from pipeline.reporting.interim.outlook import Outlook
from pipeline.reporting.interim.state import MONTHS_PER_YEAR, Book, KindOfCare, YearState
from pipeline.settlement.exact import exact

CENTS, PER_YEAR = "cents", "cents per insured year"


class Measure(NamedTuple):
    """One provisional figure: `subject` is the kind of care, indicator, label or payment it is about, if any.

    `value` is None when it is about fewer persons than may be shown. A figure that cannot be estimated yet
    is not there.
    """

    code: str
    value: Fraction | int | None
    unit: str
    subject: str = ""


def measures(state: YearState, expected: Outlook | None) -> list[Measure]:
    """All figures of a contract year, in the order of the report."""
    minimum = state.terms.reporting_minimum_cell.value
    small = hidden(state.kinds, state.truncated, minimum)
    insured_years = Fraction(state.exposure[CONTRACTED].so_far, MONTHS_PER_YEAR)
    found = [
        Measure("insured_years", insured_years, "insured years"),
        *_cost(state, insured_years, small),
        *(_outlook(expected) if expected else ()),
        *_kinds(state.kinds, small),
        *(Measure("payment", cents, CENTS, kind) for kind, cents in sorted(state.payments.items())),
        *_quality(state, minimum),
        *(measure for book in state.books for measure in _book(book)),
        *_deliveries(state),
    ]
    if insured_years < minimum:  # months say no more of the number of persons than this
        return [item._replace(value=None) if item.unit != "tables" else item for item in found]
    return found


def _cost(state: YearState, insured_years: Fraction, small: Hidden) -> Iterator[Measure]:
    """Cost after truncation, of the months that claims cover: as it came in, and once all has come."""
    cost = state.figures.amount("actual_cents", state.year)
    completed = cost * state.run_out[CONTRACTED]
    yield Measure("cost", cost, CENTS)
    yield Measure("cost_completed", completed, CENTS)
    if completed:
        yield Measure("share_complete", cost / completed, "share of the completed cost")
    if insured_years:
        yield Measure("cost_per_insured_year", cost / insured_years, PER_YEAR)
        yield Measure("cost_completed_per_insured_year", completed / insured_years, PER_YEAR)
    yield Measure("truncated", None if small.truncated else state.truncated.cents, CENTS)


def _outlook(expected: Outlook) -> Iterator[Measure]:
    low, high = expected.low, expected.high
    yield Measure("target_per_insured_year", low.line("target_per_insured_year").amount, PER_YEAR)
    yield Measure("expected_insured_years", low.line("insured_years").amount, "insured years")
    yield Measure("expected_savings", low.savings_cents, CENTS)
    yield Measure("expected_payable_lowest", low.payable_cents, CENTS)
    yield Measure("expected_payable_highest", high.payable_cents, CENTS)


def _kinds(kinds: Iterable[KindOfCare], small: Hidden) -> Iterator[Measure]:
    listed = list(kinds)
    for kind in listed:
        is_hidden = kind.code in small.kinds
        yield Measure("kind", None if is_hidden else kind.cents_so_far, CENTS, kind.code)
        yield Measure("kind_completed", None if is_hidden else kind.completed_cents, CENTS, kind.code)
        if kind.share_complete is not None:
            share = None if is_hidden else exact(kind.share_complete)
            yield Measure("kind_share_complete", share, "share of the completed cost", kind.code)
    for name, is_fixed in (("use", False), ("fixed", True)):
        within = [kind for kind in listed if kind.is_in_domain and kind.is_fixed == is_fixed]
        so_far, completed = (
            None if small.totals else sum(cents)
            for cents in ([k.cents_so_far for k in within], [k.completed_cents for k in within])
        )
        yield Measure(name, so_far, CENTS)
        yield Measure(f"{name}_completed", completed, CENTS)


def _quality(state: YearState, minimum: int) -> Iterator[Measure]:
    agreed = state.terms.quality_indicators
    for item in agreed.value if agreed else ():
        figure = state.figures.indicators.get(item.id)
        if figure is not None:
            is_hidden = figure.denominator < minimum
            for code, value in (
                ("indicator", figure.value),
                ("indicator_lower", figure.lower),
                ("indicator_upper", figure.upper),
            ):
                yield Measure(code, None if is_hidden else exact(value), "as measured", item.id)
            yield Measure("indicator_cases", None if is_hidden else figure.denominator, "cases", item.id)


def _book(book: Book) -> Iterator[Measure]:
    yield Measure("booked", book.booked_cents, CENTS, book.supplier)
    yield Measure("accepted", book.accepted_cents, CENTS, book.supplier)
    yield Measure("book_difference", book.booked_cents - book.accepted_cents, CENTS, book.supplier)


def _deliveries(state: YearState) -> Iterator[Measure]:
    expected = state.deliveries.expected
    came = sum(item.standing is Came.CAME for item in expected)
    yield Measure("tables_expected", len(expected), "tables")
    yield Measure("tables_came", came, "tables")
    if expected:
        yield Measure("tables_share", Fraction(came, len(expected)), "share of the expected tables")
