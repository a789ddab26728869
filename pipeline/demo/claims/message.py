"""What all claims messages have in common: the lines with their person, the insured, and the performance records.

Per insured a record 02, then the records of each performance. How they become files is in `message_files`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.demo.care.services import services
from pipeline.demo.files import RegionFile
from pipeline.demo.parameters import Insurer
from pipeline.intake.messages.record_layout import Layout

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

_REGISTERED = "J"  # the provider has the person's insurance on record


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


@dataclass(frozen=True)
class Contents:
    """What the messages of a batch hold, before it is cut into files.

    `records` are the detail records by code: columns are fields of the layout, and those of `ORDER`. `amounts` are the
    lines with money: the ledger's columns but supplier and file, quarter_end, and in an answer awarded_cents. `opening`
    are fields of the opening records that are the same in all: who sends and who is paid.
    """

    layout: Layout
    records: dict[str, pl.DataFrame]
    amounts: pl.DataFrame
    opening: dict[str, str]


Compose = Callable[[pl.DataFrame, pl.DataFrame], Contents]
"""From the lines of `declare` of one insurer, and the people of `simulate_people`, to contents of messages."""


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


def insured_records(whole: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Records 02, as far as the layout has the fields: per invoice each person once per label.

    Deaths are known up to the invoice.
    """
    dead = (pl.col("death_date") <= pl.col("quarter_end")).fill_null(value=False)
    records = whole.unique(ORDER[:3], keep="first", maintain_order=True).select(
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
        provider_registration_code=pl.lit(_REGISTERED),
        deceased_code=pl.when(dead).then(pl.lit("1")).otherwise(pl.lit("2")),
    )
    return records.select(name for name in records.columns if name in (*ORDER, *layout.records["02"].fields))


def performance_records(whole: pl.DataFrame, **own: pl.Expr | str) -> pl.DataFrame:
    """Records 04 of standards in which they carry the money; `own` are the fields of this standard only.

    Args:
        whole: of `enriched`, with performance_code and declared_cents.
        own: the standard's further fields.
    """
    return whole.select(
        *ORDER[:4],
        rank=pl.format("04{}", "provider_code"),  # numbers are each provider's own
        bsn="bsn",
        insurer_code="insurer_code",
        insured_number="policy_number",
        forwarding_allowed_code=pl.lit("1"),
        performance_code="performance_code",
        treating_caregiver_code="provider_code",
        declared_cents=pl.col("declared_cents").abs(),
        declared_sign="debit_credit",
        line_reference=pl.format("P{}", "reference"),
        corrected_line_reference=pl.format("P{}", "corrected"),
        **own,
    )


def calculated() -> dict[str, pl.Expr | str]:
    """The calculated amount: what is asked of whoever pays, here all of it to the insurer."""
    return {"calculated_cents": pl.col("declared_cents").abs(), "calculated_sign": "debit_credit"}


def _reference(year: str, number: str) -> pl.Expr:
    return pl.format("{}{}", year, pl.col(number).cast(pl.String).str.zfill(8))
