"""Small messages and judges of BSNs for the intake's tests.

A ZH308 message is made from a performance (record 04) and a tariff (record 06) per line, an AP304 message from a
dispensing (record 04), each given as what differs from the ordinary one below; the closing record agrees with
the contents unless told otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.intake.check import CheckedFile, check_file
from pipeline.intake.messages import layouts
from pipeline.intake.messages.record_layout import Layout
from pipeline.intake.messages.render import render

BSN = "123456782"  # passes the eleven test; a number that people use for tests
OTHER_BSN = "111222333"
ZH308 = layouts.load("ZH308", "9.0")
AP304 = layouts.load("AP304", "8.0")

KEY: dict[str, Any] = {
    "bsn": BSN,
    "insurer_code": "9991",
    "performance_list_code": "041",
    "performance_code": "15A123",
    "performance_start_date": dt.date(2025, 3, 1),
    "performance_sequence_number": 1,
}
PERFORMANCE: dict[str, Any] = {
    "birth_date": dt.date(1950, 1, 1),
    "performance_end_date": dt.date(2025, 5, 20),
    "care_product_code": "199299011",
    "care_trajectory_number": "T77",
    "treating_specialism_code": "0305",
    "diagnosis_code": "1701",
    "referring_caregiver_code": "01012345",
    "quantity": 1,
    "redeclaration_code": "00",
    "quantity_sign": "D",
    "line_reference": "P1",
}
TARIFF: dict[str, Any] = {
    "tariff_kind_code": "02",
    "calculated_sign": "D",
    "declared_cents": 12_345,
    "declared_sign": "D",
    "line_reference": "R1",
}
HEADER: dict[str, Any] = {
    "message_kind_code": "P",
    "insurer_code": "9991",
    "institution_code": "06990001",
    "payee_code": "03",
    "claim_period_start_date": dt.date(2025, 1, 1),
    "claim_period_end_date": dt.date(2026, 4, 30),
    "invoice_number": "F1",
    "invoice_date": dt.date(2026, 4, 30),
    "currency_code": "EUR",
}

DISPENSING: dict[str, Any] = {
    "bsn": BSN,
    "insurer_code": "9991",
    "performance_date": dt.date(2025, 3, 1),
    "performance_list_code": "001",
    "performance_code": "99000101",  # in the list of articles: metformin 500 mg, a quarter of a DDD
    "dispensing_unit_code": "ST",
    "quantity": 90_000,
    "treating_practice_code": "02990001",
    "referring_caregiver_code": "01990001",
    "declared_cents": 1_350,
    "declared_sign": "D",
    "line_reference": "A1",
}


def zh308(
    *,
    performances: Sequence[Mapping[str, Any]] = ({},),
    tariffs: Sequence[Mapping[str, Any]] = ({},),
    header: Mapping[str, Any] | None = None,
    trailer: Mapping[str, Any] | None = None,
) -> list[str]:
    """The lines of a message: 01, the performances, the tariffs, 99."""
    lines = [
        *_records("01", [HEADER | dict(header or {})]),
        *_records("04", [KEY | PERFORMANCE | dict(said) for said in performances]),
        *_records("06", [KEY | TARIFF | dict(said) for said in tariffs]),
    ]
    closing = {
        "performance_record_count": len(performances),
        "tariff_record_count": len(tariffs),
        "detail_record_count": len(performances) + len(tariffs),
        **_total([TARIFF | dict(tariff) for tariff in tariffs]),
    }
    return [*lines, *_records("99", [closing | dict(trailer or {})])]


def ap304(
    *,
    dispensings: Sequence[Mapping[str, Any]] = ({},),
    header: Mapping[str, Any] | None = None,
) -> list[str]:
    """The lines of a pharmacies' message, as a service bureau sends it: 01, the dispensings, 99."""
    bureau = {name: value for name, value in HEADER.items() if name != "institution_code"}
    lines = [DISPENSING | dict(said) for said in dispensings]
    closing = {"performance_record_count": len(lines), "detail_record_count": len(lines), **_total(lines)}
    return [
        *_records("01", [bureau | dict(header or {})], AP304),
        *_records("04", lines, AP304),
        *_records("99", [closing], AP304),
    ]


def put(line: str, field: str, text: str, record: str = "06", layout: Layout = ZH308) -> str:
    """The line with raw text in a field, whether it fits the field's type or not."""
    place = layout.records[record].fields[field]
    return line[: place.start - 1] + text.ljust(place.length) + line[place.end :]


def check_lines(lines: Sequence[str], folder: Path, *, end: str = "\r\n") -> CheckedFile:
    """Write the lines to a file and check it, every number of nine digits but OTHER_BSN being a good BSN."""
    path = folder / "message.asc"
    path.write_bytes("".join(line + end for line in lines).encode("latin-1"))
    return check_file(path, judge_bsn=judge_all_but_other)


def judge_all_but_other(numbers: pl.Series) -> pl.DataFrame:
    """Stands in for the eleven test, which has tests of its own: OTHER_BSN fails, all others pass."""
    return pl.DataFrame({"normalised": numbers.str.zfill(9), "number": numbers}).select(
        pl.when(pl.col("number") != OTHER_BSN).then("normalised").alias("normalised"),
        reason=pl.when(pl.col("number") == OTHER_BSN).then(pl.lit("eleven_test")),
    )


def found(checked: CheckedFile) -> list[tuple[int, int, str, str, str]]:
    """The findings as (rejected row, line to mend, record, field, rule)."""
    columns = ("row_number", "line_number", "record_code", "field", "rule")
    return list(checked.rejected.select(columns).iter_rows())


def _total(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the closing record says of the amount; one that is no number counts as nothing."""
    cents = sum(
        amount if said["declared_sign"] == "D" else -amount
        for said in lines
        if isinstance(amount := said["declared_cents"], int)
    )
    return {"declared_total_cents": abs(cents), "declared_total_sign": "C" if cents < 0 else "D"}


def _records(code: str, rows: Sequence[Mapping[str, Any]], layout: Layout = ZH308) -> list[str]:
    if not rows:
        return []
    return render(layout, code, pl.DataFrame(rows, infer_schema_length=None)).to_list()
