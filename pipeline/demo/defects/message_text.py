"""A claims message as lines that can be changed: fields overwritten, records added, the totals made right again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import polars as pl

from pipeline.intake.messages import layouts
from pipeline.intake.messages.record_layout import Field, Layout, Total
from pipeline.intake.messages.render import render

INSURED, PERFORMANCE, TARIFF, ACTIVITY = "02", "04", "06", "16"
"""Record codes of ZH308."""


@dataclass(frozen=True)
class MessageText:
    """The records of one message.

    `lines` has, in order: code, line, performance (running number of the record 04 that a line belongs to, 0
    before the first) and insured (likewise, of the record 02).
    """

    layout: Layout
    lines: pl.DataFrame

    @classmethod
    def read(cls, content: bytes) -> Self:
        """The message in these bytes."""
        lines = pl.Series("line", content.decode("utf-8").split("\r\n")[:-1])
        layout = layouts.identify(lines[0])
        return cls(layout, _numbered(lines))

    def field(self, code: str, name: str) -> pl.Expr:
        """What a field of the records of this code holds, as text, blanks included."""
        field = self.layout.records[code].fields[name]
        return pl.col("line").str.slice(field.start - 1, field.length)

    def records(self, code: str) -> pl.DataFrame:
        """The records of one code."""
        return self.lines.filter(code=code)

    def overwritten(self, code: str, name: str, value: pl.Expr) -> Self:
        """With the field set in every record of this code; `value` is text, and may use the columns of `lines`."""
        field = self.layout.records[code].fields[name]
        line = pl.when(pl.col("code") == code).then(_with(field, value)).otherwise(pl.col("line"))
        return replace(self, lines=self.lines.with_columns(line=line))

    def only(self, performances: pl.Series) -> Self:
        """Nothing but these performances, with all their records, each under its insured."""
        chosen = self.lines.filter(pl.col("performance").is_in(performances.implode()) & _belongs())
        insured = self.lines.filter(code=INSURED).join(chosen, on="insured", how="semi")
        kept = pl.concat([insured.with_columns(performance=pl.lit(0, dtype=pl.Int64)), chosen])
        return replace(self, lines=kept.sort("insured", "performance", maintain_order=True))

    def followed_by(self, further: Self) -> Self:
        """With the records of another message before the closing record, numbered on, the totals made right."""
        last = self.lines.height - 1
        lines = pl.concat([self.lines["line"][:last], further.lines["line"], self.lines["line"][last:]])
        return replace(self, lines=_numbered(lines)).closed()

    def closed(self) -> Self:
        """With its detail records numbered through and a closing record that says what it holds."""
        number = pl.when(_is_detail()).then(1).otherwise(0).cum_sum()
        lines = self.lines.with_columns(number=number)
        for code in self.layout.records:
            if "detail_record_number" in self.layout.records[code].fields:
                field = self.layout.records[code].fields["detail_record_number"]
                numbered = _with(field, pl.col("number").cast(pl.String))
                lines = lines.with_columns(
                    line=pl.when(pl.col("code") == code).then(numbered).otherwise(pl.col("line"))
                )
        body = lines.drop("number").head(-1)
        line = render(self.layout, self.layout.trailer.record, self._totals())
        return replace(self, lines=_numbered(pl.concat([body["line"], line])))

    def bytes(self) -> bytes:
        """The message's bytes."""
        return ("\r\n".join(self.lines["line"]) + "\r\n").encode("utf-8")

    def _totals(self) -> pl.DataFrame:
        said: dict[str, int | str] = {
            field: sum(self.records(code).height for code in codes)
            for field, codes in self.layout.trailer.counts.items()
        }
        for total in self.layout.trailer.totals:
            cents = self._sum(total)
            said |= {total.field: abs(cents), total.sign: "C" if cents < 0 else "D"}
        return pl.DataFrame(said)

    def _sum(self, total: Total) -> int:
        amounts = self.records(total.of_record).select(
            cents=self.field(total.of_record, total.of_field).cast(pl.Int64),
            sign=self.field(total.of_record, total.of_sign),
        )
        size = pl.col("cents")
        return int(amounts.select(pl.when(pl.col("sign") == "C").then(-size).otherwise(size).sum()).item())


def _with(field: Field, value: pl.Expr) -> pl.Expr:
    """The line with another value in this field, filled up as its type asks."""
    text = value.str.zfill(field.length) if field.type == "N" else value.str.pad_end(field.length)
    line = pl.col("line")
    return pl.concat_str(line.str.slice(0, field.start - 1), text, line.str.slice(field.end))


def _numbered(lines: pl.Series) -> pl.DataFrame:
    code = pl.col("line").str.slice(0, 2)
    frame = lines.alias("line").to_frame().select(code=code, line="line")
    return frame.with_columns(
        performance=(pl.col("code") == PERFORMANCE).cum_sum().cast(pl.Int64),
        insured=(pl.col("code") == INSURED).cum_sum().cast(pl.Int64),
    )


def _is_detail() -> pl.Expr:
    return ~pl.col("code").is_in(["01", "99"])


def _belongs() -> pl.Expr:
    return pl.col("code").is_in([PERFORMANCE, TARIFF, ACTIVITY])
