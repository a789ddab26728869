"""An interim report as data: what goes into the JSON file, and all that the page is made of.

`years`, `awaited` and `issued` are the report's content; the rest says what it is about and what it rests on. Every
figure stands there as `{code, subject, value, unit, provisional: true}`; a value of null is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.contract import Contract
from pipeline.deliveries.missing import Came, Expected
from pipeline.reporting.document import contract_document, plain
from pipeline.reporting.interim.disclosure import refuse_disclosure
from pipeline.reporting.interim.measures import Measure, measures
from pipeline.reporting.interim.outlook import Outlook, outlook
from pipeline.reporting.interim.quarter import Quarter
from pipeline.reporting.interim.state import Gathered, YearState

Document = dict[str, Any]

NO_OUTLOOK = "no_outlook"
"""The note that the figures allow no settlement yet, as without the baseline years."""


def document(contract: Contract, quarter: Quarter, gathered: Gathered, code_version: str) -> Document:
    """The report as plain data (texts, whole numbers, lists, mappings); equal input gives equal data.

    Raises:
        FiguresError: when it would tell of fewer persons than the contract allows.
    """
    business_date, years = gathered.business_date, gathered.years
    return {
        "document": "interim report",
        "state": "provisional",
        "contract": contract_document(contract),
        "quarter": str(quarter),
        "business_date": business_date.isoformat(),
        "years": [_year(state) for state in years],
        "awaited": _open(gathered.awaited),
        "issued": [
            {"year": row.year, "business_date": row.business_date.isoformat()} for row in gathered.issued
        ],
        "sources": {str(state.year): dict(state.figures.sources) for state in years},
        "code_version": code_version,
        "recompute": f"ocmo interim run --contract {contract.id} --quarter {quarter} --date {business_date}",
    }


def content(report: Mapping[str, Any]) -> Document:
    """What a report says: two reports that say the same need no correction."""
    return {part: report[part] for part in ("years", "awaited", "issued")}


def _year(state: YearState) -> Document:
    expected = outlook(state)
    found = measures(state, expected)
    refuse_disclosure(state, {(item.code, item.subject) for item in found if item.value is not None})
    return {
        "year": state.year,
        "through": state.through.isoformat(),
        "months": state.months,
        "minimum_cell": state.terms.reporting_minimum_cell.value,
        "reason": {"lowest": expected.low.reason, "highest": expected.high.reason} if expected else None,
        "unmeasured": list(expected.unmeasured) if expected else [],
        "indicators": _indicators(state),
        "figures": [_figure(measure) for measure in found],
        "kinds": [
            {
                "code": kind.code,
                "in_domain": kind.is_in_domain,
                "fixed": kind.is_fixed,
                "method": kind.method,
            }
            for kind in state.kinds
        ],
        "books": [{"supplier": book.supplier, "causes": dict(book.causes)} for book in state.books],
        "open": _open(state.deliveries.expected),
        "replaced": [vars(item) for item in state.deliveries.replaced],
        "notes": _notes(state, expected),
    }


def _indicators(state: YearState) -> list[dict[str, str]] | None:
    """The agreed indicators by id and name; None when the contract has no quality terms."""
    agreed = state.terms.quality_indicators
    return [{"id": item.id, "name": item.name} for item in agreed.value] if agreed else None


def _open(expected: Iterable[Expected]) -> list[Document]:
    """What is expected and does not count, and how it stands."""
    return [
        {**vars(item), "standing": item.standing.value} for item in expected if item.standing is not Came.CAME
    ]


def _notes(state: YearState, expected: Outlook | None) -> list[str]:
    """What a reader must know beside what the report tells of deliveries."""
    kept = [note for note in state.figures.notes if not note.startswith("missing:")]
    return kept if expected else [*kept, NO_OUTLOOK]


def _figure(measure: Measure) -> Document:
    return {
        "code": measure.code,
        "subject": measure.subject,
        "value": plain(measure.value),
        "unit": measure.unit,
        "provisional": True,
    }
