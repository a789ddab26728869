"""The interim report of a region that never changes: what it expects is what the settlement turns out to be."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline.contract.shelf import contract_of
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.gather import gather_figures
from pipeline.reporting.interim import Quarter
from pipeline.reporting.interim.report import interim_report
from pipeline.reporting.interim.store import Issued
from pipeline.reporting.issued import IssuedStatement, IssuedStatements
from tests.interim_lake import FINAL_NIGHT, INTERIM_NIGHT, PERSONS, copied, even_home

THIRD, NEXT_JUNE = Quarter(2025, 3), Quarter(2026, 2)


@pytest.fixture
def home(interim_home: OcmoHome, tmp_path: Path) -> OcmoHome:
    return copied(interim_home, tmp_path)


@pytest.fixture
def later(final_home: OcmoHome, tmp_path: Path) -> OcmoHome:
    return copied(final_home, tmp_path)


def figures(issued: Issued) -> dict[tuple[str, str], Any]:
    (year,) = issued.document["years"]
    return {(item["code"], item["subject"]): item["value"] for item in year["figures"]}


def test_it_completes_what_has_not_come_yet(home: OcmoHome) -> None:
    found = figures(interim_report(home, "maasoever", THIRD))
    # Nine months of thirty people; hospital products of August and September are not invoiced.
    assert Fraction(found["insured_years", ""]) == Fraction(9 * PERSONS, 12)
    assert found["cost", ""] == 7 * PERSONS * 10_000
    assert found["cost_completed", ""] == 9 * PERSONS * 10_000
    assert Fraction(found["cost_completed_per_insured_year", ""]) == 12 * 10_000
    assert (found["kind", "hospital_product"], found["kind_completed", "hospital_product"]) == (
        7 * PERSONS * 10_000,
        9 * PERSONS * 10_000,
    )
    assert found["kind_completed", "pharmacy"] == found["kind", "pharmacy"] == 9 * PERSONS * 2_000
    assert Fraction(found["expected_insured_years", ""]) == PERSONS


def test_it_expects_the_saving_that_the_settlement_finds(later: OcmoHome) -> None:
    """The baseline years cost EUR 1,200 too; the agreed growth of 3 % is what is saved."""
    expected = figures(interim_report(later, "maasoever", THIRD, INTERIM_NIGHT))
    final = gather_figures(later, contract_of(later.contracts, "maasoever"), 2025, FINAL_NIGHT)
    assert final.values["actual_cents", 2025].value == 12 * PERSONS * 10_000
    target = Fraction(12 * 10_000) * Fraction("1.0455427")  # 0.10 x 1.03^3 + 0.30 x 1.03^2 + 0.60 x 1.03
    assert abs(Fraction(expected["target_per_insured_year", ""]) - target) < Fraction(1, 10**6)
    saved = (target - 12 * 10_000) * PERSONS
    assert abs(expected["expected_savings", ""] - saved) <= Fraction(1, 2)
    # Quality was not measured: nothing at its floor, half of the saving at its goal.
    assert expected["expected_payable_lowest", ""] == 0
    assert abs(expected["expected_payable_highest", ""] - saved / 2) <= 1


def test_it_is_issued_once(home: OcmoHome) -> None:
    first = interim_report(home, "maasoever", THIRD)
    assert (first.is_new, first.correction) == (True, 0)
    before = {path: path.read_bytes() for path in (first.json, first.html)}
    assert not interim_report(home, "maasoever", THIRD).is_new
    assert {path: path.read_bytes() for path in before} == before


def test_what_differs_later_is_a_correction_beside_it(later: OcmoHome) -> None:
    first = interim_report(later, "maasoever", THIRD, INTERIM_NIGHT)
    before = {path: path.read_bytes() for path in (first.json, first.html)}
    corrected = interim_report(later, "maasoever", THIRD, FINAL_NIGHT)
    assert (first.is_new, corrected.is_new, corrected.correction) == (False, True, 1)
    assert corrected.json.parent.name == "correction-01"
    assert {path: path.read_bytes() for path in before} == before
    changed = {row["code"]: row for row in corrected.document["correction"]["changes"]}
    assert changed["cost"]["difference"] == 5 * PERSONS * 10_000
    assert not interim_report(later, "maasoever", THIRD, FINAL_NIGHT).is_new


def test_its_contract_years_stay_when_one_is_issued_later_on_an_earlier_night(later: OcmoHome) -> None:
    first = interim_report(later, "maasoever", NEXT_JUNE)
    register = IssuedStatements(open_lake(later).catalogue.engine)
    with register.engine.begin() as connection:
        register.add(IssuedStatement("maasoever", 2025, INTERIM_NIGHT, 0, "a", "b", "1"), connection)
    assert [row.year for row in register.before("maasoever", FINAL_NIGHT)] == [2025]
    again = interim_report(later, "maasoever", NEXT_JUNE)
    assert (again.is_new, again.document) == (False, first.document)


def test_it_tells_what_changed_since_the_last_report(later: OcmoHome) -> None:
    report = interim_report(later, "maasoever", NEXT_JUNE)
    assert (report.document["since"]["quarter"], report.document["correction"]) == ("2025Q3", None)
    changed = {(row["code"], row["subject"]): row for row in report.document["since"]["changes"]}
    assert changed["cost", ""]["before"] == 7 * PERSONS * 10_000
    assert changed["cost", ""]["after"] == 12 * PERSONS * 10_000
    assert ("kind_completed", "hospital_product") in changed
    (year,) = report.document["years"]
    assert year["months"] == 12
    assert year["replaced"] == [{"delivery_id": "zilverzorg-2025-01", "by": "zilverzorg-2025-02"}]


def test_a_report_made_elsewhere_has_the_same_bytes(interim_home: OcmoHome, tmp_path: Path) -> None:
    one, other = (
        interim_report(copied(interim_home, tmp_path / name), "maasoever", THIRD) for name in ("one", "other")
    )
    assert one.json.read_bytes() == other.json.read_bytes()
    assert one.html.read_bytes() == other.html.read_bytes()


def test_what_is_open_is_named(home: OcmoHome) -> None:
    (year,) = interim_report(home, "maasoever", THIRD).document["years"]
    missing = {(item["supplier"], item["table"]) for item in year["open"]}
    assert ("berkenhof", "patient_report") in missing
    assert ("zilverzorg", "claim_line") not in missing


def test_a_contract_without_figures_gets_a_report_that_says_so(home: OcmoHome) -> None:
    issued = interim_report(home, "polderzorg", THIRD)
    assert issued.document["years"] == []
    assert {item["supplier"] for item in issued.document["awaited"]} == {"kompas"}
    assert "Er zijn nog geen cijfers" in issued.html.read_text(encoding="utf-8")


def test_without_a_night_it_says_which_to_run(tmp_path: Path) -> None:
    home = even_home(tmp_path)
    with pytest.raises(NoDataError, match="No night up to 2025-10-15") as caught:
        interim_report(home, "maasoever", THIRD)
    assert "ocmo night run --date 2025-10-15" in caught.value.remedy


def test_the_json_is_plain_and_every_figure_is_provisional(home: OcmoHome) -> None:
    issued = interim_report(home, "maasoever", THIRD)
    stored = json.loads(issued.json.read_text(encoding="utf-8"))
    assert stored == issued.document
    assert stored["state"] == "provisional"
    assert all(figure["provisional"] for year in stored["years"] for figure in year["figures"])
    assert set(stored["sources"]["2025"]) >= {
        "mart_completed_cost",
        "mart_expected_cost",
        "mart_cost_by_kind",
    }
