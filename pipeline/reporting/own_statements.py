"""Figures that stand on statements of our own: what was paid provisionally, and what a year left to carry over."""

from __future__ import annotations

from pipeline.contract import Contract
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.correction.standing import Standing, corrections_folder, standing_statement
from pipeline.reporting.document import results
from pipeline.reporting.issued_files import issued_folder, provisional_document
from pipeline.reporting.provisional import ProvisionalStatements
from pipeline.settlement.settle import CARRIED
from pipeline.settlement.told import Told


def on_own_statements(home: OcmoHome, contract: Contract, year: int) -> tuple[Told, ...]:
    """What issued statements say that a settlement of `year` may ask for; the source is the statement's folder.

    Raises:
        ReconciliationError: when the files of such a statement are gone, or are not what was issued.
    """
    return (*_paid(home, contract, year), *_carried(home, contract, year))


def _paid(home: OcmoHome, contract: Contract, year: int) -> tuple[Told, ...]:
    row = ProvisionalStatements(open_lake(home).catalogue.engine).find(contract.id, year)
    if row is None:
        return ()
    provisional_document(home, contract.id, year)
    folder = issued_folder(home, contract.id, year, "provisional")
    return (Told("paid_provisionally_cents", year, str(row.paid_cents), f"issued/{folder.name}"),)


def _carried(home: OcmoHome, contract: Contract, year: int) -> tuple[Told, ...]:
    """What the statement that stands of the year before left to carry over; nothing of a year before the term."""
    terms = contract.for_year(year)
    if terms.carry_over_unshared_loss is None and terms.carry_over_gain_above_cap is None:
        return ()
    if year - 1 not in contract.years:
        return ()
    try:
        standing = standing_statement(home, contract.id, year - 1)
    except NoDataError:  # nothing was issued: the settlement says that it lacks it
        return ()
    found, source = results(standing.document), _source(home, standing, contract.id, year - 1)
    return tuple(
        Told(figure, year, str(found[rule, ""]["value"]), source)
        for rule, figure in CARRIED.items()
        if (rule, "") in found
    )


def _source(home: OcmoHome, standing: Standing, contract_id: str, year: int) -> str:
    if standing.number:
        return f"corrections/{corrections_folder(home, contract_id, year).name}/{standing.number:02d}"
    return f"issued/{issued_folder(home, contract_id, year).name}"
