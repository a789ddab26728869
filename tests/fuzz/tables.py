"""Fuzz the readers of tables: any bytes as CSV, Parquet or workbook end as rows, rejected rows, or one refusal.

`python -m tests.fuzz.tables --seconds 30`. The corpus begins with the same small table in each form. The first byte of
an input chooses how much the mapping says of the form.
"""

from __future__ import annotations

import atheris

with atheris.instrument_imports(include=["pipeline.intake.tables"]):
    from pipeline.intake import tables

import argparse
import io
import sys
import tempfile
import zipfile
from pathlib import Path

import polars as pl
import xlsxwriter
import yaml

from pipeline.errors import FileRefusedError, LayoutError
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.staging import FileFacts, StagedTable
from tests.table_files import HEADER, PAYMENT, lines

LONGEST = 20_000
MEMORY_MB = 2_048
SLOWEST_SECONDS = 10

ROW = ("B1", "01990001", "01-01-2025", "3", "15-01-2025", "1.234,50")
FORMS: tuple[dict[str, object], ...] = (
    {},
    {"separator": ";", "quote": '"', "dates": "%d-%m-%Y", "decimal": ","},
    {"dates": "excel", "decimal": ".", "thousands": ","},
    {"encoding": "utf-16", "decimal": ""},
    {"kind": "Parquet", "decimal": ","},
    {"kind": "XLSX", "decimal": ",", "header_row": 2},
    {"kind": "XLSX", "decimal": ",", "dates": "%d-%m-%Y"},
)
AS_SHEET = len(FORMS) - 1
"""The choice for which the bytes are the XML of a sheet, put into a workbook: few mutations of a zip file are one."""

SHEET = "xl/worksheets/sheet1.xml"


def corpus() -> list[bytes]:
    """The same table in many forms, and what spoils it."""
    text = lines(ROW, ('"B;""2\n"', *ROW[1:]), ROW[:-1], ('"B3', *ROW[1:]))
    frame = pl.DataFrame([dict(zip(HEADER, ROW, strict=True))])
    parquet, book = io.BytesIO(), workbook()
    frame.write_parquet(parquet, compression="uncompressed")
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read(SHEET)
    encoded = [text.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")]
    return [bytes([choice]) + content for choice in (0, 1) for content in encoded] + [
        b"\x04" + parquet.getvalue(),
        b"\x05" + book,
        bytes([AS_SHEET]) + sheet,
    ]


def workbook(sheet: bytes | None = None) -> bytes:
    """A workbook with the table, or with this XML as its sheet."""
    book, changed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(book) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, (*ROW[:3], 3, 45_672, 1234.5))
        page.write_row(2, 0, ROW)
    if sheet is None:
        return book.getvalue()
    with zipfile.ZipFile(book) as archive, zipfile.ZipFile(changed, "w") as other:
        for name in archive.namelist():
            other.writestr(name, sheet if name == SHEET else archive.read(name))
    return changed.getvalue()


def one_input(data: bytes) -> None:
    """Read these bytes as a table.

    Raises:
        AssertionError: when the rows of a table that was not refused do not add up.
    """
    path = FOLDER / "table.bin"
    choice = data[0] % len(FORMS) if data else 0
    path.write_bytes(workbook(data[1:]) if choice == AS_SHEET else data[1:])
    try:
        source = SourceFile.at(path, workspace=FOLDER)
        *blocks, facts = tables.read(source, MAPPINGS[choice], 2025)
    except (FileRefusedError, LayoutError):
        return
    assert isinstance(facts, FileFacts)
    staged = [block for block in blocks if isinstance(block, StagedTable)]
    assert facts.records["row"] == sum(block.rows.height for block in staged)
    for block in staged:
        assert block.rows["row_number"].is_unique().all()
        assert block.findings["row_number"].is_in(block.rows["row_number"].implode()).all()


def mappings() -> list[tables.MappingFile]:
    """A mapping for each of `FORMS`."""
    loaded = []
    for place, form in enumerate(FORMS):
        path = FOLDER / f"{place}.yaml"
        path.write_text(yaml.safe_dump(PAYMENT | {"format": form}), encoding="utf-8")
        loaded.append(tables.load_mapping(path))
    return loaded


def main() -> None:
    """Fuzz for a while; libFuzzer ends the process with another code than 0 at the first input that fails."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=30)
    asked = options.parse_args()
    seeds = FOLDER / "corpus"
    seeds.mkdir()
    for place, seed in enumerate(corpus()):
        (seeds / f"{place}.bin").write_bytes(seed)
    limits = (
        f"-max_total_time={asked.seconds}",
        f"-max_len={LONGEST}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-timeout={SLOWEST_SECONDS}",
        f"-artifact_prefix={FOLDER}/",
    )
    atheris.Setup([sys.argv[0], *limits, str(seeds)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = Path(folder)
        MAPPINGS = mappings()
        main()
