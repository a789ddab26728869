"""An interim report as one HTML page, made of its JSON document and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from markupsafe import Markup

from pipeline.reporting.house import render
from pipeline.reporting.interim.bars import cost_bars
from pipeline.reporting.interim.quarter import Quarter
from pipeline.reporting.interim.sections import (
    View,
    book_row,
    changed_figures,
    indicator_rows,
    kind_groups,
    open_tables,
)
from pipeline.reporting.interim.shown import Document, Shown, Wording

POPULATION = ("insured_years", "expected_insured_years")
COST = (
    "cost", "cost_completed", "share_complete", "cost_per_insured_year", "cost_completed_per_insured_year",
    "truncated", "target_per_insured_year",
)  # fmt: skip

COMPLETE = Fraction(995, 1000)
ABOVE_ALL = Fraction(1005, 1000)
"""Between these shares all but nothing is still to come, and the page says so in words; above, credits are."""


def page(report: Document) -> str:
    """The report as HTML, in the contract's language."""
    wording, quarter = Wording(report["contract"]["language"]), Quarter.of(report["quarter"])
    indicators = {item["id"]: item["name"] for year in report["years"] for item in year["indicators"] or ()}
    return render(
        "interim/interim.html",
        language=wording.language,
        words=wording.page,
        report=report,
        quarter=wording.say("quarter", number=quarter.number, year=quarter.year),
        business_date=wording.date(report["business_date"]),
        correction=_correction(report, wording),
        years=[_year(year, report["contract"], wording) for year in report["years"]],
        awaited=open_tables(report["awaited"], wording),
        issued=[
            wording.say("issued", year=item["year"], date=wording.date(item["business_date"]))
            for item in report["issued"]
        ],
        changed=[
            changed_figures(part, heading, indicators, wording)
            for part, heading in ((report["correction"], "corrected"), (report["since"], "changes"))
            if part is not None
        ],
    )


def _correction(report: Document, wording: Wording) -> Markup | None:
    part = report["correction"]
    if part is None:
        return None
    return wording.say("correction", number=part["number"], date=wording.date(part["business_date"]))


def _year(year: Document, contract: Document, wording: Wording) -> View:
    shown = Shown(year, wording)
    names = wording.words["figures"]
    return {
        "year": year["year"],
        "through": wording.say("through", month=wording.month(year["through"])),
        "headline": wording.say("headline", year=year["year"]),
        "amount": _difference_from_target(shown, wording),
        "sentences": list(_sentences(year, contract, shown, wording)),
        "notes": [_note(note, wording) for note in year["notes"]],
        "hidden": wording.say("hidden_explained", minimum=year["minimum_cell"]) if shown.hides_any else None,
        "bars": cost_bars(shown),
        "population": [(names[code], shown(code)) for code in POPULATION],
        "cost": [(names[code], shown(code)) for code in COST],
        "kinds": list(kind_groups(year, shown, wording)),
        "payments": [
            (wording.words["payments"][kind], shown("payment", kind)) for kind in shown.subjects("payment")
        ],
        "indicators": indicator_rows(year, shown),
        "deliveries": wording.say(
            "deliveries_share",
            came=shown("tables_came"),
            expected=shown("tables_expected"),
            share=shown("tables_share"),
        ),
        "open": open_tables(year["open"], wording),
        "replaced": [
            wording.say("replaced", delivery=item["delivery_id"], by=item["by"]) for item in year["replaced"]
        ],
        "books": [book_row(book, shown, wording) for book in year["books"]],
    }


def _difference_from_target(shown: Shown, wording: Wording) -> Markup | None:
    savings = shown.amount("expected_savings")
    if savings is None:
        return None
    text = wording.marked(wording.value(abs(savings), "cents"))
    return wording.say("saving" if savings >= 0 else "loss", sum=text)


def _sentences(year: Document, contract: Document, shown: Shown, wording: Wording) -> Iterator[Markup]:
    """What the figures come to, in plain words."""
    if shown.amount("expected_savings") is not None:
        actual, target = shown("cost_completed_per_insured_year"), shown("target_per_insured_year")
        yield wording.say("lead", actual=actual, target=target)
        yield _payable(contract, shown, wording)
    share = shown.amount("share_complete")
    if share is not None:
        yield wording.say(_completeness(share), share=shown("share_complete"))
    reasons = set(year["reason"].values()) if year["reason"] else set()
    if len(reasons) == 1:  # when two are possible, the range of the payable has said so
        yield Markup("{}").format(wording.notation.words["reasons"][reasons.pop()])


def _completeness(share: Fraction) -> str:
    """The sentence that says how much of the cost is in."""
    if share < COMPLETE:
        return "lead_share"
    return "lead_complete" if share <= ABOVE_ALL else "lead_credits"


def _payable(contract: Document, shown: Shown, wording: Wording) -> Markup:
    lowest, highest = shown.amount("expected_payable_lowest"), shown.amount("expected_payable_highest")
    if lowest != highest:
        low, high = shown("expected_payable_lowest"), shown("expected_payable_highest")
        return wording.say("payable_range", lowest=low, highest=high)
    if not highest:
        return wording.say("payable_none")
    amount = wording.marked(wording.value(abs(highest), "cents"))
    parties = {"payer": contract["payer"], "consortium": contract["consortium"]}
    return wording.say("payable_gain" if highest > 0 else "payable_loss", amount=amount, **parties)


def _note(note: str, wording: Wording) -> str:
    code, _, about = note.partition(":")
    return str(wording.words["notes"].get(code, note)).format(about=about)
