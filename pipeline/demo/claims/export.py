"""The insurer's own export of claims that come in no Vektis message: GPs, physiotherapy, nursing, care hotel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipeline.demo.claims.message import Batch, Written, enriched_services
from pipeline.demo.claims.message_files import written
from pipeline.demo.exports import comma_euros, dutch_date, source_codes
from pipeline.demo.files import publish

MAPPING = "primary_care"
_WITHOUT_REFERRAL = ("gp_registration", "gp_chain_care", "gp_consultation")


def write_export_of_claims(lines: pl.DataFrame, people: pl.DataFrame, batch: Batch) -> Iterator[Written]:
    """Write the exports of one insurer, one per quarter of invoicing; each line has an invoice date of its own.

    Args:
        lines: of `declare`, of this insurer.
        people: of `simulate_people`.
        batch: what the exports are about.
    """
    whole = enriched_services(lines, people)
    for end, path in batch.paths.items():
        own = whole.filter(pl.col("quarter_end") == end)
        digest = _written_rows(path, _rows(own))
        yield written(path, own, batch, mapping=MAPPING, sha256=digest)


def _written_rows(path: Path, rows: pl.DataFrame) -> str:
    return publish(path, lambda unfinished: rows.write_csv(unfinished, separator=";"))


def _rows(whole: pl.DataFrame) -> pl.DataFrame:
    """The lines under the export's own column names."""
    kinds = source_codes(MAPPING, "care_type_code")
    referred = ~pl.col("care_type_code").is_in(_WITHOUT_REFERRAL)
    return whole.select(
        burgerservicenummer="bsn",
        uzovi="insurer_code",
        declaratieregel="reference",
        oorspronkelijke_regel="corrected",
        zorgsoort=pl.col("care_type_code").replace_strict(kinds, return_dtype=pl.String),
        prestatiecodelijst="performance_list_code",
        prestatiecode="performance_code",
        diagnosecode=pl.lit(None, dtype=pl.String),
        agb_declarant="provider_code",
        agb_verwijzer=pl.when(referred).then("referrer_code"),
        begindatum=dutch_date(pl.col("opening_date")),
        einddatum=dutch_date(pl.col("closing_date")),
        factuurdatum=dutch_date(pl.col("invoiced_date")),
        aantal="quantity",
        bedrag=comma_euros(pl.col("declared_cents").abs()),
        debet_credit="debit_credit",
    )
