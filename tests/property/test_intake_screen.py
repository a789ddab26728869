"""The screen and the rules of fields say the same: what the screen passes has no fault."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.messages import layouts
from pipeline.intake.messages.block_lines import block_lines
from pipeline.intake.messages.record_block import Records
from pipeline.intake.messages.record_layout import Field, Record
from pipeline.intake.rules.field_rules import judge_records

RECORDS = [
    pytest.param(layout.records[code], id=f"{layout.title} {code}")
    for layout in layouts.all_layouts()
    for code in layout.records
]
DATES = st.builds(
    "{:04}{:02}{:02}".format, st.integers(1700, 2999), st.integers(0, 13), st.integers(0, 32)
) | st.sampled_from(["20230229", "20240229", "20240230", "20240431", "20241231"])
DRAWN = 8


def sound(field: Field) -> str:
    """A text that is in form in this field."""
    if field.kind == "date":
        return "20250301"
    return ("0" if field.type == "N" else "D") * field.length


def texts(field: Field) -> st.SearchStrategy[str]:
    """What may stand in a field, and what may not."""
    width = field.length
    plausible = [
        st.just("0" * width),
        st.just(" " * width),
        st.text("0123456789", min_size=width, max_size=width),
        st.text("CDJN 1é", min_size=width, max_size=width),
        st.text(st.characters(codec="latin-1", exclude_characters="\n\r"), min_size=width, max_size=width),
    ]
    return st.one_of(*plausible, DATES) if width == 8 else st.one_of(*plausible)


@st.composite
def lines(draw: st.DrawFn, record: Record) -> str:
    """A record in form, but for the text of one field or two."""
    fields = list(record.fields.values())
    parts = [sound(field) for field in fields]
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(fields) - 1))
        parts[place] = draw(texts(fields[place]))
    return "".join(parts)


def records(record: Record, drawn: list[str]) -> Records:
    places = pl.DataFrame({"line_number": range(1, len(drawn) + 1)}, schema={"line_number": pl.UInt32})
    places = places.with_columns(group=pl.lit(0, pl.UInt32))
    found = block_lines(memoryview("\n".join([*drawn, ""]).encode()), len(drawn[0]))
    return Records(record, places, found.texts, found.even, found.rows)


@pytest.mark.parametrize("record", RECORDS)
def test_what_the_screen_passes_has_no_fault(record: Record) -> None:
    @settings(max_examples=20, deadline=None)
    @given(drawn=st.lists(lines(record), min_size=DRAWN, max_size=DRAWN))
    def holds(drawn: list[str]) -> None:
        found = records(record, drawn)
        passed = found.where(found.surely_in_form()).fields().with_columns(row_number="line_number")
        assert judge_records(passed, record).is_empty()

    holds()


@pytest.mark.parametrize("record", RECORDS)
def test_an_ordinary_record_passes_the_screen(record: Record) -> None:
    """Else the rules of fields would judge every record, and the screen would be for nothing."""
    line = "".join(sound(field) for field in record.fields.values())
    assert records(record, [line]).surely_in_form().tolist() == [True]
