"""The gate: a clean delivery passes; each check catches the defect planted for it, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.checks import GateReport, Outcome, Status, check_definitions, gate
from pipeline.errors import DeliveryRefusedError

DELIVERED_ON = dt.date(2026, 4, 1)
DAY = dt.date(2025, 3, 14)
PERSONS = [bytes([number]) * 16 for number in (1, 2, 3)] + [None]
"""Four rows a table; the TTP gave the last one no pseudonym, which is not the gate's business."""


def reference(number: int) -> str:
    return f"{number:064x}"


CLEAN: dict[str, dict[str, list[Any]]] = {
    "insured": {
        "insurer_code": ["9991"] * 4,
        "birth_year": [1927, 1960, 1999, 2026],
        "sex_code": ["F", "M", "F", "M"],
        "postcode3_code": ["531", "532", "533", "534"],
        "from_month": [dt.date(2025, 1, 1)] * 4,
        "insured_months": [12, 12, 3, 0],
    },
    "claim_line": {
        "line_ref": [reference(number) for number in range(4)],
        "corrected_line_ref": [None, None, None, reference(1)],
        "insurer_code": ["9991"] * 4,
        "financing_law_code": ["Zvw"] * 4,
        "care_type_code": ["medical_specialist"] * 4,
        "performance_list_code": ["041"] * 4,
        "performance_code": ["15B123"] * 4,
        "care_product_code": ["131999081", None, "131999081", "131999081"],
        "care_trajectory_ref": [reference(7), None, reference(8), reference(9)],
        "specialism_code": ["0305", None, None, None],
        "diagnosis_code": ["1701", None, None, None],
        "billing_provider_code": ["06990001"] * 4,
        "referring_provider_code": ["01990001", None, None, None],
        "opening_date": [DAY, DAY, DELIVERED_ON, DAY],
        "closing_date": [DAY, DAY, DELIVERED_ON, DAY],
        "quantity": [1, 2, 1, 1],
        "declared_cents": [125_000, 40_000, 0, -40_000],
        "awarded_cents": [120_000, None, None, None],
    },
    "clinical_event": {
        "event_ref": [reference(number) for number in range(4)],
        "provider_code": ["06990001"] * 4,
        "location_code": ["A"] * 4,
        "procedure_code": ["hip"] * 4,
        "event_date": [DAY, DAY, DAY, DELIVERED_ON],
        "asa_code": ["1", "2", "3", "4"],
        "has_complication": [False, False, True, False],
    },
    "patient_report": {
        "event_ref": [reference(0), reference(0), reference(1), reference(2)],
        "provider_code": ["06990001"] * 4,
        "instrument_code": ["EQ-5D-5L"] * 4,
        "moment_code": ["before", "after", "before", "before"],
        "report_date": [DAY, DAY, DAY, DELIVERED_ON],
        "answers_code": ["11111", "21231", "55555", "12345"],
    },
}

DEFECTS: dict[str, tuple[Any, Outcome]] = {
    # check: (what a clean row gets instead, what becomes of the delivery)
    "insured.sex_code.values_in_set": ("X", Outcome.STOPPED),
    "insured.insurer_code.matches_pattern": ("991", Outcome.STOPPED),
    "insured.postcode3_code.matches_pattern": ("5311", Outcome.WARNED),
    "insured.birth_year.between": (2027, Outcome.STOPPED),
    "insured.from_month.between": (dt.date(2005, 12, 1), Outcome.WARNED),
    "insured.insured_months.between": (-1, Outcome.STOPPED),
    "claim_line.financing_law_code.values_in_set": ("ZVW", Outcome.STOPPED),
    "claim_line.line_ref.matches_pattern": ("DECL-2025-000017", Outcome.STOPPED),
    "claim_line.corrected_line_ref.matches_pattern": ("DECL-2025-000017", Outcome.STOPPED),
    "claim_line.care_trajectory_ref.matches_pattern": ("90001", Outcome.STOPPED),
    "claim_line.insurer_code.matches_pattern": ("99911", Outcome.STOPPED),
    "claim_line.billing_provider_code.matches_pattern": ("6990001", Outcome.STOPPED),
    "claim_line.referring_provider_code.matches_pattern": ("huisarts", Outcome.WARNED),
    "claim_line.care_product_code.matches_pattern": ("13199908", Outcome.WARNED),
    "claim_line.opening_date.between": (dt.date(1925, 3, 14), Outcome.STOPPED),
    "claim_line.closing_date.between": (dt.date(2026, 4, 2), Outcome.STOPPED),
    "claim_line.quantity.between": (0, Outcome.WARNED),
    "claim_line.declared_cents.between": (50_000_001, Outcome.WARNED),
    "claim_line.awarded_cents.between": (-50_000_001, Outcome.WARNED),
    "clinical_event.asa_code.values_in_set": ("5", Outcome.STOPPED),
    "clinical_event.event_ref.matches_pattern": ("OK-17", Outcome.STOPPED),
    "clinical_event.provider_code.matches_pattern": ("0699000A", Outcome.STOPPED),
    "clinical_event.event_date.between": (dt.date(2026, 4, 2), Outcome.STOPPED),
    "patient_report.instrument_code.values_in_set": ("SF-12", Outcome.STOPPED),
    "patient_report.moment_code.values_in_set": ("during", Outcome.STOPPED),
    "patient_report.event_ref.matches_pattern": ("OK-17", Outcome.STOPPED),
    "patient_report.provider_code.matches_pattern": ("0699000", Outcome.STOPPED),
    "patient_report.answers_code.matches_pattern": ("111116", Outcome.WARNED),
    "patient_report.report_date.between": (dt.date(2026, 4, 2), Outcome.STOPPED),
} | {
    f"{table}.{column.name}.not_null": (None, Outcome.STOPPED)
    for table in CLEAN
    for column in canonical_table(table).columns
    if not column.optional
}


