"""Fuzz the reader of messages: whatever the bytes, they end as rows, rejected rows, or one FileRefusedError.

`python -m tests.fuzz.fixed_width --seconds 30`. The corpus begins with a small message of every layout, one of them
packed. Each
input is read twice, whole and in small blocks: both must give the same.
"""

from __future__ import annotations

import atheris

with atheris.instrument_imports(include=["pipeline.intake"]):
    from pipeline.intake.messages import fixed_width

import argparse
import gzip
import sys
import tempfile
from pathlib import Path

import polars as pl

from pipeline.errors import FileRefusedError
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.messages.byte_blocks import BlockSizes
from pipeline.intake.messages.layouts import all_layouts
from pipeline.intake.messages.record_layout import Layout
from pipeline.intake.messages.render import render
from pipeline.intake.staging import FileFacts
from tests.intake_messages import zh308

LONGEST = 20_000
MEMORY_MB = 2_048
SLOWEST_SECONDS = 10
SMALL = BlockSizes(block_bytes=700, group_bytes=10_000)
WHOLE = BlockSizes(group_bytes=10_000)


def corpus() -> list[bytes]:
    """Messages to begin with."""
    messages = [zh308(), *(message(layout) for layout in all_layouts())]
    texts = ["\r\n".join([*lines, ""]).encode() for lines in messages]
    latin_1 = texts[0].replace(b"T77", "Té7".encode("latin-1"))
    return [
        *texts,
        texts[0].replace(b"\r", b""),
        latin_1,
        b"\xef\xbb\xbf" + texts[0],
        gzip.compress(texts[0]),
    ]


def opening(layout: Layout) -> dict[str, str]:
    """The fields of an opening record that is in form."""
    sound = {"date": "20250630", "digits": "1", "text": "P", "count": "1", "cents": "1"}
    fixed = {"record_code", "message_version", "message_subversion"}
    asked = (field for field in layout.header.fields.values() if field.obligation == "M")
    filled = {field.name: sound[field.kind] for field in asked if field.name not in fixed}
    return filled | {"message_code": layout.message_codes[0]}


def message(layout: Layout) -> list[str]:
    """A message with one record of each kind, its fields empty; the closing record counts them."""
    details = [code for code in layout.records if code not in (layout.header.code, layout.trailer.record)]
    counted = {field: [len(codes)] for field, codes in layout.trailer.counts.items()}
    signs = {total.sign: ["D"] for total in layout.trailer.totals}
    header = render(layout, layout.header.code, pl.DataFrame([opening(layout)]))
    records = [render(layout, code, pl.DataFrame({"detail_record_number": [1]})) for code in details]
    closing = render(layout, layout.trailer.record, pl.DataFrame(counted | signs))
    return [line for lines in (header, *records, closing) for line in lines]


def one_input(data: bytes) -> None:
    """Read these bytes as a file.

    Raises:
        AssertionError: when small blocks give something else than the whole, or the sums do not close.
    """
    path = FOLDER / "message.asc"
    path.write_bytes(data)
    assert outcome(path, SMALL) == outcome(path, WHOLE)


def outcome(path: Path, sizes: BlockSizes) -> tuple[object, ...]:
    """Rows, findings and facts; or how the file was refused."""
    try:
        *blocks, facts = fixed_width.read(SourceFile.at(path, workspace=FOLDER), sizes=sizes)
    except FileRefusedError as refused:
        return type(refused), str(refused)
    assert isinstance(facts, FileFacts)
    assert sum(block.delivered_rows for block in blocks) == sum(block.rows.height for block in blocks)
    rows, findings = (pl.concat([getattr(block, name) for block in blocks]) for name in ("rows", "findings"))
    return rows.write_ndjson(), findings.write_ndjson(), facts


def main() -> None:
    """Fuzz for a while; libFuzzer ends the process with another code than 0 at the first input that fails."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=30)
    asked = options.parse_args()
    seeds = FOLDER / "corpus"
    seeds.mkdir()
    for place, seed in enumerate(corpus()):
        (seeds / f"{place}.asc").write_bytes(seed)
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
        main()
