"""A hospital's claims of a year as one ZH308 9.0 message: a header, its insured with their care, a trailer.

Per insured a record 02, then per performance a 04 with one or two 06 (what the institution's costs and the
specialists' fee come to) and, for operations, a 16. All records but the first and last are numbered through.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.demo.claims_records import ORDER, claim_records
from pipeline.demo.files import RegionFile, publish
from pipeline.demo.identities import spoil_bsns
from pipeline.demo.parameters import Hospital, Insurer
from pipeline.intake import layouts
from pipeline.intake.render import render

_PAY_INSTITUTION = "04"  # the fourth of the header's parties


def write_claims_message(
    path: Path,
    lines: pl.DataFrame,
    persons: pl.DataFrame,
    *,
    insurer: Insurer,
    hospital: Hospital,
    year: int,
    defects: tuple[np.random.Generator, float],
) -> RegionFile:
    """Write one hospital's message of one year.

    Args:
        path: the file to make.
        lines: of `declare`, this hospital's only.
        persons: of `simulate_people`.
        insurer: who is to pay.
        hospital: who declares.
        year: the year whose care it holds.
        defects: the generator and the share of persons whose BSN fails on purpose.
    """
    patients = spoil_bsns(persons.join(lines, on="person", how="semi", maintain_order="left"), *defects)
    # By then the last product opened in the year has closed, at most 120 days later.
    invoiced = dt.date(year + 1, 4, 30)
    records = claim_records(lines, patients, insurer, hospital, invoiced)
    cents = int(records.tariffs["cents"].sum())
    text = _message(records.by_code, _header(insurer, hospital, year, invoiced), cents)
    defective = records.tariffs.filter("is_defective")
    digest = publish(
        path,
        lambda unfinished: text.to_frame().write_csv(
            unfinished, include_header=False, quote_style="never", line_terminator="\r\n"
        ),
    )
    return RegionFile(
        supplier=insurer.supplier,
        path=path.name,
        table="claim_line",
        mapping="",
        year=year,
        rows=records.tariffs.height,
        cents=cents,
        defective_rows=defective.height,
        defective_cents=int(defective["cents"].sum()),
        sha256=digest,
    )


def _header(insurer: Insurer, hospital: Hospital, year: int, invoiced: dt.date) -> pl.DataFrame:
    """The opening record; the declaration period ends with the invoice."""
    return pl.DataFrame(
        {
            "message_kind_code": "P",
            "insurer_code": insurer.insurer_code,
            "institution_code": hospital.provider_code,
            "payee_code": _PAY_INSTITUTION,
            "claim_period_start_date": dt.date(year, 1, 1),
            "claim_period_end_date": invoiced,
            "invoice_number": f"F{year}",
            "invoice_date": invoiced,
            "currency_code": "EUR",
        }
    )


def _message(records: dict[str, pl.DataFrame], header: pl.DataFrame, cents: int) -> pl.Series:
    """All lines of the message, in order."""
    layout = layouts.load("ZH308", "9.0")
    order = pl.concat([frame.select(ORDER) for frame in records.values()]).sort(ORDER)
    order = order.with_row_index("detail_record_number", offset=1)
    lines = []
    for code, frame in records.items():
        numbered = frame.join(order, on=ORDER, validate="1:1")
        text = render(layout, code, numbered.drop(ORDER))
        lines.append(numbered.select("detail_record_number").with_columns(text.alias("line")))
    body = pl.concat(lines).sort("detail_record_number")["line"]
    counts = {
        field: sum(records[code].height for code in codes if code in records)
        for field, codes in layout.trailer.counts.items()
    }
    total = {layout.trailer.total: abs(cents), layout.trailer.sign: "C" if cents < 0 else "D"}
    trailer = render(layout, "99", pl.DataFrame({**counts, **total}))
    return pl.concat([render(layout, "01", header), body, trailer])
