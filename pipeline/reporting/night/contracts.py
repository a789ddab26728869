"""Where each contract year stands: its figures, what they lack, and what changed since the night before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.claims import book_differences
from pipeline.claims.terms_tables import CONTRACTED
from pipeline.contract.shelf import contract_of
from pipeline.deliveries import DeliveryState
from pipeline.deliveries.due import settlements_due
from pipeline.deliveries.missing import Came, Expected, expected_deliveries
from pipeline.errors import FiguresError, OcmoError
from pipeline.home import OcmoHome
from pipeline.linkage import link_rate, link_rates
from pipeline.reporting.drafting import settle_on
from pipeline.reporting.interim.gather import year_state
from pipeline.reporting.interim.state import MONTHS_PER_YEAR
from pipeline.reporting.night.summary import Books, Change, ContractState, Linked
from pipeline.reporting.statement import plain_words

FIGURES = (
    "actual_cents_per_insured_year",
    "target_cents_per_insured_year",
    "quality_score",
    "payable_cents",
)
"""The figures whose change an operator hears of."""


def expected(home: OcmoHome, contract_id: str, year: int, state: Sequence[DeliveryState]) -> list[Expected]:
    """What the contract expects for the settlement of a year, and how that stands."""
    contract = contract_of(home.contracts, contract_id, year)
    own = [one for one in state if one.delivery.contract in (contract_id, None)]
    return expected_deliveries(contract.for_year(year), year, own)


def contract_state(
    home: OcmoHome,
    contract_id: str,
    year: int,
    business_date: dt.date,
    tables: Sequence[Expected],
    before: Mapping[str, Any] | None,
) -> ContractState:
    """One contract year; what cannot be computed is told in `failure`, and never keeps the others from it."""
    came = sum(one.standing is Came.CAME for one in tables)
    state = ContractState(contract_id, year, expected_tables=len(tables), came_tables=came)
    if (contract_id, year) not in settlements_due(home, business_date):
        # What did not come, or was stopped, stands to do by itself.
        state = replace(state, failure=f"No delivery over {year} counts yet.", may_still_come=True)
    else:
        try:
            state = _settled(home, state, business_date)
        except FiguresError as error:
            in_course = year >= business_date.year and came < len(tables)
            state = replace(state, failure=str(error), may_still_come=in_course)
            state = _with_cost_so_far(home, state, business_date)
        except OcmoError as error:
            state = replace(state, failure=str(error))
    return replace(state, changes=_changes(state, before))


def _with_cost_so_far(home: OcmoHome, state: ContractState, business_date: dt.date) -> ContractState:
    """What is known of a year that cannot be settled yet: of the months that claims cover, as interim reports do."""
    contract = contract_of(home.contracts, state.contract, state.year)
    try:
        so_far = year_state(home, contract, state.year, business_date)
    except OcmoError:  # why the year cannot be settled is told already
        return state
    if so_far is None:
        return state
    insured_years = so_far.exposure[CONTRACTED].so_far / MONTHS_PER_YEAR
    actual = so_far.figures.amount("actual_cents", state.year)
    return replace(
        state, insured_years=insured_years, actual_cents_per_insured_year=float(actual) / insured_years
    )


def _settled(home: OcmoHome, state: ContractState, business_date: dt.date) -> ContractState:
    """What the settlement of the year would be on tonight's figures."""
    contract_id, year = state.contract, state.year
    settled = settle_on(home, contract_id, year, business_date)
    statement, score = settled.statement, settled.statement.quality_score
    return replace(
        state,
        insured_years=float(statement.line("insured_years").amount),
        actual_cents_per_insured_year=float(statement.line("cost_per_insured_year", year).amount),
        target_cents_per_insured_year=float(statement.line("target_per_insured_year").amount),
        quality_score=None if score is None else float(score),
        payable_cents=statement.payable_cents,
        linked_share=link_rate(home, contract_id, business_date),
        in_words=plain_words(statement, language="en"),
        closes=settled.reconciliation.closes,
    )


def _changes(state: ContractState, before: Mapping[str, Any] | None) -> tuple[Change, ...]:
    """The figures that differ from those of the summary before, when it had this contract year."""
    known = next(
        (
            earlier
            for earlier in (before or {}).get("contracts", ())
            if (earlier["contract"], earlier["year"]) == (state.contract, state.year)
        ),
        None,
    )
    if known is None:
        return ()
    return tuple(
        Change(figure, known[figure], getattr(state, figure))
        for figure in FIGURES
        if known[figure] != getattr(state, figure)
    )


def linked(home: OcmoHome, contract_id: str, business_date: dt.date) -> tuple[Linked, ...]:
    """How well the deliveries of a contract link; empty when they cannot be held against one another."""
    try:
        rates = link_rates(home, contract_id, business_date)
    except OcmoError:  # the contract's state says why there are no figures
        return ()
    return tuple(Linked(contract=contract_id, **vars(rate)) for rate in rates)


def books(home: OcmoHome, contract_id: str, year: int, business_date: dt.date) -> tuple[Books, ...]:
    """Each supplier's own books against what came; empty when there are no figures to hold them against."""
    try:
        found = book_differences(home, contract_id, year, business_date)
    except OcmoError:  # the contract's state says why there are no figures
        return ()
    return tuple(
        Books(
            contract=contract_id,
            year=year,
            supplier=one.supplier,
            as_of_date=one.as_of_date.isoformat() if one.as_of_date else "",
            booked_cents=one.booked_cents,
            accepted_cents=one.accepted_cents,
            difference_cents=one.difference_cents,
            unexplained_cents=one.unexplained_cents,
            causes={cause.code: cause.cents for cause in one.causes},
        )
        for one in found.suppliers
    )