def clean(table: str) -> pl.DataFrame:
    """Four good rows of a canonical table, as linkage leaves them."""
    return pl.DataFrame(CLEAN[table], schema=canonical_table(table).polars_schema).with_columns(
        pl.Series("pid", PERSONS, dtype=pl.Binary), pl.lit("delivery-1").alias("delivery_id")
    )


def row_with(table: str, number: int, column: str, value: Any) -> pl.DataFrame:
    """A clean row with a key of its own, and `value` in one column."""
    row = clean(table).head(1)
    own: dict[str, Any] = {table_key(table): reference(100 + number), "pid": bytes([100 + number]) * 16}
    changed = {name: new for name, new in (own | {column: value}).items() if name in row.columns}
    return row.with_columns(pl.Series(name, [new], dtype=row.schema[name]) for name, new in changed.items())


def table_key(table: str) -> str:
    """The column that tells rows apart."""
    return {"insured": "pid", "claim_line": "line_ref"}.get(table, "event_ref")


Judge = Callable[..., GateReport]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Write frames as Parquet and put them through the gate."""

    def run(**frames: pl.DataFrame | list[pl.DataFrame]) -> GateReport:
        files: dict[str, list[Path]] = {}
        for table, given in frames.items():
            for number, frame in enumerate(given if isinstance(given, list) else [given]):
                path = tmp_path / f"{table}-{number}.parquet"
                frame.write_parquet(path)
                files.setdefault(table, []).append(path)
        return gate(files, spill=tmp_path / "spill", upper_date=DELIVERED_ON)

    return run


def failed(report: GateReport) -> dict[str, int]:
    """Rows that violate, by failed check."""
    return {result.check.id: result.violated for result in report.results if result.status is Status.FAILED}


def test_a_clean_delivery_passes_every_check(judge: Judge) -> None:
    report = judge(**{table: clean(table) for table in CLEAN})
    assert report.outcome == "passed"
    assert {result.status for result in report.results} == {Status.PASSED}
    assert [result.check for result in report.results] == list(check_definitions(DELIVERED_ON))


@pytest.mark.parametrize("table", sorted(CLEAN))
def test_each_check_catches_its_defect_and_no_other_does(table: str, judge: Judge) -> None:
    """One row per defect, otherwise clean: each check counts one row, its own."""
    planted = sorted(check for check in DEFECTS if check.startswith(f"{table}."))
    rows = [
        row_with(table, number, check.split(".")[1], DEFECTS[check][0])
        for number, check in enumerate(planted)
    ]
    report = judge(**{table: pl.concat(rows)})
    assert failed(report) == dict.fromkeys(planted, 1)
    outcomes = {result.check.id: result.outcome for result in report.findings}
    assert outcomes == {check: DEFECTS[check][1] for check in planted}


@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        ("claim_line.quantity.between", Outcome.WARNED),
        ("claim_line.financing_law_code.values_in_set", Outcome.STOPPED),
    ],
)
def test_the_severity_decides_what_becomes_of_the_delivery(
    check: str, outcome: Outcome, judge: Judge
) -> None:
    table, column, _ = check.split(".")
    frame = pl.concat([clean(table), row_with(table, 9, column, DEFECTS[check][0])])
    report = judge(**{table: frame})
    assert report.outcome is outcome
    assert report.endangered == report.findings[0].check.endangers


@pytest.mark.parametrize("table", sorted(CLEAN))
def test_a_row_delivered_twice_is_caught_and_both_rows_count(table: str, judge: Judge) -> None:
    twice = pl.concat([clean(table), clean(table).head(1)])
    report = judge(**{table: twice})
    assert failed(report) == {f"{table}.key.unique_key": 2}
    assert report.outcome is Outcome.STOPPED


def test_a_key_is_unique_over_all_files_of_the_delivery(judge: Judge) -> None:
    assert failed(judge(claim_line=[clean("claim_line"), clean("claim_line").head(1)])) == {
        "claim_line.key.unique_key": 2
    }


def test_rows_without_a_pseudonym_do_not_count_as_one_person(judge: Judge) -> None:
    nobody = clean("insured").with_columns(pl.lit(None, dtype=pl.Binary).alias("pid"))
    assert judge(insured=nobody).outcome is Outcome.PASSED


def test_every_check_has_its_defect_in_this_file() -> None:
    planted = set(DEFECTS) | {f"{table}.key.unique_key" for table in CLEAN}
    assert {check.id for check in check_definitions(DELIVERED_ON)} == planted


def test_a_table_that_was_not_delivered_and_a_column_without_values_are_not_applicable(judge: Judge) -> None:
    report = judge(claim_line=clean("claim_line").with_columns(pl.lit(None, pl.Int64).alias("awarded_cents")))
    by_check = {result.check.id: result.status for result in report.results}
    assert by_check["insured.sex_code.values_in_set"] is Status.NOT_APPLICABLE
    assert by_check["claim_line.awarded_cents.between"] is Status.NOT_APPLICABLE
    assert report.outcome is Outcome.PASSED


def test_a_table_without_rows_is_not_applicable(judge: Judge) -> None:
    report = judge(insured=clean("insured").clear())
    assert {result.status for result in report.results} == {Status.NOT_APPLICABLE}


def test_a_check_whose_column_is_missing_is_an_error_and_stops(judge: Judge) -> None:
    report = judge(insured=clean("insured").drop("birth_year"))
    errors = {result.check.id: result.reason for result in report.results if result.status is Status.ERROR}
    assert errors == {
        "insured.birth_year.not_null": "column birth_year is missing",
        "insured.birth_year.between": "column birth_year is missing",
    }
    assert report.outcome is Outcome.STOPPED


def test_a_file_that_cannot_be_read_is_an_error_for_each_of_its_checks(tmp_path: Path) -> None:
    path = tmp_path / "insured.parquet"
    path.write_bytes(b"no parquet")
    report = gate({"insured": [path]}, spill=tmp_path / "spill", upper_date=DELIVERED_ON)
    of_insured = {result.status for result in report.results if result.check.table == "insured"}
    assert of_insured == {Status.ERROR}
    assert report.outcome is Outcome.STOPPED


def test_a_table_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRefusedError, match="no canonical table"):
        gate({"insurd": [tmp_path / "x.parquet"]}, spill=tmp_path / "spill", upper_date=DELIVERED_ON)


def test_no_value_gets_into_the_report_the_log_or_the_terminal(
    judge: Judge, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every text a secret, and numbers that are text, so that DuckDB's own error quotes the secret."""
    secret = "Geheim4711"
    claims = clean("claim_line")
    texts = [name for name, kind in claims.schema.items() if kind == pl.String]
    wrong = claims.with_columns(pl.lit(secret).alias(name) for name in [*texts, "quantity", "opening_date"])
    with caplog.at_level(logging.DEBUG):
        report = judge(claim_line=wrong)
    by_check = {result.check.id: result for result in report.results}
    assert by_check["claim_line.quantity.between"].status is Status.ERROR
    assert by_check["claim_line.insurer_code.matches_pattern"].status is Status.FAILED
    shown = json.dumps(report.as_json()) + repr(report) + "".join(map(str, report.results))
    output = capfd.readouterr()
    for text in (shown, caplog.text, output.out, output.err):
        assert secret not in text
    assert output.out == output.err == ""


def test_nothing_is_written_beside_the_spill_folder_and_nothing_is_sent(
    judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "home"
    elsewhere.mkdir()
    monkeypatch.setenv("HOME", str(elsewhere))
    monkeypatch.chdir(elsewhere)

    def refuse(*_: object) -> None:
        raise AssertionError("the gate opened a network connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert judge(insured=clean("insured")).outcome is Outcome.PASSED
    assert list(elsewhere.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "insured-0.parquet", "spill"]


def test_the_same_delivery_gives_the_same_report(judge: Judge) -> None:
    table = row_with("claim_line", 0, "financing_law_code", "ZVW")
    assert judge(claim_line=table) == judge(claim_line=table)
