"""An assessment as data: every number that was counted, for the JSON file."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from pipeline.privacy import Assessment, Groups, Verdict
from pipeline.privacy.assessment import with_facts
from pipeline.privacy.knowledge import Known, everything, few_at_once, remedies
from pipeline.reporting.privacy.words import SIZES

PLACES = Decimal("1e-6")


def document(assessment: Assessment) -> dict[str, Any]:
    """The assessment as plain data; shares are texts in decimal notation, to six places."""
    contract = assessment.contract
    return {
        "document": "re-identification risk",
        "contract": {"id": contract.id, "name": contract.contract.name, "digest": contract.digest},
        "business_date": assessment.business_date.isoformat(),
        "is_over": bool(assessment.over),
        "is_lower_bound": True,
        "limits": [_limit(verdict) for verdict in assessment.verdicts],
        "clause": assessment.term.clause,
        "deliveries": list(assessment.measured.deliveries),
        "persons": {
            table: {"persons": linked.persons, "in_register": linked.in_register}
            for table, linked in assessment.measured.linked.items()
        },
        "kept": list(assessment.measured.kept),
        "all_quasi_identifiers": _known(assessment, everything()),
        "with_coarse_facts": _known(assessment, with_facts()),
        "remedies": {
            what: _known(assessment, known) for what, known in remedies(assessment.measured.kept).items()
        },
        "combinations": [_known(assessment, known) for known in few_at_once(assessment.measured.kept)],
    }


def _limit(verdict: Verdict) -> dict[str, Any]:
    return {
        "columns": list(verdict.known),
        "smaller_than": verdict.smaller_than,
        "allowed": _exact(Fraction(verdict.allowed)),
        "share": _exact(verdict.share),
        "persons": verdict.persons,
        "is_over": verdict.is_over,
    }


def _known(assessment: Assessment, known: Known) -> dict[str, Any]:
    tables = assessment.measured.groups[known]
    return {
        "columns": list(known),
        "tables": {name: _groups(groups) for name, groups in tables.items() if groups.persons},
    }


def _groups(groups: Groups) -> dict[str, Any]:
    below = {f"persons_in_groups_under_{size}": groups.below(size) for size in SIZES}
    return {
        "persons": groups.persons,
        "groups": groups.groups,
        **below,
        "mean_risk": _exact(groups.mean_risk),
    }


def _exact(value: Fraction) -> str:
    return str((Decimal(value.numerator) / value.denominator).quantize(PLACES, ROUND_HALF_EVEN))
