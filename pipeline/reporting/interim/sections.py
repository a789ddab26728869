"""The tables of an interim report's page: kinds of care, indicators, deliveries, books and changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from markupsafe import Markup

from pipeline.reporting.interim.bars import kind_bar, largest_kind
from pipeline.reporting.interim.shown import NOTHING, Document, Shown, Wording

View = dict[str, Any]


def kind_groups(year: Document, shown: Shown, wording: Wording) -> Iterator[View]:
    """Kinds of care in three groups: in the domain by use and fixed, each with its total, and outside it."""
    largest = largest_kind(shown)
    for group in ("use", "fixed", "out_of_domain"):
        kinds = [kind for kind in year["kinds"] if _group(kind) == group]
        if kinds:
            yield {
                "title": wording.page[group],
                "kinds": [_kind(kind, largest, shown, wording) for kind in kinds],
                "total": None
                if group == "out_of_domain"
                else {"so_far": shown(group), "completed": shown(f"{group}_completed")},
            }


def _kind(kind: Document, largest: Fraction, shown: Shown, wording: Wording) -> View:
    code = kind["code"]
    return {
        "name": wording.care(code),
        "so_far": shown("kind", code),
        "share": shown("kind_share_complete", code),
        "completed": shown("kind_completed", code),
        "bar": kind_bar(shown, code, largest),
        "method": wording.words["methods"][kind["method"]],
    }


def _group(kind: Mapping[str, Any]) -> str:
    return ("fixed" if kind["fixed"] else "use") if kind["in_domain"] else "out_of_domain"


def indicator_rows(year: Document, shown: Shown) -> list[View] | None:
    """The agreed indicators, measured or not; None when the contract has no quality terms."""
    if year["indicators"] is None:
        return None
    return [
        {
            "name": item["name"],
            "is_measured": item["id"] in shown.subjects("indicator"),
            "value": shown("indicator", item["id"]),
            "lower": shown("indicator_lower", item["id"]),
            "upper": shown("indicator_upper", item["id"]),
            "cases": shown("indicator_cases", item["id"]),
        }
        for item in year["indicators"]
    ]


def open_tables(items: list[Document], wording: Wording) -> list[View]:
    """What is expected and was not accepted: one row per supplier, year and standing."""

    def place(item: Document) -> tuple[str, int, str]:
        return (item["supplier"], item["year"], item["standing"])

    return [
        {
            "supplier": supplier,
            "year": year,
            "standing": wording.words["standings"][standing],
            "tables": ", ".join(wording.words["tables"][item["table"]] for item in members),
        }
        for (supplier, year, standing), members in groupby(sorted(items, key=place), key=place)
    ]


def book_row(book: Document, shown: Shown, wording: Wording) -> View:
    """A supplier's books against what was accepted, with the causes of the difference."""
    supplier = book["supplier"]
    return {
        "supplier": supplier,
        "booked": shown("booked", supplier),
        "accepted": shown("accepted", supplier),
        "difference": shown("book_difference", supplier),
        "causes": [
            (wording.words["causes"][cause], wording.marked(wording.value(cents, "cents", signed=True)))
            if cents is not None
            else (wording.words["causes"][cause], NOTHING)
            for cause, cents in book["causes"].items()
            if cents != 0
        ],
    }


def changed_figures(part: Document, heading: str, indicators: Mapping[str, str], wording: Wording) -> View:
    """A table of figures that changed so much that it shows, under a heading that says since when."""
    rows = [
        {
            "label": wording.figure(row["code"], row["subject"], indicators),
            "year": row["year"],
            **{column: _value(row, column, wording) for column in ("before", "after", "difference")},
        }
        for row in part["changes"]
    ]
    title = wording.say(heading, quarter=part["quarter"], date=wording.date(part["business_date"]))
    return {"title": title, "rows": [row for row in rows if row["before"] != row["after"]]}


def _value(row: Document, column: str, wording: Wording) -> Markup:
    if row[column] is None:
        return NOTHING
    return wording.marked(wording.value(row[column], row["unit"], signed=column == "difference"))
