"""One changed byte anywhere is refused, by the role that reads it: `ocmo demo tamper`."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.demo import tamper as module
from pipeline.demo.tamper import Attempt, NotRefusedError, require_all_refused, tamper
from pseudonymisation.manifest import IdentifiersManifest, MapManifest, TablesManifest

FIELDS = {
    kind: {field.name for field in fields(kind)}
    for kind in (IdentifiersManifest, TablesManifest, MapManifest)
}


@pytest.mark.parametrize("suite", ["X25519", "MLKEM768X25519"])
def test_every_change_is_refused_by_its_reader(tmp_path: Path, suite: str) -> None:
    attempts = list(tamper(tmp_path, suite))
    require_all_refused(attempts)
    assert {(one.file.split("/")[0], one.refused_by) for one in attempts} == {
        ("to-ttp", "notary"),
        ("to-ocmo", "office"),
    }
    assert {one.kind for one in attempts} == {"signature", "blob", "manifest"}


def test_every_field_of_every_manifest_is_among_them(tmp_path: Path) -> None:
    attempts = list(tamper(tmp_path))
    folders = ("to-ttp/insurer-2025", "to-ocmo/insurer-2025", "to-ocmo/insurer-2025.map")
    for folder, kind in zip(folders, FIELDS, strict=True):
        changed = {
            one.what.removeprefix("field ") for one in attempts if one.file == f"{folder}/manifest.json"
        }
        assert FIELDS[kind] | {"protocol", "kind"} <= changed


def test_blobs_signed_anew_by_their_own_sender_are_refused_by_the_seal_or_the_other_half(
    tmp_path: Path,
) -> None:
    anew = [one for one in tamper(tmp_path) if one.by == "by its sender"]
    kinds = {(one.file.split("/")[0], one.file.split("/")[1].endswith(".map"), one.kind) for one in anew}
    assert kinds == {("to-ttp", False, "blob"), ("to-ocmo", False, "manifest"), ("to-ocmo", True, "blob")}


def test_what_is_not_refused_is_an_error() -> None:
    with pytest.raises(NotRefusedError, match=r"1 of 1 changes were not refused in a file, a byte\."):
        require_all_refused([Attempt("a file", "a byte", 0, "in transit")])


def test_a_reader_that_refuses_nothing_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.Line, "open", lambda _: None)
    with pytest.raises(NotRefusedError):
        require_all_refused(list(tamper(tmp_path)))


def test_the_command_lists_each_refusal_and_counts_them() -> None:
    told = CliRunner().invoke(app, ["demo", "tamper"])
    assert told.exit_code == 0
    said = " ".join(told.stdout.split())
    assert "field canary (" in said
    assert "manifest.json, 32 changes in transit: notary refuses all, as signature" in said
    assert "The manifest was changed, or signed by nobody" in said
    listed = json.loads(CliRunner().invoke(app, ["demo", "tamper", "--json"]).stdout)
    assert f"{len(listed)} of {len(listed)} changes were refused." in said
