"""The rules of a mapping as Polars expressions. What each rule means stands in `mapping`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import CanonicalColumn, CanonicalTable
from pipeline.errors import LayoutError
from pipeline.intake.columns import generalise
from pipeline.intake.columns.code_lists import code_list
from pipeline.intake.columns.notation import Notation, integer, signed

VERBS = (
    "take",
    "first",
    "compose",
    "amount",
    "constant",
    "empty",
    "rules",
    "lookup",
    "birth_year",
    "postcode3",
    "month",
    "first_month",
    "insured_months",
)

Rule = Mapping[str, Any]


@dataclass(frozen=True)
class Expressions:
    """The columns of one canonical table over a frame of text columns; `folders` may hold code lists."""

    table: CanonicalTable
    rules: Mapping[str, Rule]
    notation: Notation
    year: int | None
    folders: tuple[Path, ...] = ()

    def column(self, column: CanonicalColumn) -> pl.Expr:
        """The canonical column, in its own type and name; null where the source cannot be read."""
        dtype = self.table.polars_schema[column.name]
        return self._value(column).cast(dtype, strict=False).alias(column.name)

    def _value(self, column: CanonicalColumn) -> pl.Expr:
        rule = self.rules[column.name]
        match verb_of(column.name, rule):
            case "take":
                return self._taken(column, rule)
            case "first":
                return pl.coalesce(rule["first"])
            case "compose":
                parts = [self._part(name) for name in rule["compose"]]
                return pl.concat_str(parts, separator=rule.get("separator", "|"))
            case "amount":
                cents = self.notation.cents(pl.col(rule["amount"]))
                return signed(cents, pl.col(rule["sign"])) if "sign" in rule else cents
            case "constant":
                return pl.lit(rule["constant"])
            case "rules":
                return _decided(rule)
            case "lookup":
                return self._looked_up(rule)
            case "birth_year":
                return generalise.birth_year(self._date(rule["birth_year"]), needed_year(self.year))
            case "postcode3":
                return generalise.postcode3(pl.col(rule["postcode3"]))
            case "month":
                return self._date(rule["month"]).dt.month_start()
            case "first_month":
                start, end = (self._date(name) for name in rule["first_month"])
                return generalise.first_month(start, end, needed_year(self.year))
            case "insured_months":
                start, end = (self._date(name) for name in rule["insured_months"])
                return generalise.insured_months(start, end, needed_year(self.year))
        return pl.lit(None)

    def _taken(self, column: CanonicalColumn, rule: Rule) -> pl.Expr:
        text = pl.col(rule["take"])
        if "codes" in rule:
            old, new = [str(code) for code in rule["codes"]], list(rule["codes"].values())
            return text.replace_strict(old, new, default=None)
        if column.type == "date":
            return self.notation.date(text)
        return text if column.type == "text" else integer(text)

    def _looked_up(self, rule: Rule) -> pl.Expr:
        found = code_list(rule["in"], *self.folders).find(rule["lookup"], rule["give"])
        if "times" not in rule:
            return found
        per = rule.get("per", 1)
        size = (integer(pl.col(rule["times"])) * integer(found) + per // 2) // per
        return signed(size, pl.col(rule["sign"])) if "sign" in rule else size

    def _part(self, name: str) -> pl.Expr:
        """A canonical column of this name, else the source column."""
        own = {column.name: column for column in self.table.columns}
        return self._value(own[name]) if name in own else pl.col(name)

    def _date(self, name: str) -> pl.Expr:
        return self.notation.date(pl.col(name))


def verb_of(column: str, rule: Rule) -> str:
    """Which of the known rules this is.

    Raises:
        LayoutError: when it is none, or more than one.
    """
    found = [verb for verb in VERBS if verb in rule]
    if len(found) != 1:
        raise LayoutError(
            f"The rule of column '{column}' is none, or more than one, of the known rules",
            remedy=f"Known are the name of a source column, and {', '.join(VERBS)}.",
        )
    return found[0]


def fields_of(rule: Rule) -> list[str]:
    """The source columns of a `rules` rule, those of its conditions before those it takes, in order."""
    asked = [case["when"]["field"] for case in rule["rules"] if "when" in case]
    return [*asked, *(case["take"] for case in rule["rules"] if "take" in case)]


def needed_year(year: int | None) -> int:
    """The year of the delivery's period.

    Raises:
        LayoutError: when there is none.
    """
    if year is None:
        raise LayoutError("This mapping needs the period of the delivery", remedy="Give it, as a year.")
    return year


def _decided(rule: Rule) -> pl.Expr:
    """The value of the first case whose condition holds; a case without condition always does."""
    value = pl.lit(None, dtype=pl.String)
    for case in reversed(rule["rules"]):
        chosen = pl.col(case["take"]) if "take" in case else pl.lit(case["value"])
        value = pl.when(_holds(case["when"])).then(chosen).otherwise(value) if "when" in case else chosen
    return value


def _holds(when: Rule) -> pl.Expr:
    text = pl.col(when["field"])
    if "is" in when:
        return text == pl.lit(when["is"])
    if "begins" in when:
        return text.str.starts_with(when["begins"])
    if "between" in when:
        low, high = when["between"]
        return text.is_between(pl.lit(low), pl.lit(high))
    if when.get("filled") is True:
        return text.is_not_null()
    raise LayoutError(f"The condition on '{when['field']}' is none of is, begins, between and filled")
