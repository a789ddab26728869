"""`ocmo supplier check` and `ocmo supplier map`, as their user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.supplier.asked import asked_files
from pipeline.errors import (
    FileRefusedError,
    LayoutError,
    SettingsError,
    TruncatedFileError,
    UnknownStandardError,
)
from pipeline.intake import tables
from tests.intake_messages import zh308
from tests.table_files import HEADER, PAYMENT

ROW = ("REF1", "01990001", "01-01-2025", "3", "15-01-2025", "1,50")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A message, the same one cut short, a table with its mapping, and a file that is neither."""
    monkeypatch.chdir(tmp_path)
    lines = zh308()
    Path("message.asc").write_text("\r\n".join(lines) + "\r\n", encoding="latin-1")
    Path("cut.asc").write_text("\r\n".join(lines[:-1]) + "\r\n", encoding="latin-1")
    Path("payments.csv").write_text(
        "\n".join(";".join(row) for row in (HEADER, ROW, ROW)) + "\n", encoding="utf-8"
    )
    Path("payments.yaml").write_text(yaml.safe_dump(PAYMENT), encoding="utf-8")
    Path("neither.txt").write_text("neither\n", encoding="utf-8")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["supplier", *words])


def test_a_file_is_shown_with_standard_counts_totals_outcome_and_reasons(folder: Path) -> None:
    ended = run("check", "payments.csv", "--mapping", "payments.yaml")
    assert ended.exit_code == 0
    for said in (
        ", accepted with rejected rows",
        "records      row: 2",
        "non_claim_payment 2 delivered = 1 accepted + 1 rejected",
        "EUR 3.00 = EUR 1.50 accepted + EUR 1.50 rejected",
        "note: Dates were read as %d-%m-%Y (found in the first rows)",
        "line 3, nummer: an earlier row has the same nummer",
    ):
        assert said in ended.output
    assert "REF1" not in ended.output


def test_json_says_the_same_and_of_several_files_in_their_order(folder: Path) -> None:
    one = json.loads(run("check", "payments.csv", "--mapping", "payments.yaml", "--json").stdout)
    assert (one["outcome"], one["tables"]["non_claim_payment"]["rows_rejected"]) == (
        "accepted with rejected rows",
        1,
    )
    assert [(found["line_number"], found["rule"]) for found in one["rejected"]] == [(3, "duplicate")]
    assert (len(one["notes"]), one["warnings"]) == (3, [])
    words = ("check", "message.asc", "payments.csv", "--mapping", "payments.csv=payments.yaml", "--json")
    files = json.loads(run(*words, "--allow-test-numbers").stdout)["files"]
    assert [(file["file"], file["standard"]) for file in files] == [
        ("message.asc", "ZH308"),
        ("payments.csv", "CSV"),
    ]


def test_a_refused_file_among_others_is_told_and_the_others_are_shown(folder: Path) -> None:
    words = ("check", "cut.asc", "message.asc", "neither.txt", "--allow-test-numbers")
    ended = run(*words, "--mend", "list.json")
    assert isinstance(ended.exception, TruncatedFileError)
    for said in (
        "cut.asc: refused",
        "cut.asc, line 3",
        "message.asc: ZH308 9.0, accepted",
        "neither.txt: refused",
    ):
        assert said in ended.output
    told = json.loads(Path("list.json").read_text(encoding="utf-8"))["summary"]
    assert [file["outcome"] for file in told] == ["refused", "accepted", "refused"]
    (refused, *_) = json.loads(run(*words, "--json").stdout)["files"]
    assert (refused["outcome"], refused["where"]) == ("refused", "cut.asc, line 3")


def test_a_refused_file_alone_ends_with_its_error_and_is_json_when_asked(folder: Path) -> None:
    assert isinstance(run("check", "neither.txt").exception, UnknownStandardError)
    ended = run("check", "neither.txt", "--json")
    assert isinstance(ended.exception, UnknownStandardError)
    assert json.loads(ended.stdout)["outcome"] == "refused"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing to check"),
        (("message.asc", "payments.csv", "--mapping", "payments.yaml"), "of no file that is checked"),
        (("message.asc", "--home", "."), "has its files"),
        (("message.asc", "payments.csv", "--return-file", "back.asc"), "answers one message"),
        (("message.asc", "--mend", "list.csv"), "a workbook or JSON"),
    ],
)
def test_what_cannot_be_asked_for_is_said(folder: Path, words: tuple[str, ...], said: str) -> None:
    ended = run("check", *words, "--allow-test-numbers")
    assert isinstance(ended.exception, SettingsError)
    assert said in str(ended.exception)


