"""Performances as wide rows: their own fields beside those of their insured and message, judged and mapped.

A performance is a debit or a credit. What is wrong with an insured is a fault of each of its performances; of records
within a performance only the one that a pick takes counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.canonical import canonical_table
from pipeline.errors import LayoutError
from pipeline.intake.columns.mapping import TableMapping
from pipeline.intake.gds.judging import checks_of, repetitions, without_prefix
from pipeline.intake.gds.layout import COUNT, INSURED, MESSAGE, Record, XmlLayout
from pipeline.intake.gds.picks import picked
from pipeline.intake.gds.records import RecordFrame
from pipeline.intake.messages.message_refs import message_reference, reference_fields, references
from pipeline.intake.rules.field_rules import FieldForm, judge_fields
from pipeline.intake.rules.findings import Check, together, violations
from pipeline.intake.staging import StagedTable


@dataclass(frozen=True, eq=False)
class Staging:
    """How the performances of one record ('debit', 'credit') become rows of one canonical table."""

    layout: XmlLayout
    record: Record
    mapping: TableMapping
    amount: str

    def stage(
        self, found: Mapping[str, RecordFrame], message: Mapping[str, str], numbers: NDArray[np.int64]
    ) -> StagedTable:
        """The performances of a piece of a message.

        Args:
            found: the records of the piece.
            message: the fields of the message itself, by name, where they are filled.
            numbers: the row number of each performance.
        """
        wide = self._wide(found, message, numbers)
        rows = self.mapping.rows(wide, self.layout.notation).with_columns(wide.select(references(self._raw)))
        return StagedTable(
            table=self.mapping.table,
            record_code=self.record.element,
            rows=rows,
            findings=together([self._judged(wide), self._repeated(found, numbers)]),
            delivered_rows=wide.height,
            delivered_cents=int(rows["declared_cents"].sum()),
            is_answer=bool(self.layout.answers),
        )

    def message_ref(self, message: Mapping[str, str]) -> str | None:
        """By what this message is known in its answer, or the message that it answers."""
        texts = pl.DataFrame({f"{MESSAGE}.{name}": [message.get(name)] for name in self._message_fields})
        ref: str | None = texts.select(message_reference(self._raw)).item()
        return ref

    def cents(self, found: Mapping[str, RecordFrame]) -> int:
        """What the performances of a piece add to the closing total; an amount that is no number is nothing."""
        amount = found[self.record.name].fields.select(self.layout.notation.cents(pl.col(self.amount)).sum())
        size = int(amount.item())
        return -size if self.record.constants.get("sign") == "C" else size

    def _wide(
        self, found: Mapping[str, RecordFrame], message: Mapping[str, str], numbers: NDArray[np.int64]
    ) -> pl.DataFrame:
        own = found[self.record.name]
        insured = found[INSURED].fields[own.within]
        said = (
            pl.lit(message.get(name), dtype=pl.String).alias(f"{MESSAGE}.{name}")
            for name in self._message_fields
        )
        inner = [
            frame
            for name, record in self.layout.records.items()
            if record.within == self.record.name
            for frame in self._inner(name, found[name], own.fields.height)
        ]
        number = pl.Series(numbers, dtype=pl.UInt32)
        wide = pl.concat([own.fields, insured, *inner], how="horizontal")
        return wide.with_columns(*said, row_number=number, line_number=number)

    def _inner(self, name: str, records: RecordFrame, height: int) -> list[pl.DataFrame]:
        """How many records of this kind each performance has, and what the picks take of them."""
        counted = np.bincount(records.within, minlength=height)
        count = pl.DataFrame({f"{name}.{COUNT}": counted}).cast(pl.String)
        picks = (pick for pick in self.layout.picks.values() if pick.record == name)
        return [count, *(picked(pick, records, height) for pick in picks)]

    @property
    def _raw(self) -> Mapping[str, Any]:
        return self.layout.canonical[self.mapping.table.name][self.record.name]

    @property
    def _message_fields(self) -> Iterable[str]:
        return self.layout.records[MESSAGE].fields

    @cached_property
    def _checks(self) -> list[tuple[Record, list[FieldForm], list[Check]]]:
        """What is judged, of the insured and of the performance itself."""
        judged = (self.layout.records[INSURED], self.record)
        return [(record, *checks_of(self.layout, record, self.mapping)) for record in judged]

    def _judged(self, wide: pl.DataFrame) -> pl.DataFrame:
        """Findings on the fields and by the rules; of the insured under its own element."""
        found = []
        for record, forms, checks in self._checks:
            fields = judge_fields(wide, forms, self.layout.notation, record_code=record.element)
            found.append(without_prefix(fields, record.name))
            found.append(violations(wide, checks, record_code=record.element, line="line_number"))
        return together(found)

    def _repeated(self, found: Mapping[str, RecordFrame], numbers: NDArray[np.int64]) -> pl.DataFrame:
        """A finding where a field stands more than once."""
        own = found[self.record.name]
        places = [(int(numbers[row]), self.record.element, name) for row, name in own.repeated]
        for row, name in found[INSURED].repeated:
            element = self.layout.records[INSURED].element
            places += [(number, element, name) for number in numbers[own.within == row].tolist()]
        return repetitions(places)


@cache
def stagings(layout: XmlLayout, *folders: Path) -> dict[str, Staging]:
    """By record, how its performances become canonical rows; `folders` may hold code lists.

    Raises:
        LayoutError: when a mapping names a column, field or rule that does not exist.
    """
    made = {}
    for table, by_record in layout.canonical.items():
        for name, raw in by_record.items():
            try:
                mapping = TableMapping.parse(canonical_table(table), raw["bsn"], raw["columns"], *folders)
                fields = [*mapping.references(), *reference_fields(raw)]
                amount = f"{name}.{layout.total.of[name]}"
            except (KeyError, TypeError) as error:
                raise LayoutError(
                    f"Table {table} lacks {error}", where=f"the layout of {layout.title}"
                ) from error
            for path in fields:
                layout.kind(path)
            made[name] = Staging(layout, layout.records[name], mapping, amount)
    return made
