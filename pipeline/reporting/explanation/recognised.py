"""How a condition or an episode is recognised, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.contract.recognition import Condition, Episode, Evidence
from pipeline.reporting.explanation.phrases import Phrases


def condition(phrases: Phrases, item: Condition) -> str:
    """What somebody has, what shows it, how far back that is looked for, and from which age."""
    age = phrases.put("from_age", age=item.minimum_age) if item.minimum_age is not None else ""
    shown = phrases.put("condition", name=item.name, evidence=_evidence(phrases, item.evidence))
    return shown + _looks_back(phrases, item.looks_back_years) + age


def episode(phrases: Phrases, item: Episode) -> str:
    """What belongs together around one event, from how long before to how long after it."""
    return phrases.put(
        "episode",
        name=item.name,
        before=item.days_before,
        after=item.days_after,
        evidence=_evidence(phrases, item.evidence),
    )


def _looks_back(phrases: Phrases, years: int) -> str:
    if years > 1:
        return phrases.put("looks_back", years=years)
    return phrases.put("looks_back_one" if years else "looks_back_none")


def _evidence(phrases: Phrases, evidence: Iterable[Evidence]) -> str:
    return f" {phrases.words['values']['or']} ".join(_one(phrases, item) for item in evidence)


def _one(phrases: Phrases, item: Evidence) -> str:
    codes = ", ".join(item.begins_with)
    said = phrases.put("evidence", column=phrases.words["names"][item.column], codes=codes)
    if item.specialism is not None:
        said += phrases.put("specialism", code=item.specialism)
    if item.minimum_daily_doses is not None:
        said += phrases.put("doses", number=item.minimum_daily_doses)
    if item.minimum_lines > 1:
        said += phrases.put("lines", number=item.minimum_lines)
    return said
