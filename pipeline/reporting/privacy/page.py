"""The assessment as one page in the house style: the limits, the sizes of groups as bars, what would help."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipeline.privacy import Assessment, Groups
from pipeline.privacy.assessment import with_facts
from pipeline.privacy.knowledge import Known, everything, in_words, remedies
from pipeline.reporting.house import render
from pipeline.reporting.privacy import words
from pipeline.reporting.privacy.bars import size_bar


def privacy_page(assessment: Assessment) -> str:
    """The page as HTML; equal assessments give equal bytes. It holds numbers of persons, and no value of a column."""
    return render(
        "privacy/privacy.html",
        language="en",
        assessment=assessment,
        words=words,
        persons=assessment.groups(everything()).persons,
        everything=in_words(assessment.measured.kept),
        limits=[_limit_bar(assessment, place) for place in range(len(assessment.verdicts))],
        tables=[_table(assessment, name) for name in assessment.measured.linked],
        facts=_row(assessment, "everybody, with coarse facts too", with_facts()),
        helps=[
            size_bar(what, _alone(assessment.groups(known)), assessment.groups(known), _allowed(assessment))
            for what, known in {"as it is": everything(), **remedies(assessment.measured.kept)}.items()
        ],
        telling=[
            _row(assessment, in_words(known), known)
            for known in assessment.most_telling[: words.MOST_TELLING]
        ],
    )


def _limit_bar(assessment: Assessment, place: int) -> dict[str, Any]:
    verdict = assessment.verdicts[place]
    groups = assessment.groups(verdict.known)
    label = f"{words.size(verdict.smaller_than)} in {words.what_is_known(verdict.known)}"
    bar = size_bar(label, words.share(verdict.share), groups, verdict.allowed)
    return {"verdict": verdict, "bar": bar, "allowed": f"{float(verdict.allowed):.1%}"}


def _table(assessment: Assessment, name: str) -> dict[str, Any]:
    linked, groups = assessment.measured.linked[name], assessment.groups(everything(), name)
    return {
        **_counted(name, groups),
        "bar": size_bar(name, f"{groups.persons:,}", groups),
        "unknown": linked.persons - linked.in_register,
    }


def _row(assessment: Assessment, label: str, known: Known) -> dict[str, Any]:
    return _counted(label, assessment.groups(known))


def _counted(label: str, groups: Groups) -> dict[str, Any]:
    return {
        "label": label,
        "persons": groups.persons,
        "below": [(groups.below(size), words.share(groups.share_below(size))) for size in words.SIZES],
        "mean_risk": words.share(groups.mean_risk),
    }


def _alone(groups: Groups) -> str:
    return f"{words.share(groups.share_below(2))} alone"


def _allowed(assessment: Assessment) -> Decimal | None:
    """The limit on who is alone in all quasi-identifiers, if the contract has one."""
    on_all = (one for one in assessment.verdicts if one.known == everything() and one.smaller_than == 2)
    return next((one.allowed for one in on_all), None)
