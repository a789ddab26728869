"""The scan for identifiers catches a planted one of each kind in each kind of file."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import json
import lzma
import sqlite3
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.e2e.identifier_matching import Identifiers
from tests.e2e.identifier_scan import Finding, scan

BORN = dt.date(1960, 3, 14)
IDENTIFIERS = Identifiers(
    bsns=frozenset({"999990019", "012345672"}),
    names=frozenset({"Jansen", "de Vriès-Bos"}),
    birth_dates=frozenset({BORN}),
    claim_numbers=frozenset({"DECL-2025-000017", "8812345670"}),
)

PLANTED: dict[str, tuple[str, str]] = {
    # what is planted: (as it is written, what the scan calls it)
    "BSN": ("999990019", "BSN"),
    "BSN with its leading zero": ("012345672", "BSN"),
    "BSN without its leading zero": ("12345672", "BSN"),
    "name": ("Jansen", "name"),
    "name in capitals": ("JANSEN", "name"),
    "name of several words": ("de Vriès-Bos", "name"),
    "birth date, ISO": ("1960-03-14", "birth date"),
    "birth date, EEJJMMDD": ("19600314", "birth date"),
    "birth date, as people write it": ("14-03-1960", "birth date"),
    "time stamp": ("1960-03-14T00:00:00", "birth date"),
    "claim number": ("DECL-2025-000017", "claim number"),
    "claim number of digits": ("8812345670", "claim number"),
}

CLEAN_TEXT = """night of 2026-04-01: 4 deliveries, 999990018 bytes, 1999990019 ns, digest 3f999990019ab
Jansens, Vries and Bos; 1960-03-15; 14-04-1960; DECL-2025-000018; delivery 0123456720; pid 0x12345672aa
"""


def parquet(*columns: pa.Array, **options: Any) -> bytes:
    sink = io.BytesIO()
    table = pa.table({f"c{number}": column for number, column in enumerate(columns)})
    pq.write_table(table, sink, compression="gzip", write_statistics=False, **options)
    return sink.getvalue()


def sqlite(value: Any, *, journal: str = "delete", drop: bool = False, folder: Path) -> bytes:
    path = folder.parent / "made.sqlite"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(f"PRAGMA journal_mode={journal}; PRAGMA secure_delete=0")
    connection.execute('CREATE TABLE "run ""x""" (id INTEGER, note)')
    connection.executemany('INSERT INTO "run ""x""" VALUES (?, ?)', [(1, "fine"), (2, value), (3, None)])
    connection.commit()
    if drop:
        connection.execute('DROP TABLE "run ""x"""')
        connection.commit()
    connection.close()
    return path.read_bytes()


def zipped(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def workbook(cell: str) -> bytes:
    """The parts of a workbook that matter: one sheet with `cell`, and style 1 for dates."""
    styles = """<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\\-mm\\-yyyy"/></numFmts>
    <cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>
    </styleSheet>"""
    sheet = f"<worksheet><sheetData><row r='1'>{cell}</row></sheetData></worksheet>"
    return zipped({"xl/styles.xml": styles.encode(), "xl/worksheets/sheet1.xml": sheet.encode()})


Make = Callable[[str, Path], bytes]
FILES: dict[str, Make] = {
    "plain.log": lambda text, _: f"INFO taken in ({text}), next\n".encode(),
    "latin1.txt": lambda text, _: f"één regel;{text};\r\n".encode("latin-1"),
    "utf16.csv": lambda text, _: f"a;{text};b\n".encode("utf-16"),
    "utf16_without_mark.csv": lambda text, _: f"column;{text};b\n".encode("utf-16-le"),
    "escaped.json": lambda text, _: json.dumps({"note": [1, f"{text}"]}).encode(),
    "page.html": lambda text, _: f"<td>{text.replace('è', '&egrave;')}</td>".encode(),
    "text.parquet": lambda text, _: parquet(pa.array(["a", None, f"{text} and so on"])),
    "dictionary.parquet": lambda text, _: parquet(pa.array(["a", text, "a"]).dictionary_encode()),
    "bytes.parquet": lambda text, _: parquet(pa.array([b"\x00\x01", f"|{text}|".encode("latin-1")])),
    "nested.parquet": lambda text, _: parquet(pa.array([[{"deep": [text]}], None])),
    "register.sqlite": lambda text, folder: sqlite(text, folder=folder),
    "ahead.sqlite": lambda text, folder: sqlite(text, journal="wal", folder=folder),
    "blob.sqlite": lambda text, folder: sqlite(gzip.compress(text.encode()), folder=folder),
    "bundle.zip": lambda text, _: zipped({"inner.zip": zipped({"a.txt": text.encode()})}),
    "book.xlsx": lambda text, _: workbook(f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>'),
    "log.gz": lambda text, _: gzip.compress(f"line\n{text}\n".encode()),
    "log.bz2": lambda text, _: bz2.compress(text.encode()),
    "log.xz": lambda text, _: lzma.compress(text.encode()),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    deep = tmp_path / "root" / "some" / "folder"
    deep.mkdir(parents=True)
    return deep


def kinds_in(folder: Path, name: str, content: bytes) -> set[str]:
    (folder / name).write_bytes(content)
    return {finding.kind for finding in scan(folder, IDENTIFIERS)}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("what", PLANTED)
def test_each_identifier_is_caught_in_each_kind_of_file(what: str, file: str, folder: Path) -> None:
    text, kind = PLANTED[what]
    assert kinds_in(folder, file, FILES[file](text, folder)) == {kind}


@pytest.mark.parametrize("file", FILES)
def test_what_only_resembles_an_identifier_is_no_finding(file: str, folder: Path) -> None:
    assert kinds_in(folder, file, FILES[file](CLEAN_TEXT, folder)) == set()


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array([1, None, 999990019], pa.int64()), "BSN"),
        (pa.array([12345672], pa.int32()), "BSN"),
        (pa.array([999990019], pa.uint64()), "BSN"),
        (pa.array([999990019.0, None, 1.5]), "BSN"),
        (pa.array([Decimal("999990019")]), "BSN"),
        (pa.array([19600314], pa.int32()), "birth date"),
        (pa.array([8812345670]), "claim number"),
        (pa.array([BORN, None], pa.date32()), "birth date"),
        (pa.array([BORN], pa.date64()), "birth date"),
        (pa.array([dt.datetime(1960, 3, 14, 12, 30)], pa.timestamp("us")), "birth date"),
        (pa.array([dt.datetime(1960, 3, 13, 23)], pa.timestamp("ms", "Europe/Amsterdam")), "birth date"),
        (pa.array([[999990019], []]), "BSN"),
        (pa.array([[("k", BORN)]], pa.map_(pa.string(), pa.date32())), "birth date"),
        (pa.array([b"999990019"], pa.binary(9)), "BSN"),
    ],
    ids=str,
)
def test_typed_values_are_caught_in_parquet(array: pa.Array, kind: str, folder: Path) -> None:
    assert kinds_in(folder, "typed.parquet", parquet(array)) == {kind}


