"""The message itself: what stands once in it, its own rules, and its closing total.

A fault here is one of the message as a whole, and refuses the file.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipeline.errors import FileRefusedError, TrailerMismatchError
from pipeline.intake.columns.notation import signed
from pipeline.intake.gds import conditions
from pipeline.intake.gds.judging import forms_of, value_of
from pipeline.intake.gds.layout import CLOSING_TOTAL, MESSAGE, XmlLayout
from pipeline.intake.gds.parsing import AGAIN
from pipeline.intake.messages.message_kind import FIELD, require_production
from pipeline.intake.messages.trailer import AGREEING
from pipeline.intake.rules.field_rules import judge_fields
from pipeline.intake.rules.findings import violations
from pipeline.money import euros


class Message:
    """The fields of one message, as they come in. `texts` are the filled ones by name."""

    def __init__(self, file: str, layout: XmlLayout, *, allow_tests: bool = False) -> None:
        self._file, self._layout, self._allow_tests = file, layout, allow_tests
        self._closing = (layout.total.field, layout.total.sign)
        self._is_open = False
        self.texts: dict[str, str] = {}

    def add(self, texts: Iterable[tuple[str, str]]) -> None:
        """Take in the fields that stand in the next piece of the message.

        Raises:
            FileRefusedError: when a field stands twice, or only behind insured that were read without it.
        """
        for name, text in texts:
            if name in self.texts:
                raise self._refused(f"{self._element(name)} stands more than once")
            if self._is_open and name not in self._closing:
                raise self._refused(f"{self._element(name)} stands after the insured (Verzekerde)")
            self.texts[name] = text

    def open(self) -> None:
        """Judge what must be known before the first insured is read; once.

        Raises:
            FileRefusedError: when a field or a rule is broken (it names them all), or the message is a test.
        """
        if not self._is_open:
            self._is_open = True
            self._judge([name for name in self._layout.records[MESSAGE].fields if name not in self._closing])
            require_production(
                self.texts.get(FIELD, ""),
                is_answer=bool(self._layout.answers),
                allow_tests=self._allow_tests,
                where=f"{self._file}, {self._element(FIELD)}",
            )

    def close(self, cents: int) -> tuple[int | None, tuple[str, ...]]:
        """The closing total, held against what the performances add up to, and what there is to tell of it.

        Raises:
            FileRefusedError: when it is missing or no amount.
            TrailerMismatchError: when it differs, in a message whose total must agree.
        """
        self._judge(list(self._closing))
        total = self._layout.total
        if total.field not in self.texts:
            return None, ()
        amount = signed(self._layout.notation.cents(pl.col(total.field)), pl.col(total.sign))
        texts = dict.fromkeys(self._closing, pl.String)
        said = pl.DataFrame({name: [self.texts.get(name)] for name in self._closing}, schema=texts)
        says = int(said.select(amount).item())
        if says == cents:
            return says, ()
        what = f"{self._element(total.field)} says {euros(says)}, the performances add up to {euros(cents)}"
        if not total.strict:
            return None, (f"{what}: performances may have been left out of the answer.",)
        rule = next((rule for rule in self._layout.rules if rule.judged == CLOSING_TOTAL), None)
        raise TrailerMismatchError(
            f"{rule.rule} [{rule.return_code}]: {what}" if rule else what,
            where=self._file,
            remedy=AGREEING,
        )

    def _judge(self, names: list[str]) -> None:
        record = self._layout.records[MESSAGE]
        wide = pl.DataFrame(
            {f"{MESSAGE}.{name}": [self.texts.get(name)] for name in record.fields},
            schema=dict.fromkeys((f"{MESSAGE}.{name}" for name in record.fields), pl.String),
        ).with_columns(row_number=pl.lit(0), line_number=pl.lit(0))
        forms = [form for form in forms_of(record) if form.name.partition(".")[2] in names]
        faults = judge_fields(wide, forms, self._layout.notation)
        rules = (rule for rule in self._layout.rules if rule.of == MESSAGE and rule.must)
        checks = [conditions.check(rule, value_of(self._layout)) for rule in rules if rule.field in names]
        broken = violations(wide, checks)
        said = [
            reason.replace(field, self._element(field.partition(".")[2]))
            for field, reason in faults.select("field", "reason").iter_rows()
        ]
        said += broken["reason"].to_list()
        if said:
            raise self._refused("; ".join(said))

    def _element(self, name: str) -> str:
        return self._layout.records[MESSAGE].fields[name].elements[0]

    def _refused(self, what: str) -> FileRefusedError:
        return FileRefusedError(what, where=self._file, remedy=AGAIN)
