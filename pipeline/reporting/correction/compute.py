"""What a contract year comes to now against what stands of it: computed, and not yet written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pipeline.contract import Contract
from pipeline.errors import FiguresError, NoDataError, SettingsError
from pipeline.home import OcmoHome
from pipeline.reporting.correction.document import Correction
from pipeline.reporting.correction.stages import course
from pipeline.reporting.correction.standing import CORRECTED, Standing, standing_statement
from pipeline.reporting.correction.stated import as_told, parsed, require_counted, with_stated
from pipeline.reporting.gather import gather_figures
from pipeline.reporting.own_statements import on_own_statements
from pipeline.reporting.recomputing import settled_anew
from pipeline.reporting.told import by_people, is_computed, nothing_measured, told_from
from pipeline.settlement import Figures, Statement, settle
from pipeline.settlement.told import Told


def compute(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, reason: str, stated: Iterable[str]
) -> Correction:
    """A correction of a contract year on the figures of a business date; nothing is written but figures.

    Raises:
        OcmoError: see `draft_correction`.
    """
    if not reason.strip():
        raise SettingsError("A correction needs a reason", remedy="Say why, in a sentence that lasts.")
    standing, told = standing_statement(home, contract_id, year), parsed(stated)
    _require_later(standing, business_date)
    before = told_from(standing.document)
    contract = settled_anew(home, contract_id, year, business_date, by_people(before)).contract
    figures = as_told(measured(home, contract, year, business_date), contract, standing.document)
    facts = {**standing.stated, **_carried_anew(home, contract, year, before), **told}
    unstated = settle(contract, year, with_stated(figures, standing.stated), state=CORRECTED)
    after = settle(contract, year, with_stated(figures, facts), state=CORRECTED)
    _require_final(after)
    require_counted(after, told)
    made = Correction(
        standing,
        after,
        standing.contract(home),
        course(home, standing, after, unstated, business_date),
        facts,
        reason.strip(),
    )
    if not any(line.causes for line in made.lines) and facts == standing.stated:
        raise NoDataError(
            f"Nothing differs from what stands of contract {contract_id} for {year}, so there is nothing to correct",
            where=f"business date {business_date}",
            remedy="Give a date on which other deliveries or terms hold.",
        )
    return made


def measured(home: OcmoHome, contract: Contract, year: int, business_date: dt.date) -> Figures:
    """The figures that the night made; none of a contract for which it makes none."""
    if is_computed(contract, year):
        return gather_figures(home, contract, year, business_date)
    return nothing_measured(contract, year, business_date)


def _carried_anew(home: OcmoHome, contract: Contract, year: int, before: Iterable[Told]) -> dict[str, str]:
    """What statements of our own say otherwise now, such as a carried loss after a correction of the year before."""
    then = {one.name: one.value for one in before}
    now = {one.name: one.value for one in on_own_statements(home, contract, year)}
    return {name: value for name, value in now.items() if name in then and then[name] != value}


def _require_final(after: Statement) -> None:
    if after.is_provisional:
        raise FiguresError(
            f"Of a year that was settled finally is not known any more: {', '.join(after.unknown)}",
            where=f"contract {after.contract.id}, {after.year}",
            remedy="Find out why it is not delivered any more; a final statement is not made provisional.",
        )


def _require_later(standing: Standing, business_date: dt.date) -> None:
    then = dt.date.fromisoformat(standing.document["business_date"])
    if business_date < then:
        raise SettingsError(
            f"What stands rests on the figures of {then}; {business_date} lies before it",
            remedy="Give a later date; `ocmo settlement recompute` shows what earlier figures would have given.",
        )
