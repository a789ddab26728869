"""`ocmo contract simulate`: what a person types and sees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.app import app
from pipeline.home import CHECKOUT
from tests.people_drawn import person_years

CONTRACT = str(CHECKOUT / "contracts" / "maasoever.yaml")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("persons") / "persons.csv"
    person_years(300, comparison=200).write_csv(path)
    return path


def run(*words: str) -> Result:
    return CliRunner().invoke(
        app, ["contract", "simulate", CONTRACT, "--times", "20", *words], env={"COLUMNS": "160"}
    )


def test_it_tells_tables_and_writes_a_page(table: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = run("--persons", str(table), "--page", str(page))
    assert done.exit_code == 0, done.output
    assert "Past years" in done.output
    assert "20 years without any true effect, of 300 persons with their cost up to 2025" in done.output
    assert "50,000 (as agreed)" in done.output
    assert "quality at 100%" in done.output
    assert "Without any true effect" in done.output
    assert "Voor de ondertekening" in page.read_text(encoding="utf-8")


def test_json_is_the_same_each_time_and_a_csv_or_parquet_alike(table: Path, tmp_path: Path) -> None:
    parquet = tmp_path / "persons.parquet"
    person_years(300, comparison=200).write_parquet(parquet)
    first, second = (run("--persons", str(path), "--json") for path in (table, parquet))
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    told = json.loads(first.stdout)
    assert told["chance"]["years"] == 20
    assert [row["year"] for row in told["past"]] == [2023, 2024, 2025]
    assert told["past"][0]["lacking"] == [2020, 2021]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--persons FILE"),
        (["--date", "2026-07-15", "--persons", "x.csv"], "--persons FILE"),
        (["--persons", "nothing.csv"], "cannot be read"),
        (["--persons", "{table}", "--quality", "good"], "'good' is no quality"),
        (["--persons", "{table}", "--year", "2031"], "outside the term"),
    ],
)
def test_mistakes_are_told(words: list[str], told: str, table: Path) -> None:
    done = run(*[word.format(table=table) for word in words])
    assert done.exit_code != 0
    assert told in f"{done.output} {done.exception}"


def test_figures_that_are_given_must_be_known(table: Path, tmp_path: Path) -> None:
    given = tmp_path / "figures.yaml"
    given.write_text("natinal_index: {2022: 100}\n", encoding="utf-8")
    done = run("--persons", str(table), "--figures", str(given))
    assert "No rule knows the figure 'natinal_index'" in f"{done.output} {done.exception}"
