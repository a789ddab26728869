"""Findings in the words of the supplier's own file: names of the standard with positions, columns, elements."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from pipeline.intake.check import FileToCheck, check_delivery, check_file
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.mend import DeliveryResult, MendList
from pipeline.intake.messages import layouts
from pipeline.intake.messages.own_names import own_names
from pipeline.intake.rules.findings import FINDINGS, REJECTED
from pipeline.intake.rules.own_names import OwnName, in_own_words
from tests.gds_messages import claim, debit, insured
from tests.intake_messages import BSN, OTHER_BSN, judge_all_but_other, zh308
from tests.table_files import HEADER, PAYMENT


def told(path: Path, mapping: Path | None = None) -> list[tuple[str, str]]:
    checked = check_file(path, judge_bsn=judge_all_but_other, mapping=mapping)
    found = checked.told.collect()
    assert found.drop("own_name").columns == checked.findings.collect_schema().names()
    return found.select("own_name", "reason").rows()


def test_a_field_of_a_message_has_its_dutch_name_and_positions(tmp_path):
    lines = zh308(performances=({"performance_end_date": "20251341"},))
    (tmp_path / "message.asc").write_text("\r\n".join([*lines, ""]), encoding="ascii")
    assert told(tmp_path / "message.asc") == [
        (
            "EINDDATUM PRESTATIE (positions 84-91)",
            "EINDDATUM PRESTATIE is no existing date written as YYYYMMDD (there is no such day)",
        )
    ]


def test_a_field_of_another_record_is_named_with_it():
    names = own_names(layouts.load("MZ301", "1.3"))
    assert str(names["04", "invoiced_date"]) == "DAGTEKENING FACTUUR (record 01, positions 93-100)"
    assert str(names["04", "insurer_code"]) == "UZOVI-NUMMER (positions 24-27)"
    assert names["04", "line_ref"].name == "REFERENTIENUMMER DIT PRESTATIERECORD"
    assert names["04", "billing_provider_code"].name.startswith("INSTELLINGSCODE or PRAKTIJKCODE or ")
    assert ("04", "financing_law_code") not in names


def test_a_column_of_a_table_has_the_name_of_its_header(tmp_path):
    header = tuple(name.replace("agb", "AGB") for name in HEADER)
    rows = [("R1", "1990001", "01-01-2025", "3", "15-01-2025", "1,50")]
    rows.append(("R1", "01990001", "01-01-2025", "3", "15-01-2025", "1,50"))
    rows.append(("R1", "01990001", "01-01-2025", "drie", "15-01-2025", "1,50"))
    rows.append(("R1", "01990001", "01-01-2025", "3", "15-01-2025", "1,50"))
    (tmp_path / "payments.csv").write_text("\n".join(map(";".join, (header, *rows))) + "\n", encoding="ascii")
    (tmp_path / "payments.yaml").write_text(yaml.safe_dump(PAYMENT), encoding="ascii")
    found = told(tmp_path / "payments.csv", tmp_path / "payments.yaml")
    assert [name for name, _ in found] == ["AGB", "maanden", "nummer"]
    assert found[0][1].startswith("AGB has fewer than the 8 digits")
    assert found[2][1] == "an earlier row has the same nummer"


def test_a_field_of_an_xml_message_has_the_name_of_its_element(tmp_path):
    (tmp_path / "message.xml").write_text(claim(insured(debit(Begindatum="31-12-2025"))), encoding="utf-8")
    (found, *_) = told(tmp_path / "message.xml")
    assert found == (
        "Begindatum",
        "Begindatum is no existing date written as YYYY-MM-DD (it looks like DD-MM-YYYY)",
    )


def test_what_is_wrong_on_many_lines_is_one_cause_with_its_first_lines(tmp_path):
    (tmp_path / "payments.yaml").write_text(yaml.safe_dump(PAYMENT), encoding="ascii")
    rows = [(f"R{n}", "1990001", "01-01-2025", "3", "15-01-2025", "1,50") for n in range(9)]
    rows += [("R9", "01990001", "01-01-2025", "drie", "15-01-2025", "1,50")]
    (tmp_path / "payments.csv").write_text("\n".join(map(";".join, (HEADER, *rows))) + "\n", encoding="ascii")
    checked = check_file(
        tmp_path / "payments.csv", judge_bsn=judge_all_but_other, mapping=tmp_path / "payments.yaml"
    )
    assert checked.causes(REJECTED).select("own_name", "lines", "first_lines").rows() == [
        ("agb", 9, [2, 3, 4, 5, 6, 7]),
        ("maanden", 1, [11]),
    ]


def test_the_list_to_mend_says_the_same(tmp_path):
    lines = zh308(performances=({"bsn": OTHER_BSN},), tariffs=({"bsn": OTHER_BSN},))
    (tmp_path / "message.asc").write_text("\r\n".join([*lines, ""]), encoding="ascii")
    files = [FileToCheck(tmp_path / "message.asc")]
    checked = check_delivery(files, judge_bsn=judge_all_but_other, workspace=Workspace(tmp_path / "work"))
    rows = MendList.of(DeliveryResult(checked.files)).findings.collect()
    assert rows["own_name"].str.starts_with("BURGERSERVICENUMMER (BSN) VERZEKERDE (positions ").all()
    assert BSN not in rows.write_csv()


@pytest.mark.parametrize(
    ("field", "reason", "said"),
    [
        ("begin_date", "begin_date is empty", ("Begin (a)", "Begin is empty")),
        ("quantity", "the quantity is odd", ("Aantal", "the quantity is odd")),
        ("quantity", "quantity is odd", ("Aantal", "Aantal is odd")),
        (
            "begin_date, quantity",
            "no record 04 has the same",
            ("Begin (a), Aantal", "no record 04 has the same"),
        ),
        ("unknown", "unknown_name is odd", ("unknown", "unknown_name is odd")),
    ],
)
def test_names_are_put_in_where_they_are_surely_meant(field, reason, said):
    row = {"row_number": 1, "line_number": 1, "record_code": "04", "field": field, "reason": reason}
    findings = pl.DataFrame([row | {"rule": "r", "severity": REJECTED}], schema=FINDINGS)
    names = {("04", "begin_date"): OwnName("Begin", "a"), ("04", "quantity"): OwnName("Aantal")}
    names[("02", "unknown_name")] = OwnName("Andere")
    assert in_own_words(findings.lazy(), names).select("own_name", "reason").collect().row(0) == said
