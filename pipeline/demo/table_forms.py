"""The region's tables as other systems would write them: further dialects of CSV, Parquet, and workbooks.

The same rows and values as in the region's own CSV files, each with a mapping that leaves the form of the file to be
found. So every form can be read on volume, and must come to the same rows and cents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import polars as pl
import xlsxwriter
import yaml

from pipeline.demo.exports import described
from pipeline.demo.files import RegionFile, mapping_path, publish
from pipeline.errors import SettingsError
from pipeline.intake.columns.notation import Notation
from pipeline.intake.tables import load_mapping

MADE_ON = dt.datetime(2026, 1, 1)
"""The day that a workbook says it was made: the same each time."""

EUROS = pl.Decimal(18, 2)

Write = Callable[[pl.DataFrame, Path], object]
"""Writes a table with typed dates, counts and amounts (`EUROS`) to a path."""


@dataclass(frozen=True)
class CsvStyle:
    """A dialect of CSV: how cells are parted, and how dates and amounts are written."""

    separator: str
    encoding: str
    line_end: str
    dates: str
    decimal: str
    thousands: str = ""
    quotes_all: bool = False
    minus_behind: bool = False

    def __call__(self, typed: pl.DataFrame, path: Path) -> None:
        """Write the rows below a header."""
        amounts = (name for name, dtype in typed.schema.items() if dtype == EUROS)
        cells = typed.with_columns(
            pl.col(pl.Date).dt.strftime(self.dates),
            *(self._euros(pl.col(name)).alias(name) for name in amounts),
        )
        text = cells.write_csv(
            separator=self.separator,
            quote_style="always" if self.quotes_all else "necessary",
            line_terminator=self.line_end,
        )
        path.write_bytes(text.encode(self.encoding))

    def _euros(self, amount: pl.Expr) -> pl.Expr:
        cents = (amount * 100).cast(pl.Int64)
        whole = (cents.abs() // 100).cast(pl.String)
        if self.thousands:
            backwards = whole.str.reverse().str.replace_all(r"(\d{3})", f"${{1}}{self.thousands}")
            whole = backwards.str.reverse().str.strip_prefix(self.thousands)
        hundredths = (cents.abs() % 100).cast(pl.String).str.zfill(2)
        size = pl.concat_str(whole, pl.lit(self.decimal), hundredths)
        minus = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        return pl.concat_str(size, minus) if self.minus_behind else pl.concat_str(minus, size)


def _parquet(typed: pl.DataFrame, path: Path) -> None:
    typed.write_parquet(path)


def _workbook(typed: pl.DataFrame, path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": MADE_ON})
        typed.write_excel(book, dtype_formats={pl.Date: "dd-mm-yyyy"}, autofilter=False)


FORMS: dict[str, tuple[str, Write]] = {
    "comma": (".csv", CsvStyle(",", "utf-8-sig", "\n", "%Y-%m-%d", ".", quotes_all=True)),
    "tab": (".csv", CsvStyle("\t", "utf-16", "\r\n", "%d.%m.%Y", ",", thousands=".")),
    "pipe": (".csv", CsvStyle("|", "cp1252", "\r\n", "%Y%m%d", ",", minus_behind=True)),
    "parquet": (".parquet", _parquet),
    "xlsx": (".xlsx", _workbook),
}
"""By name the ending of the files, and what writes one."""


def write_tables(region: Path, out: Path, form: str, files: Iterator[RegionFile]) -> Iterator[RegionFile]:
    """Write each of these files that is a table in another form, and the mappings that read them.

    Args:
        region: the folder of the region that holds the files.
        out: where the files go, under the same paths, and the mappings, into `mappings/`.
        form: one of `FORMS`.
        files: of the region.

    Raises:
        SettingsError: when there is no such form.
    """
    if form not in FORMS:
        raise SettingsError("There is no such form of table", remedy=f"Choose one of {', '.join(FORMS)}.")
    suffix, write = FORMS[form]
    for file in files:
        if not file.mapping:
            continue
        mapping = out / "mappings" / f"{file.mapping}.yaml"
        if not mapping.exists():
            publish(mapping, partial(_write_formless, file.mapping))
        path = Path(file.path).with_suffix(suffix)
        digest = publish(out / path, partial(write, _typed(region / file.path, file.mapping)))
        yield replace(file, path=str(path), sha256=digest)


def _write_formless(mapping: str, path: Path) -> None:
    """The mapping without what it says of the form of its files."""
    raw = {key: value for key, value in described(mapping).items() if key != "format"}
    path.write_text(yaml.safe_dump(raw, sort_keys=False, allow_unicode=True), encoding="utf-8")


@cache
def _kinds(mapping: str) -> dict[str, str]:
    """What the columns of a source hold, by name: date, count or cents; text is left out."""
    forms = load_mapping(mapping_path(mapping)).mapping.forms()
    return {form.name: form.kind for form in forms if form.kind != "text"}


def _typed(path: Path, mapping: str) -> pl.DataFrame:
    form = described(mapping)["format"]
    notation = Notation(form["dates"], form["decimal"])
    rows = pl.read_csv(path, separator=form["separator"], infer_schema=False)
    reads: dict[str, Callable[[pl.Expr], pl.Expr]] = {
        "date": notation.date,
        "count": lambda text: text.cast(pl.Int64),
        "cents": lambda text: (notation.cents(text).cast(pl.Decimal(20, 2)) / 100).cast(EUROS),
    }
    kinds = _kinds(mapping)
    return rows.with_columns(
        reads[kinds[name]](pl.col(name)).alias(name) for name in rows.columns if name in kinds
    )
