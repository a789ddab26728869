"""The list to mend: what it says of some files, the same as a workbook and as JSON, and never the value of a field."""

from __future__ import annotations

import ast
import json
import zipfile
from pathlib import Path

import fastexcel
import pytest
import yaml

from pipeline.cli.supplier.account_lines import account_lines
from pipeline.errors import FileRefusedError, SettingsError
from pipeline.home import CHECKOUT
from pipeline.intake.check import CheckedDelivery, FileToCheck, check_delivery
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.mend import DeliveryResult, MendList, Refusal, workbook, write_mend_list
from pipeline.intake.mend.rules import NUMBERED, rule_text, rule_texts
from pipeline.intake.mend.summary_sheet import COUNTED
from tests.intake_messages import BSN, OTHER_BSN, judge_all_but_other, zh308
from tests.table_files import HEADER, PAYMENT

ROWS = (
    ("REF1", "01990001", "01-01-2025", "3", "15-01-2025", "1,50"),
    ("REF2", "1990001", "01-01-2025", "3", "15-01-2025", "2,50"),
    ("REF3", "1990001", "01-01-2025", "drie", "15-01-2025", "4,50"),
    ("REF1", "01990001", "01-01-2025", "3", "15-01-2025", "8,50"),
)


@pytest.fixture
def checked(tmp_path: Path) -> CheckedDelivery:
    """A table with three rejected rows of four, and a message of which one of two lines has no possible BSN."""
    (tmp_path / "payments.yaml").write_text(yaml.safe_dump(PAYMENT), encoding="utf-8")
    text = "\n".join(";".join(row) for row in (HEADER, *ROWS))
    (tmp_path / "payments.csv").write_text(text + "\n", encoding="utf-8")
    lines = zh308(
        performances=({}, {"bsn": OTHER_BSN}), tariffs=({}, {"bsn": OTHER_BSN, "line_reference": "R2"})
    )
    (tmp_path / "message.asc").write_text("\r\n".join(lines) + "\r\n", encoding="latin-1")
    files = [FileToCheck(tmp_path / "payments.csv", tmp_path / "payments.yaml")]
    files.append(FileToCheck(tmp_path / "message.asc"))
    return check_delivery(files, judge_bsn=judge_all_but_other, workspace=Workspace(tmp_path / "work"))


def test_every_finding_is_in_the_list_with_its_place_and_reason(checked: CheckedDelivery) -> None:
    rows = MendList.of(DeliveryResult(checked.files)).findings.collect()
    told = rows.select("file", "line_number", "record_code", "field", "rule").rows()
    assert told == [
        ("payments.csv", 3, "", "provider_code", "leading_zero"),
        ("payments.csv", 4, "", "maanden", "number"),
        ("payments.csv", 5, "", "payment_ref", "duplicate"),
        ("message.asc", 5, "06", "bsn", "bsn"),
    ]


def test_by_rule_it_says_what_the_rule_asks_and_what_to_do_and_how_many_rows(
    checked: CheckedDelivery,
) -> None:
    by_rule = MendList.of(DeliveryResult(checked.files)).by_rule
    assert by_rule.select("rule", "table", "rows").rows() == [
        ("bsn", "claim_line", 1),
        ("duplicate", "non_claim_payment", 1),
        ("leading_zero", "non_claim_payment", 1),
        ("number", "non_claim_payment", 1),
    ]
    (told,) = by_rule.filter(rule="leading_zero").select("means", "do").rows()
    assert told == (rule_text("leading_zero").means, rule_text("leading_zero").do_in_table)


