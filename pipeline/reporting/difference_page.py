"""A recomputation as a page: by how much it differs from what was issued, and in which lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pipeline.reporting.house import render
from pipeline.reporting.notation import Notation
from pipeline.reporting.texts import texts
from pipeline.settlement import Quantity

NOTHING = "\N{EN DASH}"


def difference_page(recomputation: Mapping[str, Any]) -> str:
    """The page of a recomputation's document, in the contract's language."""
    language = recomputation["contract"]["language"]
    notation, words = Notation(language), texts(language, "recomputed")
    differing = [line for line in recomputation["lines"] if line["issued"] != line["recomputed"]]
    total = len(recomputation["lines"])
    return render(
        "difference.html",
        language=language,
        words=words,
        report=recomputation,
        business_date=_date(recomputation["business_date"], notation),
        headline=_headline(recomputation, notation, words),
        amounts=_amounts(recomputation, notation, words),
        equal=words["equal"].format(number=total - len(differing), total=total),
        lines=[_line(line, notation) for line in differing],
    )


def _date(iso_day: str, notation: Notation) -> str:
    return notation.date(dt.date.fromisoformat(iso_day))


def _headline(recomputation: Mapping[str, Any], notation: Notation, words: Mapping[str, str]) -> str:
    difference = recomputation["difference_cents"]
    if difference is None:
        return words["not_issued"]
    if difference == 0:
        return words["same"]
    form = words["higher" if difference > 0 else "lower"]
    return form.format(sum=notation.money(abs(difference)), payer=recomputation["contract"]["payer"])


def _amounts(recomputation: Mapping[str, Any], notation: Notation, words: Mapping[str, str]) -> str:
    recomputed, issued = notation.money(recomputation["payable_cents"]), recomputation["issued"]
    if issued is None:
        return words["amount"].format(recomputed=recomputed)
    date, paid = _date(issued["business_date"], notation), notation.money(issued["payable_cents"])
    return words["amounts"].format(date=date, issued=paid, recomputed=recomputed)


def _line(line: Mapping[str, Any], notation: Notation) -> dict[str, str]:
    def shown(value: Any) -> str:
        if value is None:
            return NOTHING
        exact = value if line["unit"] == "outcome" else Fraction(value)
        return notation.quantity(Quantity(line["rule"], exact, line["unit"]))

    return {
        "label": notation.words["rules"][line["rule"]]["label"],
        "subject": line["subject"],
        "issued": shown(line["issued"]),
        "recomputed": shown(line["recomputed"]),
        "difference": shown(line["difference"]),
    }
