"""Commands over several contracts or years: the fault of one does not keep the others from being done."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import FiguresError, NoDataError, OcmoError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the contracts of the source tree."""
    (tmp_path / "ocmo.yaml").write_text("threads: 1\n")
    return tmp_path


def run(home: Path, *words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def test_one_contract_without_a_report_keeps_no_other_from_its_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interim_report(_: object, contract: str, *__: object) -> Any:
        if contract == "maasoever":
            raise NoDataError("That quarter has no night")
        return SimpleNamespace(document={"contract": contract})

    monkeypatch.setattr("pipeline.reporting.interim.report.interim_report", interim_report)
    ended = run(home, "interim", "run", "--quarter", "2025Q3", "--json")
    assert '"contract": "polderzorg"' in ended.output
    assert "maasoever: That quarter has no night." in ended.output
    assert isinstance(ended.exception, OcmoError)
    assert ended.exception.exit_code == NoDataError.exit_code


def test_one_year_that_cannot_be_recomputed_keeps_no_other_from_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def recompute(_: object, __: str, year: int, *___: object) -> Any:
        if year == 2025:
            raise FiguresError("The comparison group is empty")
        done.append(year)
        return SimpleNamespace(statement=None, difference_cents=None, is_new=True, folder="there")

    monkeypatch.setattr("pipeline.reporting.recomputing.recompute", recompute)
    monkeypatch.setattr("pipeline.reporting.statement.plain_words", lambda *_, **__: "settled")
    line = "settlement recompute --contract maasoever --year 2025 --year 2026 --date 2027-07-15 --reason x"
    ended = run(home, *line.split())
    assert done == [2026]
    assert "maasoever 2025: The comparison group is empty." in ended.output
    assert isinstance(ended.exception, OcmoError)
    assert ended.exception.exit_code == FiguresError.exit_code


@pytest.mark.parametrize(("options", "year"), [((), 2026), (("--year", "2025"), 2025)])
def test_the_books_are_of_the_year_that_is_asked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], year: int
) -> None:
    with_data(monkeypatch)
    line = "books --contract maasoever --date 2027-07-15 --json"
    assert f'"year": {year}' in run(home, *line.split(), *options).output


def test_a_year_without_data_has_no_books(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_data(monkeypatch)
    ended = run(home, *["books", "--contract", "maasoever", "--date", "2027-07-15", "--year", "2024"])
    assert isinstance(ended.exception, NoDataError)
    assert ended.exception.what == "There is no data for 2024 of contract 'maasoever' on 2027-07-15"


def with_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contract maasoever has data over 2025 and 2026."""
    from pipeline.claims.books import BookDifferences

    def differences(_: object, contract: str, year: int, date: Any) -> BookDifferences:
        return BookDifferences(contract, year, date, (), pl.DataFrame({"as_of_date": []}))

    due = [("maasoever", 2025), ("maasoever", 2026)]
    monkeypatch.setattr("pipeline.deliveries.due.require_data", lambda *_: None)
    monkeypatch.setattr("pipeline.deliveries.due.settlements_due", lambda *_: due)
    monkeypatch.setattr("pipeline.claims.book_differences", differences)
