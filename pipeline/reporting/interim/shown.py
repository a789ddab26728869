"""Figures of an interim report as people read them: rounded, in a language, each marked as provisional."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

from pipeline.canonical import care_types
from pipeline.reporting.notation import Notation
from pipeline.reporting.texts import texts

Figure = Mapping[str, Any]
Document = Mapping[str, Any]

NOTHING = Markup("\N{EN DASH}")


class Wording:
    """The report's words and numbers in one language, and what it calls what figures are about."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.notation = Notation(language)
        self.words = texts(language, "interim")
        self.page: dict[str, str] = self.words["page"]

    def say(self, key: str, **values: object) -> Markup:
        """A sentence of the page with values in it; those that are no markup are escaped."""
        return escape(self.page[key]).format(**values)

    def marked(self, text: str) -> Markup:
        """A figure's text with the mark of what is provisional."""
        return Markup('<span class="figure number">{}<sup title="{}">{}</sup></span>').format(
            text, self.page["provisional"], self.page["mark"]
        )

    def value(self, value: Any, unit: str, *, signed: bool = False) -> str:
        """A value by its unit: whole euros, percentages with one decimal, indicators with three.

        `signed` is for differences: they have a plus too, and those of percentages are points.
        """
        number, notation = Fraction(value), self.notation
        if unit.startswith("cents"):
            text = notation.euros(number)
        elif unit.startswith("share") and signed:
            text = self.page["points"].format(number=notation.number(number * 100, 1))
        elif unit.startswith("share"):
            text = notation.percent(number, 1)
        elif unit == "as measured":
            text = notation.number(number, 3, least=2)
        else:
            text = notation.number(number)
        return f"+{text}" if signed and number > 0 else text

    def figure(self, code: str, subject: str, indicators: Mapping[str, str]) -> str:
        """What a figure is called, with what it is about; `indicators` are names by id."""
        if code.startswith("kind"):
            subject = self.care(subject)
        elif code.startswith("indicator"):
            subject = indicators.get(subject, subject)
        elif code == "payment":
            subject = self.words["payments"][subject]
        return str(self.words["figures"][code]).format(subject=subject)

    def care(self, code: str) -> str:
        """The name of a kind of care; its code when it is none."""
        kind = care_types().get(code)
        if kind is None:
            return code
        return kind.dutch if self.language == "nl" else kind.says

    def date(self, iso_day: str) -> str:
        """A day as the language writes it."""
        return self.notation.date(dt.date.fromisoformat(iso_day))

    def month(self, iso_day: str) -> str:
        """The month of a day: 'september 2025'."""
        return f"{self.words['months'][int(iso_day[5:7]) - 1]} {iso_day[:4]}"


class Shown:
    """The figures of one contract year of a report, by code and subject."""

    def __init__(self, year: Document, wording: Wording) -> None:
        self.wording = wording
        self.figures = {(item["code"], item["subject"]): item for item in year["figures"]}

    def __call__(self, code: str, subject: str = "") -> Markup:
        """A figure with its mark; what may not be shown says so, and what is not there is a dash."""
        figure = self.figures.get((code, subject))
        if figure is None:
            return NOTHING
        if figure["value"] is None:
            return self.wording.say("hidden")
        return self.wording.marked(self.wording.value(figure["value"], figure["unit"]))

    @property
    def hides_any(self) -> bool:
        """Whether a figure may not be shown."""
        return any(figure["value"] is None for figure in self.figures.values())

    def subjects(self, code: str) -> list[str]:
        """What there are figures of this code about."""
        return [subject for name, subject in self.figures if name == code]

    def amount(self, code: str, subject: str = "") -> Fraction | None:
        """A figure as a number; None when it is hidden or not there."""
        figure = self.figures.get((code, subject))
        return None if figure is None or figure["value"] is None else Fraction(figure["value"])
