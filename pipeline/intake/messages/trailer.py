"""Hold a message against its closing record: the counts of records, and the total amounts, added up block by block."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from pipeline.errors import TrailerMismatchError
from pipeline.intake.columns.notation import VEKTIS, integer, signed
from pipeline.intake.messages.record_block import RecordBlock
from pipeline.intake.messages.record_layout import Layout, Total
from pipeline.money import euros

AGREEING = (
    "Write the message out of your software again, or have it sent again; when it differs again, show this to the "
    "software's maker."
)


@dataclass
class ControlTotals:
    """What was read of a message so far: `records` by code, `cents` by field of the closing record."""

    layout: Layout
    records: Counter[str] = field(default_factory=Counter)
    cents: Counter[str] = field(default_factory=Counter)

    def add(self, block: RecordBlock) -> int:
        """Count a block too; the declared cents in it. An amount that is no number counts as zero."""
        self.records.update(block.counts())
        found = [self._added(block, total) for total in self.layout.trailer.totals]
        return found[0]

    def reconcile(self, block: RecordBlock, name: str) -> int:
        """Hold what was read against the closing record, in this last block; the declared cents that it states.

        They are those of the file, but in a return without detail records, which restates the declaration's.

        Raises:
            TrailerMismatchError: when a count or a total differs; names each field, what it says and what was
                counted.
        """
        trailer = self.layout.trailer
        closing = block.records(trailer.record).fields()
        says = closing.select(
            *(integer(pl.col(field)) for field in trailer.counts),
            *(_cents(total.field, total.sign) for total in trailer.totals),
        ).row(0, named=True)
        expected = self._expected()
        differing = [
            self._difference(field, says[field], found)
            for field, found in expected.items()
            if says[field] != found
        ]
        if differing:
            raise TrailerMismatchError(
                f"The closing record differs from the file: {'; '.join(differing)}",
                where=f"{name}, line {closing['line_number'][0]}, record {trailer.record}",
                remedy=self._remedy(),
            )
        return says[trailer.totals[0].field] or 0

    def by_code(self) -> dict[str, int]:
        """The records of every code of the layout, in its order."""
        return {code: self.records[code] for code in self.layout.records}

    def _difference(self, name: str, says: int | None, found: int) -> str:
        """What a field of the closing record says, under its name in the standard, and what the file holds."""
        field = self.layout.records[self.layout.trailer.record].fields[name]
        is_amount = name not in self.layout.trailer.counts
        said = "no number" if says is None else euros(says) if is_amount else f"{says:,}"
        held = f"the records add up to {euros(found)}" if is_amount else f"counted {found:,}"
        return f"{field.dutch_name} (positions {field.start}-{field.end}) says {said}, {held}"

    def _remedy(self) -> str:
        details = set(self.layout.records) - {self.layout.header.code, self.layout.trailer.record}
        if self.layout.answers and not any(self.records[code] for code in details):
            return (
                "An answer without records can only reject the message: what is awarded stands in its records. "
                "Ask the insurer for the answer with a record for each line."
            )
        return AGREEING

    def _added(self, block: RecordBlock, total: Total) -> int:
        details = block.records(total.of_record).fields(total.of_field, total.of_sign)
        cents = int(details.select(_cents(total.of_field, total.of_sign).sum()).item())
        self.cents[total.field] += cents
        return cents

    def _expected(self) -> dict[str, int]:
        trailer = self.layout.trailer
        counts = {field: sum(self.records[code] for code in codes) for field, codes in trailer.counts.items()}
        summed = [total for total in trailer.totals if self.records[total.of_record] or not total.restated]
        return counts | {total.field: self.cents[total.field] for total in summed}


def _cents(field: str, sign: str) -> pl.Expr:
    return signed(VEKTIS.cents(pl.col(field)), pl.col(sign)).alias(field)
