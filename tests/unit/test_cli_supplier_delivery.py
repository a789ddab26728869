"""`ocmo supplier check` of several files, and of what they are together: outcome, sums, and what was not looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import fastexcel
import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.cli.supplier.asked import Asked, asked_files
from pipeline.cli.supplier.checking import check
from pipeline.cli.supplier.planning import SupplierHome
from pipeline.demo.claims.standards import STANDARDS
from pipeline.errors import FileRefusedError, SettingsError, TrailerMismatchError
from pipeline.intake.rules.period_rules import Window
from tests.intake_messages import zh308
from tests.table_files import HEADER, PAYMENT

ROW = ("REF{}", "01990001", "01-01-2025", "3", "15-01-2025", "1,50")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A message of 2025, and seven tables of one row each with their mapping."""
    monkeypatch.chdir(tmp_path)
    Path("message.asc").write_text("\r\n".join(zh308()) + "\r\n", encoding="latin-1")
    for number in range(7):
        row = ";".join(ROW).format(number)
        Path(f"t{number}.csv").write_text(f"{';'.join(HEADER)}\n{row}\n", encoding="utf-8")
    Path("payments.yaml").write_text(yaml.safe_dump(PAYMENT), encoding="utf-8")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["supplier", "check", *words, "--allow-test-numbers"])


def tables(number: int) -> list[str]:
    names = [f"t{n}.csv" for n in range(number)]
    return [*names, *(word for name in names for word in ("--mapping", f"{name}=payments.yaml"))]


def test_files_of_another_period_are_refused_in_text_json_and_list(folder: Path) -> None:
    words = ("message.asc", "--period", "2030")
    ended = run(*words, "--mend", "list.xlsx")
    assert isinstance(ended.exception, FileRefusedError)
    assert ended.exception.exit_code == 10
    assert "message.asc: ZH308 9.0, refused with its delivery" in ended.output
    assert "The delivery is refused: 1 of 1 rows for claim_line lie outside 2030" in ended.output
    told = json.loads(run(*words, "--json").stdout)
    assert told["outcome"] == "refused with its delivery"
    assert told["delivery"]["outcome"] == "refused"
    assert told["delivery"]["reason"].startswith("1 of 1 rows for claim_line lie outside 2030")
    assert told["delivery"]["remedy"].startswith("Give the files of this period")
    summary = fastexcel.read_excel("list.xlsx").load_sheet("Summary", header_row=None).to_polars().rows()
    assert ("outcome", "refused") in {row[:2] for row in summary}


def test_a_delivery_of_which_a_file_is_refused_is_refused(folder: Path) -> None:
    Path("cut.asc").write_text("\r\n".join(zh308()[:-1]) + "\r\n", encoding="latin-1")
    told = json.loads(run("message.asc", "cut.asc", "--json").stdout)
    assert [file["outcome"] for file in told["files"]] == ["accepted", "refused"]
    assert (told["delivery"]["outcome"], told["delivery"]["where"]) == ("refused", "cut.asc, line 3")
    assert told["delivery"]["files_by_outcome"] == {"accepted": 1, "refused": 1}


@pytest.mark.parametrize(
    ("words", "not_checked"),
    [
        ((), ("--period", "--delivered-on")),
        (("--period", "2025"), ("--delivered-on",)),
        (("--period", "2025", "--delivered-on", "2026-07-01"), ()),
    ],
)
def test_what_was_not_looked_at_is_said(
    folder: Path, words: tuple[str, ...], not_checked: tuple[str, ...]
) -> None:
    ended = run("message.asc", *words)
    assert all(option in ended.output for option in not_checked)
    assert ("not checked: " in ended.output) == bool(not_checked)
    told = json.loads(run("message.asc", *words, "--json").stdout)["delivery"]["not_checked"]
    assert len(told) == len(not_checked)