def test_the_workbook_says_the_same_as_the_json(checked: CheckedDelivery, tmp_path: Path) -> None:
    for name in ("list.xlsx", "list.json"):
        write_mend_list(tmp_path / name, DeliveryResult(checked.files))
    told = json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))
    book = fastexcel.read_excel(tmp_path / "list.xlsx")
    assert book.sheet_names == ["Summary", "By rule", "Rows"]
    rows = book.load_sheet("Rows", dtypes="string").to_polars()
    assert rows["what is wrong"].to_list() == [row["reason"] for row in told["rows"]]
    assert rows["line"].to_list() == [str(row["line_number"]) for row in told["rows"]]
    rules = book.load_sheet("By rule", dtypes="string").to_polars()
    assert rules["rule"].to_list() == [row["rule"] for row in told["by_rule"]]
    assert rules["file"].to_list() == [row["file"] for row in told["by_rule"]]
    assert [float(euros) * 100 for euros in rules["euros"]] == [row["cents"] for row in told["by_rule"]]
    assert [file["outcome"] for file in told["summary"]] == ["accepted with rejected rows"] * 2
    assert told["summary"][0]["tables"]["non_claim_payment"]["cents_rejected"] == 1_550


def test_the_first_sheet_is_a_table_of_numbers_with_a_total(checked: CheckedDelivery, tmp_path: Path) -> None:
    write_mend_list(tmp_path / "list.xlsx", DeliveryResult(checked.files))
    sheet = fastexcel.read_excel(tmp_path / "list.xlsx").load_sheet("Summary", header_row=6).to_polars()
    figures = {(row["file"], row["table"]): row for row in sheet.head(4).iter_rows(named=True)}
    payments = figures["payments.csv", "non_claim_payment"]
    assert (payments["rows delivered"], payments["rows accepted"], payments["rows rejected"]) == (4, 1, 3)
    assert (payments["euros delivered"], payments["euros accepted"], payments["euros rejected"]) == (
        17,
        1.5,
        15.5,
    )
    message = figures["message.asc", "claim_line"]
    assert (message["standard"], message["rows rejected"], message["persons"]) == ("ZH308 9.0", 1, 1)
    for table, row in (("non_claim_payment", payments), ("claim_line", message)):
        total = figures["total", table]
        assert [total[f"euros {kind}"] for kind in COUNTED] == [row[f"euros {kind}"] for kind in COUNTED]


def test_by_rule_the_advice_is_for_the_kind_of_source_and_the_cents_add_up(checked: CheckedDelivery) -> None:
    by_rule = MendList.of(DeliveryResult(checked.files)).by_rule
    assert by_rule.select("file", "rule", "cents").rows()[1:] == [
        ("payments.csv", "duplicate", 850),
        ("payments.csv", "leading_zero", 250),
        ("payments.csv", "number", 450),
    ]
    assert "mapping" in by_rule.filter(rule="number")["do"].item()
    assert not any("mapping" in text.do for rule, text in rule_texts().items() if text.do_in_table), (
        "of messages"
    )


def test_rows_of_files_that_were_checked_one_by_one_are_told_apart(checked: CheckedDelivery) -> None:
    """Each of them is the first file of a check of its own."""
    table = checked.files[0]
    by_rule = MendList.of(DeliveryResult((table, table))).by_rule
    assert by_rule["rows"].to_list() == [1] * 6
    assert by_rule["cents"].sum() == 2 * 1_550


def test_rejected_rows_whose_amount_cannot_be_read_are_counted(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(PAYMENT), encoding="utf-8")
    unread = [(f"REF{n}", "01990001", "01-01-2025", "3", "15-01-2025", "veel") for n in (5, 6)]
    text = "\n".join(";".join(row) for row in (HEADER, *ROWS, *unread))
    (tmp_path / "t.csv").write_text(text + "\n", encoding="utf-8")
    found = check_delivery(
        [FileToCheck(tmp_path / "t.csv", tmp_path / "m.yaml")],
        judge_bsn=judge_all_but_other,
        workspace=Workspace(tmp_path / "work"),
    )
    assert found.files[0].rows_without_amount == {"non_claim_payment": 2}
    told = DeliveryResult(found.files)
    assert told.summary()["rows_without_amount"] == {"non_claim_payment": 2}
    assert told.file_summaries()[0]["rows_without_amount"] == {"non_claim_payment": 2}
    (number,) = MendList.of(told).by_rule.filter(field="bedrag")["cents"]
    assert number is None
    shown = list(account_lines(told.tables, told.rows_without_amount))
    assert shown[1].endswith("EUR 15.50 rejected + 2 rows whose amount cannot be read")


