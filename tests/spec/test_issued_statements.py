"""What is issued stays: a draft becomes final once, and later figures stand beside it with the difference.

The contract here has no quality terms, because the even region has no hospital records.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from pipeline.errors import (
    ContractValueError,
    IssuedStatementError,
    NoDataError,
    ReconciliationError,
    SettingsError,
)
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.drafting import draft_statement
from pipeline.reporting.interim import Quarter
from pipeline.reporting.interim.report import interim_report
from pipeline.reporting.issued import IssuedStatements
from pipeline.reporting.issuing import issue_statement
from pipeline.reporting.recomputing import recompute
from tests.interim_lake import FINAL_NIGHT, INTERIM_NIGHT, PERSONS, copied, night

AUTUMN_NIGHT = dt.date(2026, 10, 15)
SAVED = round(
    (12 * 10_000 * 0.0455427) * PERSONS
)  # the agreed growth, and nothing cost more; see test_interim_report


@pytest.fixture(scope="module")
def drafted(final_home: OcmoHome, tmp_path_factory: pytest.TempPathFactory) -> OcmoHome:
    """A draft on the figures of the final night, under a contract without quality terms."""
    home = copied(final_home, tmp_path_factory.mktemp("drafted"))
    contract = home.contracts / "maasoever.yaml"
    text = contract.read_text(encoding="utf-8")
    start, end = text.index("\nquality:"), text.index("\nsharing:")
    contract.write_text(text[:start] + text[end:], encoding="utf-8")
    for date in (INTERIM_NIGHT, FINAL_NIGHT):
        night(home, date)
    draft_statement(home, "maasoever", 2025, FINAL_NIGHT)
    return home


@pytest.fixture
def home(drafted: OcmoHome, tmp_path: Path) -> OcmoHome:
    return copied(drafted, tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_issuing_makes_the_draft_final_and_enters_its_digest(home: OcmoHome) -> None:
    issued = issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    row = IssuedStatements(open_lake(home).catalogue.engine).find("maasoever", 2025)
    assert row is not None
    assert (row.business_date, row.payable_cents) == (FINAL_NIGHT, SAVED // 2)
    final = json.loads((issued.folder / "maasoever-2025-final.json").read_text(encoding="utf-8"))
    draft = json.loads(
        (home.reports / f"statements/{FINAL_NIGHT}/maasoever-2025-draft.json").read_text(encoding="utf-8")
    )
    assert (final.pop("state"), draft.pop("state")) == ("final", "draft")
    assert final == draft


def test_a_year_is_issued_once(home: OcmoHome) -> None:
    issued = issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    before = contents(issued.folder)
    with pytest.raises(IssuedStatementError, match="was issued already") as caught:
        issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    assert "ocmo settlement recompute" in caught.value.remedy
    assert contents(issued.folder) == before


def test_only_what_was_drafted_and_read_is_issued(home: OcmoHome) -> None:
    draft = home.reports / f"statements/{FINAL_NIGHT}/maasoever-2025-draft.json"
    text = draft.read_text(encoding="utf-8")
    draft.write_text(text.replace('"state": "draft"', '"state": "drafted"'), encoding="utf-8")
    with pytest.raises(NoDataError, match="is not what these figures give"):
        issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    draft.unlink()
    with pytest.raises(NoDataError, match="There is no draft"):
        issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    assert not (home.reports / "issued" / "maasoever-2025").exists()


def test_an_issue_that_was_broken_off_is_finished(home: OcmoHome, tmp_path: Path) -> None:
    """The files were placed and the register was not written: the same ones are taken, others refused."""
    twin = copied(home, tmp_path / "twin")
    made = issue_statement(twin, "maasoever", 2025, FINAL_NIGHT)
    folder = home.reports / "issued" / "maasoever-2025"
    folder.mkdir(parents=True)
    for name, content in contents(made.folder).items():
        (folder / name).write_bytes(content)
    (folder / "maasoever-2025-final.html").write_text("another", encoding="utf-8")
    with pytest.raises(IssuedStatementError, match="the register does not know"):
        issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    assert IssuedStatements(open_lake(home).catalogue.engine).all() == []
    (folder / "maasoever-2025-final.html").write_bytes(contents(made.folder)["maasoever-2025-final.html"])
    issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    assert contents(folder) == contents(made.folder)


def test_a_recomputation_stands_beside_what_was_issued(home: OcmoHome) -> None:
    issued = issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    before = contents(issued.folder)
    made = recompute(home, "maasoever", 2025, INTERIM_NIGHT, "What the figures of October would have given")
    assert contents(issued.folder) == before
    assert made.is_new
    assert set(contents(made.folder)) == {
        "maasoever-2025-recomputed.json",
        "maasoever-2025-recomputed.html",
        "difference.json",
        "difference.html",
    }
    difference = json.loads((made.folder / "difference.json").read_text(encoding="utf-8"))
    lines = {(line["rule"], line["subject"]): line for line in difference["lines"]}
    # In October five months of hospital products were not invoiced, for both sides alike.
    actual = lines["cost_per_insured_year", "2025"]
    assert (actual["issued"], actual["recomputed"]) == (120_000, 70_000)
    assert actual["difference"] == -50_000
    assert lines["trend", "2024"]["difference"] == 0
    assert difference["difference_cents"] == made.statement.payable_cents - SAVED // 2
    page = (made.folder / "difference.html").read_text(encoding="utf-8")
    assert "What the figures of October would have given" in page


def test_the_same_recomputation_changes_nothing(home: OcmoHome) -> None:
    first = recompute(home, "maasoever", 2025, FINAL_NIGHT, "A check")
    before = contents(home.reports)
    again = recompute(home, "maasoever", 2025, FINAL_NIGHT, " A check ")
    assert (again.folder, again.is_new, first.difference_cents) == (first.folder, False, None)
    assert contents(home.reports) == before
    assert recompute(home, "maasoever", 2025, FINAL_NIGHT, "Another reason").folder != first.folder


def test_a_recomputation_needs_a_reason_and_sound_issued_files(home: OcmoHome) -> None:
    with pytest.raises(SettingsError, match="needs a reason"):
        recompute(home, "maasoever", 2025, FINAL_NIGHT, "  ")
    issued = issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    (issued.folder / "maasoever-2025-final.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReconciliationError, match="is not what was issued"):
        recompute(home, "maasoever", 2025, FINAL_NIGHT, "A check")


def test_an_issued_year_is_reported_no_more_from_the_next_night_on(home: OcmoHome) -> None:
    june = interim_report(home, "maasoever", Quarter(2026, 2))
    issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    again = interim_report(home, "maasoever", Quarter(2026, 2))
    assert (again.is_new, again.document["years"]) == (False, june.document["years"])

    night(home, AUTUMN_NIGHT)
    report = interim_report(home, "maasoever", Quarter(2026, 3))
    assert report.document["years"] == []
    assert report.document["issued"] == [{"year": 2025, "business_date": "2026-07-15"}]
    assert max(item["year"] for item in report.document["awaited"]) == 2026
    assert "Contractjaar 2025 is vastgesteld" in report.html.read_text(encoding="utf-8")


def test_the_contract_stands_from_the_first_statement_on_and_is_amended_by_a_new_version(
    home: OcmoHome,
) -> None:
    path = home.contracts / "maasoever.yaml"
    text = path.read_text(encoding="utf-8")
    more = text.replace("2025-01-01: 0.50\n\n# The malus", "2025-01-01: 0.55\n\n# The malus")
    assert more != text
    issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    path.write_text(more, encoding="utf-8")
    with pytest.raises(ContractValueError, match="Version 1 of contract 'maasoever' was changed"):
        night(home, AUTUMN_NIGHT)
    path.write_text(text, encoding="utf-8")
    amends = "  version: 2\n  supersedes_from: 2025-01-01\n  because: Het deel gaat omhoog.\n"
    amended = more.replace("  version: 1\n", amends)
    (home.contracts / "maasoever-amended.yaml").write_text(amended, encoding="utf-8")
    made = recompute(home, "maasoever", 2025, AUTUMN_NIGHT, "The amendment of autumn")
    assert made.statement.contract.contract.version == 2
    assert made.difference_cents == round(SAVED * 0.55) - round(SAVED * 0.50)
