"""What a night may look at: whole folders, delivered up to its date; what cannot be read is still an arrival."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from pipeline.deliveries import arrival_named, arrivals

DAY = dt.date(2026, 7, 15)


def put_down(inbox: Path, name: str, delivered_on: object = "2026-07-15") -> Path:
    folder = inbox / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"delivered_on": delivered_on}))
    (folder / "claim_line-0001.blob").write_bytes(b"sealed")
    return folder


def names(inbox: Path, day: dt.date = DAY) -> list[str]:
    return [arrival.name for arrival in arrivals(inbox, day)]


def test_an_inbox_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert arrivals(tmp_path / "inbox", DAY) == []


def test_only_whole_folders_of_tables_are_arrivals_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b-2025", "a-2025", "a-2025.map", "c-2025.part", "c-2025.map.part", ".hidden"):
        put_down(tmp_path, name)
    (tmp_path / "a file").write_text("")
    assert names(tmp_path) == ["a-2025", "b-2025"]


@pytest.mark.parametrize(("day", "seen"), [(14, []), (15, ["a"]), (16, ["a"])])
def test_a_night_sees_what_was_delivered_up_to_its_date(tmp_path: Path, day: int, seen: list[str]) -> None:
    put_down(tmp_path, "a")
    assert names(tmp_path, dt.date(2026, 7, day)) == seen


@pytest.mark.parametrize("delivered_on", ["soon", "2026-02-30", None, 20260715, ["2026-07-15"]])
def test_a_date_that_cannot_be_read_does_not_hide_an_arrival(tmp_path: Path, delivered_on: object) -> None:
    put_down(tmp_path, "a", delivered_on)
    assert [(arrival.name, arrival.delivered_on) for arrival in arrivals(tmp_path, DAY)] == [("a", None)]


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b"\xff\xfe", None])
def test_a_manifest_that_cannot_be_read_does_not_hide_an_arrival(
    tmp_path: Path, manifest: bytes | None
) -> None:
    path = put_down(tmp_path, "a") / "manifest.json"
    path.unlink()
    if manifest is not None:
        path.write_bytes(manifest)
    assert names(tmp_path, dt.date(1900, 1, 1)) == ["a"], "opening it will say what is wrong"


def test_an_arrival_has_its_map_when_that_has_come_whole(tmp_path: Path) -> None:
    put_down(tmp_path, "a")
    put_down(tmp_path, "a.map.part")
    assert arrival_named(tmp_path, "a").map_folder is None
    (tmp_path / "a.map.part").rename(tmp_path / "a.map")
    assert arrival_named(tmp_path, "a").map_folder == tmp_path / "a.map"


def test_a_digest_changes_with_any_file_of_either_half(tmp_path: Path) -> None:
    folder = put_down(tmp_path, "a")
    digests = [arrival_named(tmp_path, "a").digest]
    (folder / "claim_line-0001.blob").write_bytes(b"mended")
    digests.append(arrival_named(tmp_path, "a").digest)
    (folder / "claim_line-0001.blob").rename(folder / "claim_line-0002.blob")
    digests.append(arrival_named(tmp_path, "a").digest)
    put_down(tmp_path, "a.map")
    digests.append(arrival_named(tmp_path, "a").digest)
    assert len(set(digests)) == 4
    assert arrival_named(tmp_path, "a").digest == digests[-1]


def test_odd_things_in_a_folder_neither_stop_a_night_nor_go_unseen(tmp_path: Path) -> None:
    """A named pipe would be read for ever; a folder and a link to nowhere cannot be read."""
    folder = put_down(tmp_path, "a")
    plain = arrival_named(tmp_path, "a").digest
    digests = {plain}
    for number, odd in enumerate((os.mkfifo, Path.mkdir, lambda path: path.symlink_to("nowhere"))):
        odd(folder / f"odd {number}")
        digests.add(arrival_named(tmp_path, "a").digest)
    assert len(digests) == 4
    (folder / "manifest.json").unlink()
    os.mkfifo(folder / "manifest.json")
    assert arrival_named(tmp_path, "a").delivered_on is None


def test_an_arrival_that_was_taken_away_has_a_digest_of_nothing(tmp_path: Path) -> None:
    assert arrival_named(tmp_path, "gone").digest == arrival_named(tmp_path, "gone too").digest
