"""What a message gives does not depend on where it is cut into blocks, nor on the way in which its lines are cut."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import FileRefusedError
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.messages import fixed_width
from pipeline.intake.messages.byte_blocks import BlockSizes
from pipeline.intake.messages.render import render
from pipeline.intake.staging import FileFacts
from tests.intake_messages import KEY, PERFORMANCE, TARIFF, ZH308, zh308

WHOLE = BlockSizes()
SMALL = [BlockSizes(block_bytes=size) for size in (700, 1_000, 5_000)]
ENDS = [b"\r\n", b"\n"]


def insured(number: int) -> list[str]:
    """The records of one insured: two performances, the first with two tariffs."""
    bsn = f"{100_000_000 + number}"
    performances = [KEY | PERFORMANCE | {"bsn": bsn, "performance_sequence_number": i} for i in (1, 2)]
    tariffs = [
        KEY | TARIFF | {"bsn": bsn, "performance_sequence_number": i, "line_reference": f"R{number}-{place}"}
        for place, i in enumerate((1, 1, 2))
    ]
    return [
        *render(ZH308, "02", pl.DataFrame({"bsn": [bsn]})),
        *render(ZH308, "04", pl.DataFrame(performances)),
        *render(ZH308, "06", pl.DataFrame(tariffs)),
    ]


PERSONS = 4
DETAILS = [line for number in range(PERSONS) for line in insured(number)]
COUNTS = {
    "insured_record_count": PERSONS,
    "performance_record_count": 2 * PERSONS,
    "tariff_record_count": 3 * PERSONS,
    "detail_record_count": 6 * PERSONS,
    "declared_total_cents": 3 * PERSONS * TARIFF["declared_cents"],
}
MESSAGE = [zh308()[0], *DETAILS, zh308(trailer=COUNTS)[-1]]


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """The message with some bytes changed, lines moved, letters beyond ASCII, and any mixture of line ends."""
    lines = list(MESSAGE)
    for _ in range(draw(st.integers(0, 2))):
        moved = lines.pop(draw(st.integers(0, len(lines) - 1)))
        lines.insert(draw(st.integers(0, len(lines))), moved)
    raw = [line.encode() for line in lines]
    for _ in range(draw(st.integers(0, 3))):
        line, place = draw(st.integers(0, len(raw) - 1)), draw(st.integers(0, 609))
        text = draw(
            st.sampled_from([b" ", b"0", b"9", b"D", "é".encode(), "é".encode("latin-1"), b"\r", b"\n"])
        )
        raw[line] = raw[line][:place] + text + raw[line][place + 1 :]
    if draw(st.booleans()):
        raw[draw(st.integers(0, len(raw) - 1))] += b"  "
    ends = draw(st.lists(st.sampled_from(ENDS), min_size=len(raw), max_size=len(raw)) | st.sampled_from(ENDS))
    ends = ends if isinstance(ends, list) else [ends] * len(raw)
    return b"".join(line + end for line, end in zip(raw, ends, strict=True))


def outcome(folder: Path, content: bytes, sizes: BlockSizes) -> tuple[object, ...]:
    """Rows, findings, counts and facts; or else how it was refused."""
    path = folder / "message.asc"
    path.write_bytes(content)
    try:
        *blocks, facts = fixed_width.read(SourceFile.at(path, workspace=folder), sizes=sizes)
    except FileRefusedError as refused:
        return type(refused), str(refused)
    assert isinstance(facts, FileFacts)
    rows, findings = (pl.concat([getattr(block, name) for block in blocks]) for name in ("rows", "findings"))
    counted = (sum(block.delivered_rows for block in blocks), sum(block.delivered_cents for block in blocks))
    return rows.write_ndjson(), findings.write_ndjson(), counted, facts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("blocks")


@settings(max_examples=60, deadline=None)
@given(content=messages(), sizes=st.sampled_from(SMALL))
def test_small_blocks_give_what_one_block_gives(folder: Path, content: bytes, sizes: BlockSizes) -> None:
    assert outcome(folder, content, sizes) == outcome(folder, content, WHOLE)


@settings(max_examples=60, deadline=None)
@given(content=messages())
def test_lines_cut_as_text_give_what_lines_cut_as_bytes_give(folder: Path, content: bytes) -> None:
    as_bytes = outcome(folder, content, WHOLE)
    with (
        mock.patch("pipeline.intake.messages.block_lines.even_lines", return_value=None),
        mock.patch(
            "pipeline.intake.messages.block_lines._plain",
            side_effect=lambda _, starts, *__: np.zeros(len(starts), bool),
        ),
    ):
        assert outcome(folder, content, WHOLE) == as_bytes


def test_the_message_is_read_in_several_blocks(folder: Path) -> None:
    """Else the tests above would compare a whole with itself."""
    path = folder / "message.asc"
    path.write_text("\n".join(MESSAGE), encoding="ascii")
    for sizes, blocks in ((WHOLE, 1), (SMALL[-1], PERSONS)):
        found = list(fixed_width.read(SourceFile.at(path, workspace=folder), sizes=sizes))
        assert len(found) == blocks + 1
        assert found[-1].records["06"] == 3 * PERSONS


def test_an_insured_with_more_records_than_can_be_held_is_refused(folder: Path) -> None:
    path = folder / "message.asc"
    path.write_text("\n".join(MESSAGE), encoding="ascii")
    sizes = BlockSizes(block_bytes=700, group_bytes=3_000)
    with pytest.raises(FileRefusedError, match=r"more than 3,000 bytes in message\.asc, from line 2"):
        list(fixed_width.read(SourceFile.at(path, workspace=folder), sizes=sizes))
