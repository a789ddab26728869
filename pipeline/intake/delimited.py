"""Read a CSV file through a supplier's mapping file.

A mapping is YAML: `table` (canonical table), `source` (whose columns these are), `format` (separator, dates,
decimal), `person` (the column of the BSN, or `none`), and `columns`, one rule per canonical column (see
`mapping`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipeline.canonical import canonical_table
from pipeline.errors import FileRefusedError, LayoutError, OcmoError
from pipeline.intake.field_rules import judge_fields
from pipeline.intake.findings import together, violations
from pipeline.intake.mapping import TableMapping
from pipeline.intake.notation import Notation
from pipeline.intake.source_file import SourceFile
from pipeline.intake.staging import StagedTable
from pipeline.yaml_faults import yaml_fault

KEYS = {"table", "source", "format", "person", "columns"}
FORMAT_KEYS = {"separator", "dates", "decimal"}

_SWAPPED = "Give the mapping's YAML file, not the file that it reads."


@dataclass(frozen=True)
class DelimitedMapping:
    """A mapping file: how the text is written, and the rules. `digest` names the mapping's contents."""

    mapping: TableMapping
    separator: str
    notation: Notation
    digest: str


def load_mapping(path: Path, *folders: Path) -> DelimitedMapping:
    """The mapping file at this path; `folders` may hold the code lists that it names.

    Raises:
        LayoutError: when it is no mapping, with the file and the key that is wrong.
    """
    try:
        content = path.read_bytes()
        raw = yaml.safe_load(content)
    except OSError as error:
        raise LayoutError(f"The mapping cannot be read ({error.strerror})", where=path.name) from None
    except (yaml.YAMLError, ValueError) as error:
        what, where = yaml_fault(error, path.name)
        raise LayoutError(f"This is no mapping: {what}", where=where, remedy=_SWAPPED) from None
    if not isinstance(raw, dict):
        raise LayoutError("This is no mapping: it has no keys", where=path.name, remedy=_SWAPPED)
    try:
        return _parse(raw, hashlib.sha256(content).hexdigest(), folders)
    except OcmoError as error:
        raise LayoutError(error.what, where=path.name, remedy=error.remedy) from error
    except (TypeError, KeyError, AttributeError) as error:
        raise LayoutError(f"This is no mapping ({type(error).__name__}: {error})", where=path.name) from error


def stage_delimited(source: SourceFile, described: DelimitedMapping, year: int | None) -> StagedTable:
    """The canonical table that this file delivers; `year` is the period of the delivery.

    Raises:
        FileRefusedError: when the file is no table of this form, or a column of the mapping is absent.
        LayoutError: when the mapping needs a period and there is none.
    """
    mapping, notation = described.mapping, described.notation
    raw = _read(source, described.separator)
    missing = sorted(set(mapping.references()) - set(raw.columns))
    if missing:
        # The header that was found is not repeated: where there is none, it is somebody's data.
        raise FileRefusedError(
            f"The first line does not name the columns {', '.join(missing)}",
            where=f"{source.name}, line 1",
            remedy="Mend the mapping, or ask for the file with its header.",
        )
    stripped = pl.col(mapping.references()).str.strip_chars()
    text = raw.select(pl.when(stripped != "").then(stripped)).with_row_index("row_number", offset=2)
    text = text.with_columns(line_number="row_number")
    findings = [
        judge_fields(text, mapping.forms(), notation),
        violations(text, mapping.checks(notation, year)),
    ]
    rows = mapping.rows(text, notation, year)
    money = mapping.table.money_column
    return StagedTable(
        table=mapping.table,
        record_code="",
        rows=rows,
        findings=together(findings),
        delivered_rows=raw.height,
        delivered_cents=int(rows[money].sum()) if money else 0,
    )


def _read(source: SourceFile, separator: str) -> pl.DataFrame:
    try:
        return pl.read_csv(source.utf8().rstrip(b"\r\n"), separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError:
        # The library's own message repeats what stands in the file.
        raise FileRefusedError(
            f"The file is no table with columns separated by '{separator}'",
            where=source.name,
            remedy="Every line needs as many columns as the first, and quotes must be closed.",
        ) from None


def _parse(raw: Mapping[str, Any], digest: str, folders: tuple[Path, ...]) -> DelimitedMapping:
    for known, given in ((KEYS, raw), (FORMAT_KEYS, raw["format"])):
        differing = sorted(known ^ set(given))
        if differing:
            raise LayoutError(
                f"Missing or unknown: {', '.join(differing)}",
                remedy=f"The keys are {', '.join(sorted(known))}.",
            )
    form = raw["format"]
    return DelimitedMapping(
        mapping=TableMapping.parse(canonical_table(raw["table"]), raw["person"], raw["columns"], *folders),
        separator=form["separator"],
        notation=Notation(dates=form["dates"], decimal=form["decimal"]),
        digest=digest,
    )