def test_typed_values_that_are_none_are_no_finding(folder: Path) -> None:
    harmless = parquet(
        pa.array([999990018]),
        pa.array([dt.date(1960, 3, 15)]),
        pa.array([True]),
        pa.nulls(1),
        pa.array([b"\xff"]),
    )
    assert kinds_in(folder, "typed.parquet", harmless) == set()


@pytest.mark.parametrize(("value", "kind"), [(12345672, "BSN"), (19600314.0, "birth date")])
def test_numbers_are_caught_in_sqlite(value: float, kind: str, folder: Path) -> None:
    assert kinds_in(folder, "register.sqlite", sqlite(value, folder=folder)) == {kind}


def test_what_sqlite_deleted_but_did_not_erase_is_caught(folder: Path) -> None:
    assert kinds_in(folder, "register.sqlite", sqlite("|999990019|", drop=True, folder=folder)) == {"BSN"}


def test_a_day_number_that_a_workbook_shows_as_a_date_is_caught(folder: Path) -> None:
    day_number = (BORN - dt.date(1899, 12, 30)).days
    assert kinds_in(folder, "a.xlsx", workbook(f'<c r="A1" s="1"><v>{day_number}</v></c>')) == {"birth date"}
    assert kinds_in(folder, "a.xlsx", workbook(f'<c r="A1" s="0"><v>{day_number}</v></c>')) == set()


def test_names_of_files_and_members_are_looked_at_and_withheld(folder: Path) -> None:
    (folder / "999990019.csv").write_bytes(b"nothing")
    (folder / "outer.zip").write_bytes(zipped({"Jansen.txt": b"nothing"}))
    assert scan(folder, IDENTIFIERS) == [
        Finding("(name withheld)", "BSN", "its name"),
        Finding("outer.zip", "name", "member (name withheld), its name"),
        Finding("outer.zip", "name", "text"),  # a zip keeps its directory uncompressed
    ]


def test_a_finding_says_where_and_never_which(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "a.zip").write_bytes(zipped({"t.parquet": parquet(pa.array(["999990019"]))}))
    findings = scan(folder, IDENTIFIERS)
    assert findings == [Finding("sub/a.zip", "BSN", "member t.parquet, column c0, values")]
    assert "9999" not in repr(findings) + repr(IDENTIFIERS)


@pytest.mark.parametrize(
    "content", [b"PAR1 and then nothing", b"PK\x03\x04 broken", b"\x1f\x8b broken", b"SQLite format 3\x00"]
)
def test_a_file_that_cannot_be_opened_is_a_finding_not_a_pass(content: bytes, folder: Path) -> None:
    assert kinds_in(folder, "broken", content) == {"unreadable"}


def test_an_identifier_across_the_edge_of_two_chunks_is_caught(folder: Path) -> None:
    """A text is looked at in pieces of 4 MiB."""
    text = b"x " * ((1 << 21) - 2) + b"DECL-2025-000017" + b" y" * 100
    assert kinds_in(folder, "long.log", text) == {"claim number"}


def test_short_names_are_not_read_into_random_bytes(folder: Path) -> None:
    short = Identifiers(names=frozenset({"Bos", "Jansen"}))
    (folder / "blob").write_bytes(b"\x00\x93;Bos;\x01")
    assert scan(folder, short) == []
    (folder / "blob").write_bytes(b"\x00\x93;Jansen;\x01")
    assert scan(folder, short) == [Finding("blob", "name", "text")]
