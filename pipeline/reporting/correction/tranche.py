"""A tranche: what an indicator that was late by plan adds to what stands of a year, once it is known.

It is no correction. Figures and terms are those of what stands, and only the late indicators are new: told, or measured
by a later night. So what claims did since is in no tranche, and what is late in no correction. A tranche is numbered
with the corrections, as each of them is against the one before.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace

from pipeline.contract import Contract
from pipeline.errors import FiguresError, NoDataError, ReconciliationError
from pipeline.home import OcmoHome
from pipeline.reporting.correction.compute import measured
from pipeline.reporting.correction.document import Correction
from pipeline.reporting.correction.stages import Course, issued_results, results_of
from pipeline.reporting.correction.standing import (
    CORRECTED,
    Standing,
    corrections_folder,
    standing_statement,
)
from pipeline.reporting.correction.stated import as_told, still_late, with_stated
from pipeline.reporting.recomputing import settled_anew
from pipeline.reporting.told import by_people, told_from, with_told
from pipeline.settlement import Figures, settle
from pipeline.settlement.correction import Stage
from pipeline.settlement.told import INDICATOR, Told

NIGHT = "mart_indicator "
"""How the source begins of a late indicator that a night measured; its business date follows."""


def compute_tranche(
    home: OcmoHome, contract_id: str, year: int, business_date: dt.date, told: Sequence[Told] = ()
) -> Correction:
    """What the late indicators that are known on a business date, or told, add to what stands; nothing is written.

    Raises:
        NoDataError: when nothing stands, or no late indicator is known.
        FiguresError: when something else than a late indicator is told.
        ReconciliationError: when what stands does not come out again.
    """
    standing = standing_statement(home, contract_id, year)
    contract = standing.contract(home)
    arrived = _arrived(home, contract, standing, business_date, told)
    figures = _as_it_stood(home, contract, standing)
    after = settle(contract, year, with_told(figures, arrived, computed=False), state=CORRECTED)
    course = Course(issued_results(standing.document), (Stage("late_quality", results_of(after)),), {})
    reason = "; ".join(f"{one.subject}: {one.value} ({one.source})" for one in arrived)
    return Correction(standing, after, contract, course, standing.stated, reason, kind="tranche")


def told_of_tranche(home: OcmoHome, contract_id: str, year: int, draft: str) -> tuple[Told, ...]:
    """The late indicators that people told for a drafted tranche; none when there is no such draft."""
    path = corrections_folder(home, contract_id, year) / draft / f"{contract_id}-{year}-{CORRECTED}.json"
    if not path.is_file():
        return ()
    late = {f"{INDICATOR}:{code}" for code in _late(home, contract_id, year)}
    drafted = told_from(json.loads(path.read_bytes()))
    return tuple(one for one in drafted if one.name in late and not one.source.startswith(NIGHT))


def _late(home: OcmoHome, contract_id: str, year: int) -> frozenset[str]:
    standing = standing_statement(home, contract_id, year)
    return still_late(standing.contract(home), year, standing.document)


def _arrived(
    home: OcmoHome, contract: Contract, standing: Standing, business_date: dt.date, told: Sequence[Told]
) -> tuple[Told, ...]:
    """The late indicators that are known by now, each with who told it or which night measured it."""
    year: int = standing.document["year"]
    late = still_late(contract, year, standing.document)
    for one in told:
        if one.kind != INDICATOR or one.subject not in late or one.year != year:
            raise FiguresError(
                f"'{one.name}' of {one.year} is no indicator that is late by plan and not known yet",
                where=f"contract {contract.id}, {year}",
                remedy=f"In a tranche only these are told: {', '.join(sorted(late)) or 'none'}.",
            )
    named = {one.subject for one in told}
    found = measured(home, contract, year, business_date).indicators if late - named else {}
    by_night = tuple(
        Told(f"{INDICATOR}:{code}", year, str(found[code].value), f"{NIGHT}{business_date}")
        for code in sorted(late - named)
        if code in found
    )
    if not told and not by_night:
        raise NoDataError(
            f"No indicator of contract {contract.id} for {year} that is late by plan is known by now",
            where=f"business date {business_date}",
            remedy=f"Waiting for: {', '.join(sorted(late)) or 'none'}. Tell it with `--figures`, or give a later date.",
        )
    return (*told, *by_night)


def _as_it_stood(home: OcmoHome, contract: Contract, standing: Standing) -> Figures:
    """The figures of what stands, made anew.

    Raises:
        ReconciliationError: when they give another result by now.
    """
    year, then = standing.document["year"], dt.date.fromisoformat(standing.document["business_date"])
    settled_anew(home, contract.id, year, then, by_people(told_from(standing.document)))
    figures = as_told(measured(home, contract, year, then), contract, standing.document)
    figures = with_stated(replace(figures, business_date=then), standing.stated)
    if results_of(settle(contract, year, figures)) != issued_results(standing.document):
        raise ReconciliationError(
            f"What stands of contract {contract.id} for {year} does not come out again on the figures of {then}",
            where=f"contract {contract.id}, {year}",
            remedy="Draft a correction first (`ocmo settlement correct`): it says why. Then the tranche.",
        )
    return figures