@pytest.mark.parametrize("name", ["list.xlsx", "list.json"])
def test_the_same_files_give_the_same_bytes_without_any_value(
    checked: CheckedDelivery, tmp_path: Path, name: str
) -> None:
    made = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_mend_list(tmp_path / folder / name, DeliveryResult(checked.files))
        made.append((tmp_path / folder / name).read_bytes())
    assert made[0] == made[1]
    text = made[0] if name.endswith("json") else b"".join(_members(tmp_path / "one" / name))
    for value in (BSN, OTHER_BSN, "1990001", "drie", "REF", "19500101"):
        assert value.encode() not in text, value


def _members(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_a_file_that_was_refused_is_told_with_place_and_remedy(tmp_path: Path) -> None:
    error = FileRefusedError("It is cut short", where="a.asc, line 7", remedy="Ask for it again.")
    write_mend_list(tmp_path / "list.json", DeliveryResult((Refusal.of(tmp_path / "a.asc", error),)))
    (told,) = json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))["summary"]
    assert told == {
        "file": "a.asc",
        "outcome": "refused",
        "reason": "It is cut short",
        "where": "a.asc, line 7",
        "remedy": "Ask for it again.",
    }


def test_a_workbook_that_holds_not_all_rows_says_so(
    checked: CheckedDelivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    for name in ("list.xlsx", "list.json"):
        write_mend_list(tmp_path / name, DeliveryResult(checked.files))
    book = fastexcel.read_excel(tmp_path / "list.xlsx")
    assert book.load_sheet("Rows").to_polars().height == 2
    summary = book.load_sheet("Summary", header_row=None, dtypes="string").to_polars().rows()
    assert "The sheet Rows holds the first 2 findings only." in {cell for row in summary for cell in row}
    assert len(json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))["rows"]) == 4


def test_a_name_of_a_column_that_looks_like_a_formula_is_text(
    checked: CheckedDelivery, tmp_path: Path
) -> None:
    described = PAYMENT | {"columns": PAYMENT["columns"] | {"paid_months": "=1+1"}}
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    header = ";".join(HEADER).replace("maanden", "=1+1")
    (tmp_path / "t.csv").write_text(f"{header}\n{';'.join(ROWS[2])}\n{';'.join(ROWS[0])}\n", encoding="utf-8")
    file = FileToCheck(tmp_path / "t.csv", tmp_path / "m.yaml")
    workspace = Workspace(tmp_path / "work")
    found = check_delivery([file], judge_bsn=judge_all_but_other, workspace=workspace)
    write_mend_list(tmp_path / "list.xlsx", DeliveryResult(found.files))
    with zipfile.ZipFile(tmp_path / "list.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet3.xml")
        assert b"=1+1" in archive.read("xl/sharedStrings.xml")


def test_a_list_of_another_kind_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="a workbook or JSON"):
        write_mend_list(tmp_path / "list.csv", DeliveryResult(()))


def rules_of_the_code() -> set[str]:
    """Every rule that intake names: the second argument of a Check, and whatever is given as `rule`."""
    found: set[str] = set()
    for path in (CHECKOUT / "pipeline" / "intake").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            named = [keyword.value for keyword in node.keywords if keyword.arg == "rule"]
            if getattr(node.func, "id", "") == "Check" and len(node.args) > 1:
                named.append(node.args[1])
            found |= {
                part.value
                for value in named
                for part in ast.walk(value)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
    return found


def test_every_rule_of_the_code_is_explained_and_nothing_else() -> None:
    columns = {
        "row_number_declared",
        "declared_cents",
        "declared_cents_declared",
        "awarded_cents",
    }  # in conditions
    assert rules_of_the_code() - columns | {NUMBERED} == set(rule_texts())
