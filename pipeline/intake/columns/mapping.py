"""How source columns become canonical columns: data in a layout or a mapping file.

A rule is the name of a source column, or one of these:

    {take: c, codes: {V: F}}          a column whose codes are translated; another code is a fault
    {first: [a, b]}                   the first that is filled
    {compose: [a, b], separator: s}   joined by the separator ('|' unless said); empty when one of them is
    {amount: a, sign: s}              cents; negative where the sign field says C (the sign may be left out)
    {constant: x}   {empty: why}      the same for every row; nothing, because the source lacks it
    {lookup: {k: a}, in: list, give: v}    column v of a code list (see `code_lists`), where its k is a; with
                                      `times: b`, `per: n` and `sign: s` v times b, by n, rounded, signed
    {rules: [{when: {...}, value: x}, ..., {take: c}]}    the first rule that holds decides: a value that is
                                      the same for every row, or what a source column holds
    {birth_year: a}  {postcode3: a}  {month: a}  {first_month: [a, b]}  {insured_months: [a, b]}
                                      what becomes of dates and addresses: see `generalise`

A condition is {field: c} with `is: text`, `begins: text`, `filled: true` or `between: [low, high]` (text,
inclusive). In `compose` a name may also be a canonical column. `source: text` beside a rule says where the rule
comes from. An optional column without a rule is empty. How a rule becomes a value is in `expressions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import CanonicalColumn, CanonicalTable
from pipeline.errors import LayoutError
from pipeline.intake.columns import generalise
from pipeline.intake.columns.expressions import Expressions, Rule, fields_of, needed_year, verb_of
from pipeline.intake.columns.fixed_values import require_possible_values
from pipeline.intake.columns.notation import Notation
from pipeline.intake.rules.field_rules import DEBIT_CREDIT, FieldForm
from pipeline.intake.rules.findings import Check

NOBODY = "none"
"""In place of the column of the BSN, for a table that is not about persons."""

NOT_IN_SOURCE = {"empty": "not in the source"}
"""The rule of an optional column that a mapping leaves out."""

DATE_VERBS = ("birth_year", "month", "first_month", "insured_months")
KINDS = {"date": "date", "int16": "count", "int32": "count", "int64": "count"}


@dataclass(frozen=True)
class TableMapping:
    """A canonical table, the source column of the BSN, and a rule for each canonical column.

    `person` is None for a table that is not about persons; `folders` may hold code lists.

    Raises:
        LayoutError: at once, when a column has no rule, a rule has no column, or a rule cannot be used, and
            when the table is about persons and there is no column of them, or the other way round.
    """

    table: CanonicalTable
    person: str | None
    rules: Mapping[str, Rule]
    folders: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        differing = sorted({column.name for column in self.table.columns} ^ set(self.rules))
        if differing:
            raise LayoutError(
                f"Table {self.table.name} needs one rule per column; differing: {', '.join(differing)}",
                remedy="Only optional columns may be left out: they are then empty.",
            )
        if self.table.is_personal == (self.person is None):
            about = "about persons" if self.table.is_personal else "not about persons"
            raise LayoutError(
                f"Table {self.table.name} is {about}, and `person` says otherwise",
                remedy=f"Name the column of the BSN, or write `{NOBODY}` where there are no persons.",
            )
        expressions = Expressions(self.table, self.rules, Notation(dates="%Y%m%d"), 1, self.folders)
        for column in self.table.columns:
            try:
                self._forms(column)
                expressions.column(column)
            except (TypeError, KeyError, ValueError, AttributeError) as error:
                raise LayoutError(f"The rule of column '{column.name}' cannot be used ({error})") from error
            require_possible_values(self.table, column, self.rules[column.name])

    @classmethod
    def parse(
        cls, table: CanonicalTable, person: str, columns: Mapping[str, Any], *folders: Path
    ) -> TableMapping:
        """The mapping as written in YAML, where a bare name stands for `{take: name}`.

        An optional column that it leaves out is empty (`NOT_IN_SOURCE`); a mandatory one is missed.
        """
        left_out = {column.name: NOT_IN_SOURCE for column in table.columns if column.optional}
        named = {name: {"take": rule} if isinstance(rule, str) else rule for name, rule in columns.items()}
        rules = left_out | named
        return cls(table, None if person == NOBODY else person, rules, folders)

    def references(self) -> list[str]:
        """The source columns that the rules and the person come from, each once, in alphabetical order."""
        names = {form.name for form in self.forms()}
        return sorted(names if self.person is None else names | {self.person})

    def sources(self) -> dict[str, list[str]]:
        """By canonical column the source columns that its value stands in; columns that have none are not there."""
        found = {}
        for column in self.table.columns:
            rule = self.rules[column.name]
            if "amount" in rule:
                named = [rule["amount"]]
            elif "rules" in rule:
                named = [case["take"] for case in rule["rules"] if "take" in case] or fields_of(rule)
            else:
                named = [form.name for form in self._forms(column) if form.allowed != DEBIT_CREDIT]
            if named:
                found[column.name] = list(dict.fromkeys(named))
        return found

    def forms(self) -> list[FieldForm]:
        """What each source column should hold, as far as its rule tells. The BSN is judged apart."""
        forms = [form for column in self.table.columns for form in self._forms(column)]
        return list(dict.fromkeys(forms))

    def checks(self, notation: Notation, year: int | None) -> list[Check]:
        """What must hold beyond one field: nobody is born after the period, an insured period has days in it."""
        found = []
        for born in (rule["birth_year"] for rule in self.rules.values() if "birth_year" in rule):
            unborn = generalise.born_after(notation.date(pl.col(born)), needed_year(year))
            found.append(Check(born, "birth_date", f"{born} lies after the delivery's period", unborn))
        for start, end in (rule["first_month"] for rule in self.rules.values() if "first_month" in rule):
            days = notation.date(pl.col(start)), notation.date(pl.col(end))
            reason = f"{start} to {end} has no day in the delivery's period, or ends before it starts"
            found.append(Check(end, "period", reason, generalise.outside(*days, needed_year(year))))
        return found

    def rows(self, source: pl.DataFrame, notation: Notation, year: int | None = None) -> pl.DataFrame:
        """row_number, bsn (as the source has it; of persons only) and the canonical columns in their types.

        `source` has row_number and the columns of `references` as text. What is empty or cannot be read is
        null. `year` is the delivery's period, for the rules that need it.

        Raises:
            LayoutError: when a rule needs the period and there is none.
        """
        expressions = Expressions(self.table, self.rules, notation, year, self.folders)
        columns = (expressions.column(column) for column in self.table.columns)
        person = [] if self.person is None else [pl.col(self.person).alias("bsn")]
        return source.select("row_number", *person, *columns)

    def _forms(self, column: CanonicalColumn) -> list[FieldForm]:
        rule = self.rules[column.name]
        verb = verb_of(column.name, rule)
        match verb:
            case "constant" | "empty":
                return []
            case "rules":
                return [FieldForm(name, "text") for name in fields_of(rule)]
            case "take":
                codes = tuple(str(code) for code in rule.get("codes", ()))
                return [
                    FieldForm(
                        rule["take"], "text" if codes else KINDS.get(column.type, "text"), allowed=codes
                    )
                ]
            case "amount":
                return [FieldForm(rule["amount"], "cents"), *_signs(rule)]
            case "lookup":
                keys = [FieldForm(name, "text") for name in rule["lookup"].values()]
                counts = [FieldForm(rule["times"], "count")] if "times" in rule else []
                return [*keys, *counts, *_signs(rule)]
        names = [rule[verb]] if isinstance(rule[verb], str) else rule[verb]
        own = {other.name for other in self.table.columns} if verb == "compose" else set()
        return [
            FieldForm(name, "date" if verb in DATE_VERBS else "text") for name in names if name not in own
        ]


def _signs(rule: Rule) -> list[FieldForm]:
    return [FieldForm(rule["sign"], "text", mandatory=True, allowed=DEBIT_CREDIT)] if "sign" in rule else []