def test_what_was_merely_found_in_a_table_is_no_warning(folder: Path) -> None:
    table = "\n".join(";".join(row) for row in (HEADER, ROW))
    Path("payments.csv").write_text(table, encoding="utf-8")
    ended = run("check", "payments.csv", "--mapping", "payments.yaml")
    assert ", accepted\n" in ended.output
    assert "note: Its cells are separated by ';' (found in its first lines)" in ended.output


def test_each_of_two_files_of_one_name_has_the_mapping_of_its_path(folder: Path) -> None:
    names = ["one/payments.csv", "two/payments.csv"]
    for name in names:
        Path(name).parent.mkdir()
        Path(name).write_text(Path("payments.csv").read_text(encoding="utf-8"), encoding="utf-8")
    other = PAYMENT | {"columns": PAYMENT["columns"] | {"kind_code": {"constant": "capitation"}}}
    Path("other.yaml").write_text(yaml.safe_dump(other), encoding="utf-8")
    pairs = [(Path(names[0]), Path("payments.yaml")), (Path(names[1]), Path("other.yaml"))]
    told = [f"{file}={mapping}" for file, mapping in pairs]
    found = asked_files([file for file, _ in pairs], list(reversed(told)))
    assert [(file.path, file.mapping) for file in found] == pairs
    ended = run("check", *names, "--mapping", "payments.csv=payments.yaml")
    assert isinstance(ended.exception, SettingsError)
    assert "may be of 2 files" in str(ended.exception)
    assert asked_files([Path(names[0]), Path("message.asc")], ["payments.csv=payments.yaml"])[0].mapping


def test_amounts_and_dates_that_may_mean_two_things_are_left_to_decide(folder: Path) -> None:
    row = ("REF1", "01990001", "01/02/2025", "3", "03/04/2025", "1.200")
    Path("payments.csv").write_text(";".join(HEADER) + "\n" + ";".join(row) + "\n", encoding="utf-8")
    proposed = yaml.safe_load(run("map", "payments.csv", "--table", "non_claim_payment").stdout)
    assert (proposed["format"]["dates"], proposed["format"]["decimal"]) == ("decide", "decide")


def test_a_mapping_is_proposed_finished_and_used(folder: Path) -> None:
    ended = run("map", "payments.csv", "--table", "non_claim_payment", "--out", "proposed.yaml")
    assert (ended.exit_code, "to decide: " in ended.output) == (0, True)
    with pytest.raises(LayoutError, match="Still to be decided: "):
        tables.load_mapping(Path("proposed.yaml"))
    proposed = yaml.safe_load(Path("proposed.yaml").read_text(encoding="utf-8"))
    proposed["columns"] |= PAYMENT["columns"]
    Path("finished.yaml").write_text(yaml.safe_dump(proposed), encoding="utf-8")
    assert run("check", "payments.csv", "--mapping", "finished.yaml").exit_code == 0


def test_a_proposal_is_printed_and_never_written_over_another_file(folder: Path) -> None:
    assert run("map", "payments.csv").stdout.startswith("# A proposal, made from the header")
    ended = run("map", "payments.csv", "--out", "payments.yaml")
    assert isinstance(ended.exception, SettingsError)
    assert yaml.safe_load(Path("payments.yaml").read_text(encoding="utf-8")) == PAYMENT


def test_a_table_without_a_mapping_is_told_how_to_get_one(folder: Path) -> None:
    ended = run("check", "payments.csv")
    assert isinstance(ended.exception, UnknownStandardError)
    assert "supplier.yaml); `ocmo supplier map payments.csv` proposes one" in str(ended.exception)


def test_a_message_needs_no_mapping_and_none_is_proposed(folder: Path) -> None:
    ended = run("map", "message.asc")
    assert isinstance(ended.exception, FileRefusedError)
    assert "This is ZH308 9.0, which needs no mapping" in str(ended.exception)


def test_a_wrong_constant_is_one_fault_of_the_mapping(folder: Path) -> None:
    wrong = PAYMENT | {"columns": PAYMENT["columns"] | {"kind_code": {"constant": "voorschot"}}}
    Path("payments.yaml").write_text(yaml.safe_dump(wrong), encoding="utf-8")
    ended = run("check", "payments.csv", "--mapping", "payments.yaml")
    assert isinstance(ended.exception, LayoutError)
    assert "The constant of column 'kind_code' is none of " in str(ended.exception)


def test_a_table_is_told_by_its_mapping(folder: Path) -> None:
    ended = run("check", "payments.csv", "--mapping", "payments.yaml")
    assert ended.output.startswith("payments.csv: CSV, mapping ")


def test_the_standards_that_are_read_are_listed(folder: Path) -> None:
    told = run("standards").output.splitlines()
    assert any(line.startswith("MZ302 1.3   records, answers MZ301") for line in told)
    known = json.loads(run("standards", "--json").stdout)
    assert {"GDS801", "ZH308", "AW319"} <= {one["standard"] for one in known}
