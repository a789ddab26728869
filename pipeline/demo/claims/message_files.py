"""Contents of messages as files: records numbered through, an opening record, and a closing one that adds them up.

The messages of several invoices are made together, for making records is much work for a few lines as for many.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipeline.demo.claims.message import ORDER, Batch, Compose, Contents, Written
from pipeline.demo.files import RegionFile, placed, publish
from pipeline.demo.ledger import ledger_lines
from pipeline.intake.messages.record_layout import Layout
from pipeline.intake.messages.render import render

_DAYS_TO_ANSWER = 30
_NO_REMARK = "0200"  # the opening record has no fault


def write_composed(
    compose: Compose, lines: pl.DataFrame, people: pl.DataFrame, batch: Batch
) -> Iterator[Written]:
    """Write the messages to one insurer that `compose` makes of its lines.

    Args:
        compose: of the standard.
        lines: of `declare`, of this insurer.
        people: of `simulate_people`.
        batch: what the messages are about.
    """
    yield from write_messages(compose(lines, people), batch)


def write_messages(contents: Contents, batch: Batch) -> Iterator[Written]:
    """Write the messages of a batch, each whole."""
    layout = contents.layout
    body = _body(layout, contents.records)
    headers = render(layout, layout.header.code, _headers(layout, batch, contents.opening))
    trailers = render(layout, layout.trailer.record, _trailers(contents, batch))
    for place, (end, path) in enumerate(batch.paths.items()):
        lines = body.filter(pl.col("quarter_end") == end)["line"]
        text = pl.concat([headers[place : place + 1], lines, trailers[place : place + 1]]).to_frame()
        amounts = contents.amounts.filter(pl.col("quarter_end") == end)
        yield written(path, amounts, batch, mapping="", sha256=_written_lines(path, text))


def written(path: Path, amounts: pl.DataFrame, batch: Batch, *, mapping: str, sha256: str) -> Written:
    """The account of a file of claims that is on disk; `amounts` as in `Contents`, this file's only."""
    supplier = batch.insurer.supplier
    file = RegionFile(
        supplier=supplier,
        path=path.name,
        table="claim_line",
        mapping=mapping,
        year=batch.year,
        rows=amounts.height,
        cents=int(amounts["declared_cents"].sum()),
        sha256=sha256,
        first_invoiced=str(amounts["invoiced_date"].min()),
        last_invoiced=str(amounts["invoiced_date"].max()),
    )
    known = {"supplier": pl.lit(supplier), "file": pl.lit(placed(supplier, path.name))}
    return Written(file, ledger_lines(amounts.with_columns(**known)))


def _written_lines(path: Path, text: pl.DataFrame) -> str:
    return publish(
        path,
        lambda unfinished: text.write_csv(
            unfinished, include_header=False, quote_style="never", line_terminator="\r\n"
        ),
    )


def _body(layout: Layout, records: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """All detail records in order, numbered through in each message: quarter_end and line."""
    order = pl.concat([frame.select(ORDER) for frame in records.values()]).sort(ORDER)
    number = pl.int_range(1, pl.len() + 1).over("quarter_end")
    order = order.with_columns(detail_record_number=number).with_row_index("place")
    lines = []
    for code, frame in records.items():
        numbered = frame.join(order, on=ORDER, validate="1:1")
        text = render(layout, code, numbered.drop(*ORDER, "place"))
        lines.append(numbered.select("place", "quarter_end").with_columns(text.alias("line")))
    return pl.concat(lines).sort("place").drop("place")


def _headers(layout: Layout, batch: Batch, opening: dict[str, str]) -> pl.DataFrame:
    """Records 01, one per message; the claim period ends with the invoice, whose number an answer repeats."""
    ends = pl.DataFrame({"invoice_date": list(batch.paths)})
    care = (layout.answers.standard if layout.answers else layout.standard)[:2]
    number = pl.format("{}{}{}", pl.lit(care), pl.lit(batch.year), pl.col("invoice_date").dt.strftime("%y%m"))
    answer = {
        "insurer_reference": pl.format("A{}", number),
        "return_date": pl.col("invoice_date") + dt.timedelta(days=_DAYS_TO_ANSWER),
        "return_code_01": pl.lit(_NO_REMARK),
    }
    return ends.with_columns(
        message_kind_code=pl.lit("P"),
        insurer_code=pl.lit(batch.insurer.insurer_code),
        claim_period_start_date=pl.lit(dt.date(batch.year, 1, 1)),
        claim_period_end_date="invoice_date",
        invoice_number=number,
        currency_code=pl.lit("EUR"),
        **{name: pl.lit(value) for name, value in opening.items()},
        **(answer if layout.answers else {}),
    )


def _trailers(contents: Contents, batch: Batch) -> pl.DataFrame:
    """Records 99, one per message."""
    trailer, ends = contents.layout.trailer, pl.DataFrame({"quarter_end": list(batch.paths)})
    counts = {code: _by_message(ends, frame, pl.len()) for code, frame in contents.records.items()}
    nothing = [0] * ends.height
    said: dict[str, list[int] | list[str]] = {
        field: [
            sum(each) for each in zip(nothing, *(counts.get(code, nothing) for code in codes), strict=True)
        ]
        for field, codes in trailer.counts.items()
    }
    for total in trailer.totals:
        sums = _by_message(ends, contents.amounts, pl.col(total.of_field).sum())
        said[total.field] = [abs(cents) for cents in sums]
        said[total.sign] = ["C" if cents < 0 else "D" for cents in sums]
    return pl.DataFrame(said)


def _by_message(ends: pl.DataFrame, frame: pl.DataFrame, what: pl.Expr) -> list[int]:
    """A sum or count over the records of each message, in order; 0 where there are none."""
    found = frame.group_by("quarter_end").agg(value=what.cast(pl.Int64))
    return (
        ends.join(found, on="quarter_end", how="left", maintain_order="left")["value"].fill_null(0).to_list()
    )
