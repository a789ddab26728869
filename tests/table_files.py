"""Small tables in files of any form, read through a mapping, for the tests of tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipeline.intake import tables
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.staging import FileFacts, StagedTable

BSN = "123456782"

PAYMENT: dict[str, Any] = {
    "table": "non_claim_payment",
    "source": "a payments ledger",
    "person": "none",
    "columns": {
        "payment_ref": "nummer",
        "insurer_code": {"constant": "9991"},
        "provider_code": "agb",
        "kind_code": {"constant": "advance"},
        "care_type_code": {"constant": "hospital_product"},
        "from_month": "vanaf",
        "paid_months": "maanden",
        "paid_date": "betaald",
        "paid_cents": {"amount": "bedrag"},
    },
}
"""A mapping that says nothing of the form of its files: a reference, a code, two dates, a count and an amount."""

HEADER = ("nummer", "agb", "vanaf", "maanden", "betaald", "bedrag")


@dataclass(frozen=True)
class ReadTable:
    """What came of a file: all its rows, findings as (line, field, rule), facts and cents."""

    rows: pl.DataFrame
    findings: list[tuple[int, str, str]]
    facts: FileFacts
    cents: int

    def column(self, name: str) -> list[Any]:
        """The values of a canonical column."""
        return self.rows[name].to_list()


def read_file(
    path: Path, described: dict[str, Any] = PAYMENT, year: int | None = 2025, **form: Any
) -> ReadTable:
    """Read a file through a mapping; `form` is its `format`."""
    mapping = path.parent / "mapping.yaml"
    mapping.write_text(yaml.safe_dump(described | {"format": form}, allow_unicode=True), encoding="utf-8")
    source = SourceFile.at(path, workspace=path.parent)
    *blocks, facts = tables.read(source, tables.load_mapping(mapping), year)
    assert isinstance(facts, FileFacts)
    staged = [block for block in blocks if isinstance(block, StagedTable)]
    findings = pl.concat([block.findings for block in staged]) if staged else pl.DataFrame()
    columns = ("line_number", "field", "rule")
    return ReadTable(
        rows=pl.concat([block.rows for block in staged]) if staged else pl.DataFrame(),
        findings=list(findings.select(columns).iter_rows()) if findings.height else [],
        facts=facts,
        cents=sum(block.delivered_cents for block in staged),
    )


def read_text(
    folder: Path, text: str, written_in: str = "utf-8", described: dict[str, Any] = PAYMENT, **form: Any
) -> ReadTable:
    """Write a CSV and read it."""
    path = folder / "table.csv"
    path.write_bytes(text.encode(written_in))
    return read_file(path, described, **form)


def lines(*rows: tuple[str, ...], separator: str = ";", end: str = "\r\n") -> str:
    """Rows of cells below the header, as they are."""
    return "".join(separator.join(row) + end for row in (HEADER, *rows))
