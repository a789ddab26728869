"""Gzip and zip files: opened when one file is in them, within limits; else refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import FileRefusedError, PackedFileError, TruncatedFileError
from pipeline.intake.check import check_file
from pipeline.intake.files.packed_file import Limits
from pipeline.intake.files.source_file import SourceFile
from tests.intake_messages import judge_all_but_other, zh308

MESSAGE = "\r\n".join([*zh308(), ""]).encode("ascii")


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def source(folder: Path, content: bytes, limits: Limits | None = None) -> SourceFile:
    path = folder / "message.asc"
    path.write_bytes(content)
    return SourceFile.at(path, workspace=folder, limits=limits or Limits())


def unpacked(folder: Path, content: bytes, limits: Limits | None = None) -> bytes:
    found = source(folder, content, limits)
    with found.open() as stream:
        return stream.read()


@pytest.mark.parametrize(
    "content",
    [
        MESSAGE,
        gzip.compress(MESSAGE),
        gzip.compress(MESSAGE[:99]) + gzip.compress(MESSAGE[99:]),
        zipped(("a.asc", MESSAGE)),
        zipped(("folder/", b""), ("folder/a.asc", MESSAGE)),
        zipped(("a.asc", MESSAGE), ("__MACOSX/._a.asc", b"x"), (".DS_Store", b"x"), ("map/Thumbs.db", b"x")),
        *(
            zipped(("a", MESSAGE), method=method)
            for method in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        ),
    ],
    ids=[
        "plain",
        "gzip",
        "gzip in parts",
        "zip",
        "zip with a folder",
        "what systems add",
        "stored",
        "bzip2",
        "lzma",
    ],
)
def test_what_is_packed_reads_as_what_is_not(tmp_path: Path, content: bytes) -> None:
    assert unpacked(tmp_path, content) == MESSAGE
    assert source(tmp_path, content).path().read_bytes() == MESSAGE
    checked = check_file(tmp_path / "message.asc", judge_bsn=judge_all_but_other)
    assert (checked.accounts["claim_line"].rows_accepted, checked.trailer_cents) == (1, 12_345)


def test_a_workbook_is_no_archive(tmp_path: Path) -> None:
    content = zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))
    assert unpacked(tmp_path, content) == content
    assert unpacked(tmp_path, gzip.compress(content)) == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(("a", MESSAGE), ("b", MESSAGE)), "holds 2 files"),
        (zipped(), "holds 0 files"),
        (gzip.compress(gzip.compress(MESSAGE)), "holds another archive"),
        (zipped(("a.zip", zipped(("b", MESSAGE)))), "holds another archive"),
        (gzip.compress(MESSAGE)[:-9], "damaged or was cut off"),
        (zipped(("a", MESSAGE))[:-9], "cannot be opened"),
        (b"\x1f\x8b\x08" + bytes(50), "damaged or was cut off"),
    ],
    ids=["two members", "no member", "gzip in gzip", "zip in zip", "gzip cut", "zip cut", "no gzip"],
)
def test_what_is_not_one_whole_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FileRefusedError, match=said):
        unpacked(tmp_path, content)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(("a", MESSAGE)))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    with pytest.raises(PackedFileError, match="encrypted"):
        unpacked(tmp_path, bytes(content))


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(("a", content))], ids=["gzip", "zip"])
def test_what_unpacks_to_more_than_it_may_is_refused_while_it_is_read(tmp_path: Path, pack) -> None:
    packed = pack(bytes(2_000_000))
    with pytest.raises(PackedFileError, match="unpacks to more than 1,000,000 bytes"):
        unpacked(tmp_path, packed, Limits(unpacked_bytes=1_000_000))
    with pytest.raises(PackedFileError, match="unpacks to more than"):
        unpacked(tmp_path, packed, Limits(ratio=10, free_bytes=100_000))
    assert len(unpacked(tmp_path, packed, Limits(ratio=10, free_bytes=2_000_000))) == 2_000_000


def test_an_archive_of_nothing_is_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(TruncatedFileError, match="empty"):
        source(tmp_path, gzip.compress(b""))


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    found = source(tmp_path, MESSAGE)
    found.disk.write_bytes(MESSAGE + b"\r\n")
    with pytest.raises(FileRefusedError, match="changed while it was read"):
        _ = found.sha256
