"""What is wrong with the fields of the records of a message, every kind of them; and what comes of a fault.

opening record         the file is refused: whatever it says holds for all rows
record with the money  its row is rejected; likewise for the records that are joined to it (`records_to_rows`)
first kind of detail   every row of its group is rejected: it says whose care it is (`insured_records`)
any other kind         told, no more: no row depends on it
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from pipeline.errors import FileRefusedError
from pipeline.intake.messages.form_faults import detail_codes
from pipeline.intake.messages.record_block import RecordBlock, Records
from pipeline.intake.messages.record_layout import Layout, Record
from pipeline.intake.rules.field_rules import judge_records
from pipeline.intake.rules.findings import FINDINGS
from pipeline.intake.rules.own_names import in_own_words

AGAIN = "Correct it in your software and write the message again, or have it sent again."


def faults(records: Records) -> pl.DataFrame:
    """The findings on these records, by line; those that are surely in form are not looked at."""
    doubtful = records.where(~records.surely_in_form())
    if not doubtful.height:
        return FINDINGS.to_frame()
    return judge_records(doubtful.fields().with_columns(row_number="line_number"), records.record)


def passed_on(found: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Faults of records, once for each row that depends on them; `links` has row_number and other_line."""
    if found.is_empty():
        return found
    rows = links.select("row_number", line_number="other_line")
    return found.drop("row_number").join(rows, on="line_number", how="inner").select(found.columns)


def require_sound_opening(opening: Records, name: str) -> None:
    """Refuse the file of this name for its opening record.

    Raises:
        FileRefusedError: when a field has a fault; it names them all.
    """
    found = _named(faults(opening), opening.record)
    if found.height:
        raise FileRefusedError(
            f"The opening record has faults: {'; '.join(found['reason'])}",
            where=f"{name}, line 1, field {found['own_name'][0]}",
            remedy=AGAIN,
        )


@dataclass
class OtherFaults:
    """Faults of records on which no row depends: by record and reason how many, and the line of the first."""

    layout: Layout
    found: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def add(self, block: RecordBlock) -> None:
        """Judge a block too."""
        for code in _others(self.layout):
            records = block.records(code)
            found = faults(records) if records.height else FINDINGS.to_frame()
            found = _named(found, records.record)
            counted = found.group_by("reason", maintain_order=True).agg(
                pl.len(), pl.col("line_number").first()
            )
            for reason, count, line in counted.iter_rows():
                before, first = self.found.get((code, reason), (0, line))
                self.found[code, reason] = (before + count, first)

    def warnings(self) -> tuple[str, ...]:
        """A sentence for each."""
        return tuple(
            f"Record {code}: {reason}, in {f'{count:,} records, first in' if count > 1 else '1 record,'} line {line}; "
            "no row depends on it."
            for (code, reason), (count, line) in sorted(self.found.items())
        )


def _named(found: pl.DataFrame, record: Record) -> pl.DataFrame:
    """The findings on one kind of record, with `own_name`, in the words of the standard."""
    names = {(record.code, name): field.own_name for name, field in record.fields.items()}
    return in_own_words(found.lazy(), names).collect()


def _others(layout: Layout) -> list[str]:
    """The kinds that make no row, and no group of rows."""
    used = {layout.header.code, detail_codes(layout)[0]}
    for raw in layout.canonical.values():
        used |= {raw["record"], *(join["record"] for join in raw["joins"])}
    return [code for code in layout.records if code not in used]
