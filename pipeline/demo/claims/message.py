"""What all claims messages have in common: the order of records, the insured, the closing record, the files.

Per insured a record 02, then the records of each performance. All records but the first and last are numbered
through; the last counts them and adds up their amounts. The messages of several invoices are made together, for
making records is much work for a few lines as for many.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.demo.care.services import services
from pipeline.demo.files import RegionFile, placed, publish
from pipeline.demo.ledger import ledger_lines
from pipeline.demo.parameters import Insurer
from pipeline.intake.record_layout import Layout
from pipeline.intake.render import render

ORDER = ["quarter_end", "person", "label", "number", "rank"]
"""The order of records: invoice, insured under a label, performance, and within it the records by rank."""

PERSON = [
    "person",
    "bsn",
    "birth_date",
    "sex_code",
    "name",
    "prefix",
    "initials",
    "postcode",
    "house_number",
    "policy_number",
    "referrer_code",
    "death_date",
]
"""What a message says of a person."""

SERVICE_BUREAU = {"service_bureau_code": "98990001", "payee_code": "01"}
"""Who sends and is paid for messages with the lines of many providers: a service bureau, made up."""


@dataclass(frozen=True)
class Written:
    """A file of claims, and its lines as the insurer's ledger has them."""

    file: RegionFile
    ledger: pl.DataFrame


@dataclass(frozen=True)
class Batch:
    """Files of claims that are made together: the insurer to pay, the period of its delivery, and the files.

    `paths` is by the last day of the quarter of invoicing, in order: in messages the date of the invoice.
    """

    insurer: Insurer
    year: int
    paths: dict[dt.date, Path]


def enriched(lines: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The lines with their person, their debit or credit code, and their own and corrected references.

    Args:
        lines: of `declare`, with insurer_code and quarter_end.
        people: of `simulate_people`.
    """
    whole = lines.join(people.select(PERSON), on="person", how="left", validate="m:1", maintain_order="left")
    return whole.sort(*ORDER[:4], maintain_order=True).with_columns(
        debit_credit=pl.when(pl.col("sign") < 0).then(pl.lit("C")).otherwise(pl.lit("D")),
        reference=_reference("year", "number"),
        corrected=_reference("corrected_year", "corrected_number"),
        line_number=pl.col("year").cast(pl.Int64) * 10**8 + pl.col("number"),
        year_of_loss=pl.col("opening_date").dt.year(),
    )


def enriched_services(lines: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The lines of listed services as `enriched`, with the codes they are declared under and declared_cents."""
    listed = services().select("service", "performance_list_code", "performance_code")
    return (
        enriched(lines, people)
        .join(listed, on="service", how="left", validate="m:1", maintain_order="left")
        .with_columns(declared_cents=pl.col("unit_cents") * pl.col("quantity") * pl.col("sign"))
    )


def insured_records(whole: pl.DataFrame) -> pl.DataFrame:
    """Records 02: per invoice each person once per label; deaths are known up to the invoice."""
    dead = (pl.col("death_date") <= pl.col("quarter_end")).fill_null(value=False)
    return whole.unique(ORDER[:3], keep="first", maintain_order=True).select(
        *ORDER[:3],
        number=pl.lit(0, dtype=pl.Int64),
        rank=pl.lit("02"),
        bsn="bsn",
        insurer_code="insurer_code",
        insured_number="policy_number",
        birth_date="birth_date",
        sex_code=pl.col("sex_code").replace_strict({"M": "1", "F": "2"}),
        name_use_01_code=pl.lit("1"),
        insured_name_01="name",
        insured_name_prefix_01="prefix",
        insured_initials="initials",
        postcode="postcode",
        house_number="house_number",
        deceased_code=pl.when(dead).then(pl.lit("1")).otherwise(pl.lit("2")),
    )


def write_messages(
    layout: Layout, records: dict[str, pl.DataFrame], amounts: pl.DataFrame, batch: Batch, **who: str
) -> Iterator[Written]:
    """Write the messages of a batch, each whole.

    Args:
        layout: of their standard.
        records: the detail records by code; columns are fields of the layout, and those of `ORDER`.
        amounts: the lines with money: the ledger's columns but supplier and file, and quarter_end.
        batch: what the messages are about.
        who: the header's fields on the sender and on who is paid.
    """
    body = _body(layout, records)
    headers = render(layout, layout.header.code, _headers(batch, who))
    trailers = render(layout, layout.trailer.record, _trailers(layout, records, amounts, batch))
    for place, (end, path) in enumerate(batch.paths.items()):
        lines = body.filter(pl.col("quarter_end") == end)["line"]
        text = pl.concat([headers[place : place + 1], lines, trailers[place : place + 1]]).to_frame()
        digest = _written_lines(path, text)
        yield written(path, amounts.filter(pl.col("quarter_end") == end), batch, mapping="", sha256=digest)


def written(path: Path, amounts: pl.DataFrame, batch: Batch, *, mapping: str, sha256: str) -> Written:
    """The account of a file of claims that is on disk; `amounts` as in `write_messages`, this file's only."""
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


def _headers(batch: Batch, who: dict[str, str]) -> pl.DataFrame:
    """Records 01, one per message; the claim period ends with the invoice."""
    ends = pl.DataFrame({"invoice_date": list(batch.paths)})
    return ends.with_columns(
        message_kind_code=pl.lit("P"),
        insurer_code=pl.lit(batch.insurer.insurer_code),
        claim_period_start_date=pl.lit(dt.date(batch.year, 1, 1)),
        claim_period_end_date="invoice_date",
        invoice_number=pl.format("F{}{}", pl.lit(batch.year), pl.col("invoice_date").dt.strftime("%y%m")),
        currency_code=pl.lit("EUR"),
        **{name: pl.lit(value) for name, value in who.items()},
    )


def _trailers(
    layout: Layout, records: dict[str, pl.DataFrame], amounts: pl.DataFrame, batch: Batch
) -> pl.DataFrame:
    """Records 99, one per message."""
    ends = pl.DataFrame({"quarter_end": list(batch.paths)})
    totals = _by_message(ends, amounts, pl.col("declared_cents").sum())
    counts = {code: _by_message(ends, frame, pl.len()) for code, frame in records.items()}
    return pl.DataFrame(
        {
            **{
                field: [
                    sum(each)
                    for each in zip(*(counts[code] for code in codes if code in counts), strict=True)
                ]
                or [0] * len(totals)
                for field, codes in layout.trailer.counts.items()
            },
            layout.trailer.total: [abs(cents) for cents in totals],
            layout.trailer.sign: ["C" if cents < 0 else "D" for cents in totals],
        }
    )


def _by_message(ends: pl.DataFrame, frame: pl.DataFrame, what: pl.Expr) -> list[int]:
    """A sum or count over the records of each message, in order; 0 where there are none."""
    found = frame.group_by("quarter_end").agg(value=what.cast(pl.Int64))
    return (
        ends.join(found, on="quarter_end", how="left", maintain_order="left")["value"].fill_null(0).to_list()
    )


def _reference(year: str, number: str) -> pl.Expr:
    return pl.format("{}{}", year, pl.col(number).cast(pl.String).str.zfill(8))
