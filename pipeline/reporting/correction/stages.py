"""The year settled again, time after time, each time with one more thing as it is now.

Which things, and in which order, is in `settlement.correction.CAUSES`. A stage that cannot differ is left out: no data
stage when the same deliveries count, no stage of terms when the contract is the same. What the stages leave for the
terms must be nothing when the terms are the same; otherwise a cause was forgotten, and no correction is made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import polars as pl

from pipeline.casemix import build_casemix
from pipeline.casemix.build import rates_and_expected
from pipeline.claims.terms_tables import CONTRACTED
from pipeline.code_version import code_version
from pipeline.contract import Contract
from pipeline.deliveries import raw_inputs
from pipeline.errors import ReconciliationError
from pipeline.home import OcmoHome
from pipeline.indicators import build_indicators
from pipeline.lake import open_lake
from pipeline.reporting.correction.claims import Changed, Deliveries, Mixed
from pipeline.reporting.correction.scratch import scratch_home
from pipeline.reporting.correction.standing import Standing
from pipeline.reporting.correction.stated import as_told, with_stated
from pipeline.reporting.document import document, results
from pipeline.reporting.gather import measured_indicators, measured_values, read, unless_told
from pipeline.reporting.told import is_computed
from pipeline.settlement import Figure, Figures, IndicatorFigure, Statement, settle
from pipeline.settlement.correction import Result, Results, Stage


@dataclass(frozen=True)
class Built:
    """What the steps of a night make of deliveries on a contract's terms: cells, and figures of them."""

    cells: pl.DataFrame
    values: Mapping[tuple[str, int], Figure]
    indicators: Mapping[str, IndicatorFigure]


@dataclass(frozen=True)
class Course:
    """All stages from what stands to what the year comes to now, and how many claims each cause touched."""

    issued: Results
    stages: tuple[Stage, ...]
    changed: Mapping[str, Changed]


def course(
    home: OcmoHome, standing: Standing, now: Statement, measured: Statement, business_date: dt.date
) -> Course:
    """The stages of one contract year.

    `measured` is the year on the figures and terms of now, with the facts that stood; `now` has the new facts too.

    Raises:
        ReconciliationError: when the causes do not explain the whole difference.
        OcmoError: when a stage cannot be settled.
    """
    contract, year = standing.contract(home), now.year
    issued = issued_results(standing.document)
    deliveries = _deliveries(home, standing, contract.id, business_date)
    counts = deliveries.differ and is_computed(contract, year)
    changed = deliveries.changed() if counts else {}
    stages: list[Stage] = []
    for cause, built in _figures(home, contract, year, deliveries):
        values = {**built.values, **unless_told(contract, year)}
        figures = Figures(contract.id, year, values, built.indicators)
        held = with_stated(as_told(figures, contract, standing.document), standing.stated)
        settled = results_of(settle(contract, year, held))
        removed = deliveries.removed() if cause == "program" and settled != issued else None
        if removed:
            changed["removed"] = removed
        stages.append(Stage(_named(cause, standing, removed), settled))
    last = results_of(measured)
    if contract.digest != measured.contract.digest:
        stages.append(Stage("terms", last))
    elif stages[-1].results != last:
        raise _unexplained(contract, year)
    if results_of(now) != last:
        stages.append(Stage("stated", results_of(now)))
    return Course(issued, tuple(stages), changed)


def issued_results(issued: Mapping[str, Any]) -> Results:
    """What every line of an issued statement's document came to."""
    return {key: _result(value["value"], value["unit"]) for key, value in results(issued).items()}


def results_of(statement: Statement) -> Results:
    """What every line came to, to the places of a statement's document."""
    shown = results(document(statement, ""))
    return {key: _result(value["value"], value["unit"]) for key, value in shown.items()}


def _result(value: int | str, unit: str) -> Result:
    return Result(str(value) if unit == "outcome" else Fraction(value), unit)


def _named(cause: str, standing: Standing, removed: Changed | None) -> str:
    """What a stage is about; of the first it depends on what is known.

    On the deliveries of then, the same program comes to something else only when records were taken out of them, or
    one of them was judged afterwards. Another program cannot be told apart from either.
    """
    if cause != "program" or standing.document["code_version"] != code_version():
        return cause
    return "removed" if removed else "judged_later"


def _deliveries(home: OcmoHome, standing: Standing, contract_id: str, business_date: dt.date) -> Deliveries:
    lake = open_lake(home)
    then = dt.date.fromisoformat(standing.document["business_date"])
    return Deliveries(lake, raw_inputs(lake, contract_id, then), raw_inputs(lake, contract_id, business_date))


def _figures(
    home: OcmoHome, contract: Contract, year: int, deliveries: Deliveries
) -> Iterator[tuple[str, Built]]:
    """The figures of each stage up to the terms, on the terms of then."""
    if not is_computed(contract, year):  # everything is told: no delivery counts
        yield "program", Built(pl.DataFrame(), {}, {})
        return
    then = _built(home, contract, year, deliveries.as_of_then())
    yield "program", then
    if not deliveries.differ:
        return
    for cause, mixed in (
        ("persons", deliveries.with_persons()),
        ("new_claims", deliveries.with_new_claims()),
    ):
        yield cause, _held(_built(home, contract, year, mixed), then, contract, year)
    now = _built(home, contract, year, deliveries.as_of_now())
    yield "credits", _held(now, then, contract, year)
    yield "quality", replace(_held(now, then, contract, year), indicators=now.indicators)
    yield "model", now


def _held(own: Built, model: Built, contract: Contract, year: int) -> Built:
    """The own population of one, held against the comparison group of the other, with its indicators."""
    cells = pl.concat(
        [
            own.cells.filter(pl.col("group_code") == CONTRACTED),
            model.cells.filter(pl.col("group_code") != CONTRACTED),
        ]
    )
    _, expected = rates_and_expected(cells, contract.for_year(year), year)
    return Built(cells, measured_values(expected), model.indicators)


def _built(home: OcmoHome, contract: Contract, year: int, deliveries: Sequence[Mixed]) -> Built:
    days = [mixed.delivery.delivered_on for mixed in deliveries if mixed.delivery.delivered_on is not None]
    with scratch_home(home, contract, deliveries) as scratch:
        casemix = build_casemix(scratch, contract.id, year, max(days))
        indicators = build_indicators(scratch, contract.id, year, max(days))
        lake = open_lake(scratch)
        return Built(
            read(lake, casemix, "mart_casemix_cell"),
            measured_values(read(lake, casemix, "mart_expected_cost")),
            measured_indicators(read(lake, indicators, "mart_indicator")),
        )


def _unexplained(contract: Contract, year: int) -> ReconciliationError:
    return ReconciliationError(
        "The causes of a correction do not add up to its difference",
        where=f"contract {contract.id}, {year}",
        remedy="No correction was written. This is a fault of the program: report it with the two business dates.",
    )
