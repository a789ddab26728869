"""`ocmo contract`: what a person types and sees."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.app import app
from pipeline.errors import SettingsError
from pipeline.home import CHECKOUT, STATE_VARIABLE

CONTRACT = CHECKOUT / "contracts" / "maasoever.yaml"
TEXT = CONTRACT.read_text(encoding="utf-8")
AMENDED = TEXT.replace(
    "  version: 1\n",
    "  version: 2\n  supersedes_from: 2026-01-01\n  because: Het deel gaat omhoog.\n",
).replace("2025-01-01: 0.50\n\n# The malus", "2025-01-01: 0.55\n\n# The malus")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf with a contract and its amendment, served by the OCMO of this folder."""
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "one.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "shelf" / "two.yaml").write_text(AMENDED, encoding="utf-8")
    (tmp_path / "ocmo").mkdir()
    (tmp_path / "ocmo" / "ocmo.yaml").write_text("contracts: ../shelf\n", encoding="utf-8")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["contract", *words], env={"COLUMNS": "160"})


def data(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_several_files_are_checked_and_all_that_is_wrong_is_told(folder: Path) -> None:
    broken = TEXT.replace("  gain_rate:", "  gain_rat:").replace("first_euro\n", "first_cent\n", 1)
    (folder / "broken.yaml").write_text(broken, encoding="utf-8")
    result = run("check", "shelf", "broken.yaml", str(CHECKOUT / "contracts" / "examples" / "longzorg.yaml"))
    assert result.exit_code == 21
    assert "shelf/two.yaml: contract maasoever, version 2, is complete and consistent" in result.stdout
    assert (
        "The nightly steps make no figures yet of: patient years (unit.counted_in, clause 2.1)"
        in result.stdout
    )
    assert result.stderr.count("broken.yaml: ") == 2


def test_the_same_as_json(folder: Path) -> None:
    (folder / "broken.yaml").write_text(TEXT.replace("  gain_rate:", "  gain_rat:"), encoding="utf-8")
    good, bad = data("check", str(CONTRACT), "broken.yaml")
    assert (good["usable"], good["contract"], good["version"], good["years"]) == (
        True,
        "maasoever",
        1,
        [2025, 2026, 2027],
    )
    assert len(good["digest"]) == 64
    (fault,) = bad["faults"]
    line = next(n for n, text in enumerate(TEXT.splitlines(), 1) if text.startswith("  gain_rate:"))
    assert (fault["file"], fault["line"], fault["key"]) == ("broken.yaml", str(line), "sharing.gain_rat")
    assert fault["clause"] == "7.3"
    assert fault["cure"].startswith("Did you mean 'gain_rate'?")
    assert fault["exit_code"] == 21


def test_two_amendments_for_one_day_are_told_with_the_file(folder: Path) -> None:
    third = AMENDED.replace("  version: 2\n", "  version: 3\n")
    (folder / "shelf" / "three.yaml").write_text(third, encoding="utf-8")
    result = run("check", "shelf")
    assert result.exit_code == 22
    assert "two amendments for 2026-01-01: version 2 in two.yaml and version 3 in three.yaml" in result.stderr


def test_an_order_of_rules_that_cannot_be_is_told_with_its_line(folder: Path) -> None:
    order = (
        "order:\n  after: {clause: '7.7', unit: 'rules, by their names on the statement', says: Zo.,"
        " values: {2025-01-01: [{rule: limited_shar, after: consortium_share}]}}\n\nreporting:"
    )
    (folder / "order.yaml").write_text(TEXT.replace("reporting:", order), encoding="utf-8")
    result = run("check", "order.yaml")
    assert result.exit_code == 22
    assert "order.yaml, line " in result.stderr
    assert "key 'order.after', clause 7.7" in result.stderr
    assert "Did you mean 'limited_share'?" in result.stderr


# the contract that is named and when -> version and gain rate
@pytest.mark.parametrize(
    ("words", "version", "rate"),
    [
        (["maasoever", "--date", "2025-12-31"], 1, "0.50"),
        (["maasoever", "--date", "2026-01-01"], 2, "0.55"),
        (["maasoever", "--year", "2025"], 1, "0.50"),
        (["maasoever", "--year", "2027"], 2, "0.55"),
        (["maasoever"], 2, "0.55"),
        (["maasoever@1", "--year", "2027"], 1, "0.50"),
        (["shelf/one.yaml", "--year", "2027"], 1, "0.50"),
    ],
)
def test_terms_are_shown_of_the_version_in_force(
    folder: Path, words: list[str], version: int, rate: str
) -> None:
    shown = data("show", *words)
    assert shown["version"] == version
    assert shown["terms"]["sharing.gain_rate"] == {
        "clause": "7.3",
        "unit": "share of the saving",
        "since": "2025-01-01",
        "value": rate,
    }


def test_terms_are_shown_as_a_table(folder: Path) -> None:
    shown = run("show", "maasoever", "--year", "2026").stdout
    assert "version 2, which holds from 2026-01-01: terms on 2026-01-01" in shown
    assert "[sex, age_class]" in shown
    assert '- {agb_code: "06990002", name: Ziekenhuis De Linde}' in shown


def test_two_versions_are_told_apart(folder: Path) -> None:
    by_id, by_file = (
        run("diff", "maasoever@1", "maasoever@2"),
        run("diff", "shelf/one.yaml", "shelf/two.yaml"),
    )
    assert by_id.stdout == by_file.stdout
    assert "sharing.gain_rate (clause 7.3): 0.50 becomes 0.55, from 2026-01-01 on." in by_id.stdout
    assert data("diff", "maasoever@1", "maasoever@2")[-1] == {
        "kind": "term",
        "key": "sharing.gain_rate",
        "before": "0.50",
        "after": "0.55",
        "clause": "7.3",
        "since": "2026-01-01",
        "until": None,
    }
    assert run("diff", "shelf/one.yaml", "shelf/one.yaml").stdout == "The two contracts say the same.\n"


def test_an_amendment_from_within_a_year_says_when_it_counts(folder: Path) -> None:
    within = AMENDED.replace("supersedes_from: 2026-01-01", "supersedes_from: 2026-07-01")
    (folder / "within.yaml").write_text(within, encoding="utf-8")
    said = "terms that are settled by whole years count from 2027-01-01 on, and 2026 is settled as it was"
    assert said in run("check", "within.yaml").stdout
    shown = run("diff", "shelf/one.yaml", "within.yaml").stdout
    assert "0.50 becomes 0.55, from 2027-01-01 on." in shown
    assert "sharing.gain_rate count from 2027-01-01 on, and 2026 is settled as it was" in shown
    assert "settled as it was" not in run("check", "shelf").stdout


def test_texts_stand_between_quotes_and_end_with_one_full_stop(folder: Path) -> None:
    other = AMENDED.replace("Het deel gaat omhoog.", "Anders.").replace("version: 2", "version: 3")
    (folder / "other.yaml").write_text(other, encoding="utf-8")
    shown = run("diff", "shelf/two.yaml", "other.yaml").stdout.splitlines()
    assert "contract.because: 'Het deel gaat omhoog.' becomes 'Anders.'" in shown
    assert (
        "contract.supersedes_from: is new: 2026-01-01." in run("diff", "shelf/one.yaml", "other.yaml").stdout
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", "nowhere"], "There is no contract 'nowhere'"),
        (["show", "maasoever@9"], "There is no version 9"),
        (["show", "maasoever@x"], "'maasoever@x' names no version"),
        (["show", "maasoever", "--date", "2031-01-01"], "2031 is outside the term"),
        (["explain", "maasoever", "--year", "2024"], "2024 is outside the term"),
    ],
)
def test_what_is_not_there_is_told(folder: Path, words: list[str], says: str) -> None:
    assert says in str(run(*words).exception)


def test_a_contract_is_explained_in_the_language_asked(folder: Path) -> None:
    assert "Deze versie geldt vanaf 01-01-2026: Het deel gaat omhoog." in run("explain", "maasoever").stdout
    assert "This version holds from 2026-01-01" in run("explain", "maasoever", "--language", "en").stdout


def test_a_contract_outside_any_home_is_told_to_be_given_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))
    result = CliRunner().invoke(app, ["contract", "explain", "maasoever"])
    assert isinstance(result.exception, SettingsError)
    assert "Give the path of a contract's file." in str(result.exception)


HEAVY = ("polars", "duckdb", "sqlalchemy", "scipy", "airflow")


def test_checking_a_file_waits_for_none_of_the_packages_it_does_not_need() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from pipeline.cli.app import app;"
        f" result = CliRunner().invoke(app, ['contract', 'check', {str(CONTRACT)!r}]); assert result.exit_code == 0;"
        f" print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
