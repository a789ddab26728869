"""Any cells written as CSV come back as they were; any bytes end as rows, rejected rows, or one refusal."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import FileRefusedError, LayoutError, TruncatedFileError
from pipeline.intake.tables.csv_reader import open_csv
from pipeline.intake.tables.form import TableForm
from tests.table_files import HEADER, lines, read_file

WIDTH = 3
CELL = st.text(st.sampled_from("ab;,\"' é\n"), max_size=6).map(str.strip)
TABLE = st.lists(st.lists(CELL, min_size=WIDTH, max_size=WIDTH), max_size=12)


def read(text: str, block: int = 1 << 20, **form: str) -> list[tuple[object, ...]]:
    """Rows as row_number, fault and the cells, read in blocks of so many bytes."""
    content = text.encode()
    table = open_csv(lambda: io.BytesIO(content), "table.csv", TableForm(**form), block)
    wanted = {name: place for place, name in enumerate(table.columns) if name}
    blocks = [piece.rows for piece in table.blocks(wanted)]
    return pl.concat(blocks).rows() if blocks else []


@settings(deadline=None)
@given(TABLE, st.sampled_from(["minimal", "all"]))
def test_what_pythons_csv_module_writes_is_read_as_it_was(table, style):
    """The oracle is another writer, which shares nothing with our reader."""
    written = io.StringIO()
    quoting = csv.QUOTE_ALL if style == "all" else csv.QUOTE_MINIMAL
    csv.writer(written, delimiter=";", quoting=quoting, lineterminator="\n").writerows(
        [["x", "y", "z"], *table]
    )
    found = read(written.getvalue(), separator=";", quote='"')
    filled = [tuple(cell or None for cell in row) for row in table if any(row)]
    assert [row[1:] for row in found] == [(None, *row) for row in filled]


TEXT = st.text(st.sampled_from('ab;;;\n\n""é\r'), max_size=300).map(lambda text: text + "\n")


@settings(deadline=None, max_examples=60)
@given(TEXT, st.integers(4, 60))
def test_where_the_pieces_end_changes_nothing(text, block):
    whole = f"x;y;z\n{text}"
    assert sorted(read(whole, separator=";", quote='"'), key=str) == sorted(
        read(whole, block=max(block, longest(whole)), separator=";", quote='"'), key=str
    )


@settings(deadline=None, max_examples=60)
@given(TABLE.filter(lambda table: all(any(row) for row in table)), st.integers(1, 40), st.integers(12, 60))
def test_a_table_that_is_cut_before_its_last_cell_is_refused_wherever_pieces_end(table, lost, block):
    written = io.StringIO()
    rows = [["x", "y", "z"], *table, ["first", "second", "third"]]
    csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    whole = written.getvalue()
    left = min(lost, len('"first";"second"')) + len('"third"\n')
    cut = whole[:-left].rstrip("\n")
    if len(cut) == len(whole) - left:  # something of the last row is left
        with pytest.raises(TruncatedFileError, match="ends within a row"):
            read(cut, block=max(block, longest(whole)), separator=";", quote='"')


def longest(text: str) -> int:
    """A block must hold a line."""
    return max(len(line.encode()) for line in text.split("\n")) + 2


@settings(deadline=None, max_examples=40)
@given(TEXT)
def test_every_line_with_something_on_it_belongs_to_a_row(text):
    """A row with a fault is a row: only lines and rows without content are passed over."""
    found = {row[0] for row in read(f"x;y;z\n{text}", separator=";", quote='"')}
    assert found <= set(range(2, text.count("\n") + text.count("\r") + 4))
    unquoted = text.replace('"', "").replace("\r", "")
    given_lines = [number for number, line in enumerate(unquoted.split("\n"), start=2) if line.strip(" ;")]
    assert {row[0] for row in read(f"x;y;z\n{unquoted}", separator=";", quote='"')} >= {
        number for number in given_lines if unquoted.split("\n")[number - 2].count(";") == WIDTH - 1
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


GOOD = lines(("B1", "01990001", "01-01-2025", "3", "15-01-2025", "1,50")).encode()


@settings(deadline=None, max_examples=40)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", ";".join(HEADER).encode() + b"\n", GOOD, b"PAR1", b"PK\x03\x04"]),
)
def test_any_bytes_end_as_rows_rejected_rows_or_one_refusal(folder, content, before):
    path = folder / "any.bin"
    path.write_bytes(before + content)
    try:
        found = read_file(path)
    except (FileRefusedError, LayoutError):
        return
    assert found.facts.records["row"] == found.rows.height