def test_of_many_files_those_without_fault_have_a_line_each_and_all_have_a_sum(folder: Path) -> None:
    lines = run(*tables(7)).output.splitlines()
    assert lines[0].startswith("t0.csv: CSV")
    assert lines[0].endswith(", accepted; 1 non_claim_payment, EUR 1.50")
    assert lines[7:10] == [
        "7 files: 7 accepted",
        "  non_claim_payment 7 delivered = 7 accepted + 0 rejected",
        "  amount       EUR 10.50 = EUR 10.50 accepted + EUR 0.00 rejected",
    ]
    told = json.loads(run(*tables(7), "--json").stdout)["delivery"]
    assert (told["files"], told["tables"]["non_claim_payment"]["cents_accepted"]) == (7, 1_050)


def test_a_few_files_are_shown_whole(folder: Path) -> None:
    assert run(*tables(2)).output.count("  records      row: 1") == 2


def test_the_number_of_rows_can_be_expected(folder: Path) -> None:
    assert run(*tables(1), "--rows", "1").exit_code == 0
    ended = run(*tables(2), "--rows", "t1.csv=2")
    assert isinstance(ended.exception, TrailerMismatchError)
    assert "t1.csv: The table has 1 rows, and 2 are expected" in ended.output.replace(
        "t1.csv: refused\n  ", ""
    )
    for words in (("--rows", "many"), ("--rows", "other.csv=3")):
        assert isinstance(run(*tables(2), *words).exception, SettingsError)


@pytest.mark.parametrize("option", ["--mend", "--return-file"])
def test_a_list_that_cannot_be_written_is_said_before_the_check(folder: Path, option: str) -> None:
    Path("cut.asc").write_text("no message\n", encoding="utf-8")
    ended = run("cut.asc", option, "missing/list.xlsx")
    assert isinstance(ended.exception, SettingsError)
    assert "Make its folder first" in str(ended.exception)


def test_a_list_that_is_there_stays_as_it_is_when_the_check_cannot_be_done(folder: Path) -> None:
    Path("list.xlsx").write_bytes(b"mine")
    assert isinstance(run("message.asc", "--period", "x", "--mend", "list.xlsx").exception, SettingsError)
    assert Path("list.xlsx").read_bytes() == b"mine"


def test_a_plan_says_how_many_rows_a_table_should_have(folder: Path) -> None:
    plan = {"delivery_id": "d", "period": "2025", "delivered_on": "2026-07-01"}
    for rows, planned in ((None, None), (28, 28)):
        file = {"path": "t0.csv", "mapping": "payments.yaml", "rows": rows}
        Path("supplier.yaml").write_text(
            yaml.safe_dump({"deliveries": [plan | {"files": [file]}]}), encoding="utf-8"
        )
        assert SupplierHome.open(folder).planned[0].files[0].rows == planned
    Path("supplier.yaml").write_text(
        yaml.safe_dump({"deliveries": [plan | {"files": [file | {"rows": "all"}]}]}), encoding="utf-8"
    )
    with pytest.raises(SettingsError, match="rows is no number of rows"):
        SupplierHome.open(folder)


def test_a_planned_delivery_is_checked_against_the_contracts_policy_on_bsns(folder: Path) -> None:
    lines = zh308(
        performances=({}, {"bsn": "111111111"}),
        tariffs=({}, {"bsn": "111111111", "line_reference": "R2"}),
    )
    Path("message.asc").write_text("\r\n".join(lines) + "\r\n", encoding="latin-1")
    asked = Asked(asked_files([Path("message.asc")], []), Window(2025), (), allow_test_numbers=True)
    assert check(asked).outcome == "accepted with rejected rows"
    refused = check(replace(asked, refuses_bsns=True))
    assert (refused.outcome, refused.outcomes) == ("refused", ("refused with its delivery",))
    assert "1 row has a BSN that cannot be one" in str(refused.refusal)


def test_the_help_of_demo_messages_names_every_standard_that_the_region_writes() -> None:
    told = CliRunner().invoke(app, ["demo", "messages", "--help"], env={"COLUMNS": "80"}).output
    assert all(title in " ".join(told.split()) for title in STANDARDS)


def test_the_help_of_check_fits_a_narrow_terminal_without_options_that_say_no() -> None:
    told = CliRunner().invoke(app, ["supplier", "check", "--help"], env={"COLUMNS": "80"}).output
    assert "--allow-test-numbers" in told
    assert "--no-" not in told
    assert "\N{HORIZONTAL ELLIPSIS}" not in told
