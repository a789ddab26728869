"""The records of a return message, made of those of its declaration: each with what the return adds after it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from pipeline.intake.answers.return_notes import CODE_FIELDS, Notes
from pipeline.intake.columns.notation import VEKTIS
from pipeline.intake.messages.record_block import RecordBlock
from pipeline.intake.messages.record_layout import Field, Layout
from pipeline.intake.messages.render import render

COMMENT = "98"
"""The record of free text, which belongs to the record before it; in a return more of them may be added."""

_NO_REMARK = "0200"
_TEST = "T"
_AMOUNTS = {"awarded": "D", "awarded_vat": None, "insurer_calculated": "D"}
"""The amounts that a return adds to a record, with the sign of nothing, where one is asked for."""


@dataclass
class ReturnRecords:
    """Makes the records block by block, and counts them for the closing record.

    `returned_on` is the date of the answer; without it that of the invoice.
    """

    answer: Layout
    notes: Notes
    returned_on: dt.date | None
    counts: Counter[str] = field(default_factory=Counter)

    def of_block(self, block: RecordBlock) -> pl.Series:
        """The lines of the return for a block of its declaration, in order, without line ends."""
        lines = block.lines.with_columns(run=(pl.col("code") != COMMENT).cum_sum())
        closing = self.answer.trailer.record
        added = self._comments(block, lines)
        self.counts.update(lines["code"].to_list())
        self.counts[COMMENT] += added.height
        parts = [added]
        for (code,), of_code in lines.filter(pl.col("code") != closing).group_by("code"):
            parts.append(_placed(of_code, self._followed(block.layout, str(code), of_code)))
        last = lines.filter(code=closing)
        if last.height:
            parts.append(_placed(last, self._closing(block.layout, last["line"])))
        return pl.concat(parts).sort("run", "place", "line_number")["line"]

    def _followed(self, declared: Layout, code: str, lines: pl.DataFrame) -> pl.Series:
        """Records of one code with what the return adds to them."""
        length = declared.record_length
        tails = render(self.answer, code, self._added(declared, code, lines)).str.slice(length)
        if code == self.answer.header.code:
            lines = lines.with_columns(line=self._opening(declared))
        return lines.select(pl.concat_str("line", tails))["line"]

    def _added(self, declared: Layout, code: str, lines: pl.DataFrame) -> pl.DataFrame:
        """The fields that the return adds to records of this code."""
        fields = self.answer.records[code].fields
        if code == self.answer.header.code:
            invoiced = VEKTIS.date(_cut(declared.field(f"{code}.invoice_date")))
            day = pl.lit(self.returned_on) if self.returned_on else invoiced
            return lines.select(return_date=day, return_code_01=pl.lit(_NO_REMARK))
        noted = lines.join(self.notes.codes, on="line_number", how="left", maintain_order="left")
        amounts = [
            expression
            for name, sign in _AMOUNTS.items()
            if f"{name}_cents" in fields
            for expression in _nothing(name, sign, fields)
        ]
        return noted.select(*CODE_FIELDS, *amounts)

    def _opening(self, declared: Layout) -> pl.Expr:
        """The opening record with the return's own code, as a test."""
        header = self.answer.header.fields
        code = _cut(header["message_code"]).replace_strict(
            declared.message_codes, self.answer.message_codes, return_dtype=pl.String
        )
        return _with(
            _with(pl.col("line"), header["message_code"], code), header["message_kind_code"], pl.lit(_TEST)
        )

    def _comments(self, block: RecordBlock, lines: pl.DataFrame) -> pl.DataFrame:
        """The findings as comment records: run, place, line_number and line. They go on from the record's own."""
        details = lines.filter(
            ~pl.col("code").is_in([COMMENT, self.answer.header.code, self.answer.trailer.record])
        )
        own = lines.filter(code=COMMENT).group_by("run").agg(own=pl.len())
        noted = details.join(self.notes.comments, on="line_number", how="inner", maintain_order="left_right")
        noted = noted.join(own, on="run", how="left", maintain_order="left")
        number = block.layout.records[COMMENT].fields["detail_record_number"]
        text = self.answer.records[COMMENT].fields["comment_text"]
        made = noted.select(
            detail_record_number=_digits(_cut(number)),
            comment_line_number=pl.col("own").fill_null(0) + pl.col("place"),
            comment_text=pl.col("comment_text").str.head(text.length),
        )
        return noted.select("run", "place", "line_number").with_columns(
            line=render(self.answer, COMMENT, made)
        )

    def _closing(self, declared: Layout, line: pl.Series) -> pl.Series:
        """The closing record: everything that is returned, what was declared, and that nothing is awarded."""
        said: dict[str, int | str] = {
            name: sum(self.counts[code] for code in codes)
            for name, codes in self.answer.trailer.counts.items()
        }
        closing, declared_total = declared.records[declared.trailer.record].fields, declared.trailer.totals[0]
        frame = line.to_frame("line")
        for total in self.answer.trailer.totals:
            said |= {total.field: 0, total.sign: "D"}
            if total.restated:
                said[total.field] = frame.select(_cut(closing[declared_total.field])).item()
                said[total.sign] = frame.select(_cut(closing[declared_total.sign])).item()
        return render(self.answer, self.answer.trailer.record, pl.DataFrame(said))


def _placed(lines: pl.DataFrame, made: pl.Series) -> pl.DataFrame:
    """What was made of the lines, in their places: before any comment that is added."""
    place = pl.lit(0, dtype=pl.Int64)
    return lines.select("run", place=place, line_number="line_number").with_columns(line=made)


def _nothing(name: str, sign: str | None, fields: dict[str, Field]) -> list[pl.Expr]:
    """Zero for an amount, and its sign where the standard asks for one."""
    asked = fields.get(f"{name}_sign")
    signed = [pl.lit(sign).alias(f"{name}_sign")] if asked and asked.obligation == "M" else []
    return [pl.lit(0).alias(f"{name}_cents"), *signed]


def _digits(text: pl.Expr) -> pl.Expr:
    """The text, or nothing where it is no number: the finding on it says so."""
    return pl.when(text.str.contains(r"^[0-9]+$")).then(text)


def _cut(field: Field) -> pl.Expr:
    return pl.col("line").str.slice(field.start - 1, field.length)


def _with(line: pl.Expr, field: Field, text: pl.Expr) -> pl.Expr:
    return pl.concat_str(line.str.slice(0, field.start - 1), text, line.str.slice(field.end))
