"""The page of the settlement's rules: their names, and what a statement calls them."""

from __future__ import annotations

from importlib.resources import files

import yaml

from docs.reference.markdown import code, document, table

INTRODUCTION = """\
The name is what `order.after` in a contract and `ocmo settlement explain --line` take; the titles are those on a
statement. Which rules a contract has follows from its terms; [how a year is
settled](../explanation/settlement.md) says what they do."""


def page() -> str:
    """The page, in the order of the texts, which is about that of a statement."""
    dutch, english = (_rules(language) for language in ("nl", "en"))
    rows = [
        [code(name), dutch[name]["label"], text["label"], text["explains"]] for name, text in english.items()
    ]
    headings = ["rule", "in Dutch", "in English", "what it is"]
    return document("Rules of the settlement", INTRODUCTION, table(headings, rows))


def _rules(language: str) -> dict[str, dict[str, str]]:
    text = files("pipeline.reporting.texts").joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    rules: dict[str, dict[str, str]] = yaml.safe_load(text)["rules"]
    return rules
