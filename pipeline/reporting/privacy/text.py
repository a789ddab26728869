"""The assessment as plain text, for a terminal: the limits, then what is behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.privacy import Assessment, Groups
from pipeline.privacy.assessment import with_facts
from pipeline.privacy.knowledge import everything, in_words, remedies
from pipeline.reporting.privacy import words

COUNTED = ("persons", "alone", "under 5", "under 10", "mean chance")


def text(assessment: Assessment) -> str:
    """The whole assessment as text, ending with a line break."""
    sections = [_head(assessment), _limits(assessment), _tables(assessment), _helps(assessment)]
    sections.append(_telling(assessment))
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _head(assessment: Assessment) -> list[str]:
    everybody = assessment.groups(everything()).persons
    return [
        f"RE-IDENTIFICATION RISK of contract {assessment.contract.id} on {assessment.business_date}",
        f"{everybody:,} linked persons, from {len(assessment.measured.deliveries)} deliveries. "
        + words.headline(assessment),
    ]


def _limits(assessment: Assessment) -> list[str]:
    rows = [
        (
            f"{words.size(one.smaller_than)} in {words.what_is_known(one.known)}",
            f"{one.persons:,}",
            words.share(one.share),
            f"{float(one.allowed):.1%}",
            words.verdict(one),
        )
        for one in assessment.verdicts
    ]
    return [
        f"LIMITS (clause {assessment.term.clause})",
        *_aligned(("", "persons", "share", "at most", ""), rows),
        f"  {words.LOWER_BOUND}",
    ]


def _tables(assessment: Assessment) -> list[str]:
    rows = []
    for name, linked in assessment.measured.linked.items():
        groups = assessment.groups(everything(), name)
        if linked.persons:
            rows.append((name, *_counted(groups), f"{linked.persons - linked.in_register:,}"))
    known = ("with coarse facts too", *_counted(assessment.groups(with_facts())), "")
    return [
        f"BY TABLE, when all quasi-identifiers are known: {in_words(assessment.measured.kept)}",
        *_aligned(("", *COUNTED, "not in register"), [*rows, known]),
    ]


def _helps(assessment: Assessment) -> list[str]:
    rows = [
        (what, *_counted(assessment.groups(known)))
        for what, known in remedies(assessment.measured.kept).items()
    ]
    return ["WHAT WOULD HELP: of all quasi-identifiers", *_aligned(("", *COUNTED), rows)]


def _telling(assessment: Assessment) -> list[str]:
    shown = assessment.most_telling[: words.MOST_TELLING]
    rows = [(in_words(known), *_counted(assessment.groups(known))) for known in shown]
    return ["MOST TELLING, of what can be known in up to three things", *_aligned(("", *COUNTED), rows)]


def _counted(groups: Groups) -> tuple[str, ...]:
    return (
        f"{groups.persons:,}",
        *(f"{groups.below(size):,}" for size in words.SIZES),
        words.share(groups.mean_risk),
    )


def _aligned(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Columns side by side: the first to the left, the others to the right."""
    lines = [headings, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    return [
        "  " + "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in lines
    ]
