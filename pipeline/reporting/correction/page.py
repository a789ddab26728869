"""A correction as a page: what is paid more or less, the part of each cause, and the lines that changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pipeline.money import euros
from pipeline.reporting.house import render
from pipeline.reporting.notation import Notation
from pipeline.reporting.texts import texts
from pipeline.settlement import Quantity

NOTHING = "\N{EN DASH}"


def correction_page(correction: Mapping[str, Any], language: str) -> str:
    """The page of a correction's document in a language (`nl` or `en`)."""
    notation, words = Notation(language), texts(language, "correction")
    changed = [line for line in correction["lines"] if line["causes"]]
    total = len(correction["lines"])
    was = correction["corrects"]
    return render(
        "correction.html",
        language=language,
        words=words,
        title=words["tranche_title" if correction["kind"] == "tranche" else "title"],
        correction=correction,
        state=words[correction["state"]],
        business_date=_date(correction["business_date"], notation),
        headline=headline(correction, notation, words),
        amounts=words["amounts"].format(
            what=_what(was, words),
            date=_date(was["business_date"], notation),
            issued=notation.money(was["payable_cents"]),
            now=notation.money(correction["payable_cents"]),
        ),
        causes=[_cause(cause, notation, words) for cause in correction["causes"]],
        difference=_signed(correction["difference_cents"], notation),
        equal=words["equal"].format(number=total - len(changed), total=total),
        lines=[_line(line, notation, words) for line in changed],
    )


def told(correction: Mapping[str, Any]) -> list[str]:
    """The same for a terminal, in English: what is paid more or less, and the part of each cause."""
    notation, words = Notation("en"), texts("en", "correction")
    sums = [(cause["cause"], euros(cause["difference_cents"])) for cause in correction["causes"]]
    width = max(len(words["causes"][code]["label"]) for code, _ in sums)
    return [
        f"{headline(correction, notation, words)}.",
        *(f"  {words['causes'][code]['label']:{width}}  {amount:>20}" for code, amount in sums),
        f"  {words['total']:{width}}  {euros(correction['difference_cents']):>20}",
    ]


def headline(correction: Mapping[str, Any], notation: Notation, words: Mapping[str, Any]) -> str:
    """Who still pays whom how much, in a sentence."""
    difference, parties = correction["difference_cents"], correction["contract"]
    if difference == 0:
        return str(words["same"])
    payer, payee = parties["payer"], parties["consortium"]
    if difference < 0:
        payer, payee = payee, payer
    form = str(words["pays"])
    return form.format(payer=payer, payee=payee, sum=notation.money(abs(difference)))


def _what(was: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    number = was["correction"]
    return str(words["the_correction"]).format(number=number) if number else str(words["the_statement"])


def _date(iso_day: str, notation: Notation) -> str:
    return notation.date(dt.date.fromisoformat(iso_day))


def _signed(cents: int, notation: Notation) -> str:
    return ("+" if cents > 0 else "") + notation.money(cents)


def _cause(cause: Mapping[str, Any], notation: Notation, words: Mapping[str, Any]) -> dict[str, Any]:
    of = words["causes"][cause["cause"]]
    return {
        "label": of["label"],
        "explains": of["explains"],
        "known": list(_known(cause, notation, words)),
        "difference": _signed(cause["difference_cents"], notation),
        "lines": notation.number(cause["changed_lines"]),
    }


def _known(cause: Mapping[str, Any], notation: Notation, words: Mapping[str, Any]) -> list[str]:
    """What stands behind a cause, in short sentences."""
    known = words["known"]
    if "claims" in cause:
        return [_claims(cause["claims"], notation, known)]
    if "terms" in cause:
        return [
            known["term"].format(**{**term, "before": _short(term["before"]), "after": _short(term["after"])})
            for term in cause["terms"]
        ]
    if "stated" in cause:
        names = notation.words["quantities"]
        return [
            f"{names.get(name.partition(':')[0], name)}: {value}" for name, value in cause["stated"].items()
        ]
    if "program" in cause:
        versions = known["program"].format(before=cause["program"][0], after=cause["program"][1])
        if "removed" not in cause:
            return [versions]
        return [versions, f"{known['removed_too']}: {_claims(cause['removed'], notation, known)}"]
    return []


def _claims(claims: Mapping[str, Any], notation: Notation, known: Mapping[str, Any]) -> str:
    """How many claims it is about and for how much, or that they are too few to tell."""
    if claims["lines"] is None:
        return str(known["few_claims"]).format(minimum=claims["minimum_cell"])
    lines, declared = notation.number(claims["lines"]), _signed(claims["cents"], notation)
    return str(known["claims"]).format(lines=lines, sum=declared)


def _short(value: Any) -> str:
    return NOTHING if value is None else str(value)


def _line(line: Mapping[str, Any], notation: Notation, words: Mapping[str, Any]) -> dict[str, Any]:
    def shown(value: Any) -> str:
        if value is None:
            return NOTHING
        exact = value if line["unit"] == "outcome" else Fraction(value)
        return notation.quantity(Quantity(line["rule"], exact, line["unit"]))

    parts = line["parts"] or dict.fromkeys(line["causes"])
    return {
        "label": notation.words["rules"][line["rule"]]["label"],
        "subject": line["subject"],
        "before": shown(line["before"]),
        "after": shown(line["after"]),
        "difference": shown(line["difference"]),
        "parts": [
            {"label": words["causes"][cause]["label"], "value": shown(part)} for cause, part in parts.items()
        ],
    }
