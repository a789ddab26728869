"""Figures that nobody delivers are told in a file, kept with the draft, and shown with who told them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.contract.shelf import contract_of
from pipeline.errors import FiguresError
from pipeline.home import OcmoHome
from pipeline.reporting.drafting import take_in
from pipeline.reporting.told_files import read_told
from pipeline.settlement.figure_names import cure_of_missing
from pipeline.settlement.told import Told
from tests.interim_lake import FINAL_NIGHT, copied
from tests.spec.test_contract_without_figures import as_maasoever

MEMBERS = ("06990001", "08990001", "08990002", "41990001")
BIRTHS = {"experience": "8.5", "low_apgar": "0.90", "breastfeeding": "0.60"}


@pytest.fixture
def births(final_home: OcmoHome, tmp_path: Path) -> OcmoHome:
    """The region under the contract about birth care, of which the nightly steps make no figure."""
    home = copied(final_home, tmp_path / "home")
    (home.contracts / "maasoever.yaml").write_text(as_maasoever("geboortezorg"), encoding="utf-8")
    (home.root / "ocmo.yaml").write_text(f"contracts: {home.contracts}\n", encoding="utf-8")
    return home


def of_births(folder: Path) -> Path:
    """1,000 pregnancies that cost EUR 5,000 each, of EUR 5,400 agreed."""
    said = "Jaaropgave van de coöperatie"
    lines = [
        "name;year;subject;value;source",
        f"episodes;2025;;1000;{said}",
        f"actual_cents;2025;;500000000;{said}",
    ]
    lines += [f"truncated_cents;2025;;0;{said}", f"left_within_year;2025;;0;{said}"]
    lines += [f"member_volume;2025;{code};1000000;{said}" for code in MEMBERS]
    lines += [f"member_lost_revenue_cents;2025;{code};0;{said}" for code in MEMBERS]
    lines += [f"indicator;2025;{code};{value};Registratie" for code, value in BIRTHS.items()]
    file = folder / "told.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_contract_without_nightly_figures_is_settled_and_issued_by_command(
    births: OcmoHome, tmp_path: Path
) -> None:
    about = [
        "--home",
        str(births.root),
        "--contract",
        "maasoever",
        "--year",
        "2025",
        "--date",
        str(FINAL_NIGHT),
    ]
    run = CliRunner().invoke(app, ["settlement", "run", *about, "--figures", str(of_births(tmp_path))])
    assert run.exit_code == 0, run.output
    issue = CliRunner().invoke(app, ["settlement", "issue", *about])
    assert issue.exit_code == 0, issue.output
    folder = births.reports / "issued" / "maasoever-2025"
    made = json.loads((folder / "maasoever-2025-final.json").read_text(encoding="utf-8"))
    # EUR 400,000 saved, of which what is above 2 % of EUR 5.4 million (EUR 108,000) is shared at 70 %
    assert made["payable_cents"] == 20_440_000
    assert made["notes"] == ["nothing_measured"]
    assert {one["source"] for one in made["told"]} == {"Jaaropgave van de coöperatie", "Registratie"}
    page = (folder / "maasoever-2025-final.html").read_text(encoding="utf-8")
    assert "Meegedeelde cijfers" in page
    assert "Jaaropgave van de coöperatie" in page


def test_what_is_measured_or_asked_by_nobody_cannot_be_told(final_home: OcmoHome) -> None:
    contract = contract_of(final_home.contracts, "maasoever", 2025)
    for one, said in (
        (Told("actual_cents", 2025, "1", "x"), "is measured"),
        (Told("revenue_cents", 2025, "1", "x"), "asks for no 'revenue_cents' of 2025"),
    ):
        both = (
            *(Told(f"indicator:{code}", 2025, "0.25", "x") for code in ("complication_ratio", "eq5d_change")),
            one,
        )
        with pytest.raises(FiguresError, match=said):
            take_in(final_home, contract, 2025, FINAL_NIGHT, both)


# what stands in the file -> what is said of it
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("figures:\n  - {name: revenue_cents, year: 2025, value: 1}\n", "no 'source'"),
        (
            "figures:\n  - {name: turnover, year: 2025, value: 1, source: x}\n",
            "No rule knows a figure 'turnover'",
        ),
        ("figures:\n  - {name: revenue_cents, year: 2025, value: much, source: x}\n", "'much' is no number"),
        (
            "figures:\n  - {name: left_within_year, year: 2025, value: 2, source: x}\n",
            "'left_within_year' is 2",
        ),
        ("figures:\n  - {name: revenue_cents, year: 2025, value: 1, source: x, unit: EUR}\n", "'unit'"),
        ("revenue_cents: 1\n", "no list of figures"),
        (
            "figures:\n  - {name: revenue_cents, year: 2025, value: 1, source: x}\n"
            "  - {name: revenue_cents, year: 2025, value: 2, source: y}\n",
            "told twice",
        ),
    ],
)
def test_a_file_that_cannot_be_read_as_figures(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "told.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FiguresError, match=said) as caught:
        read_told(file)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("insured_months", "Run the nightly pipeline"),
        ("revenue_cents", "Nobody delivers it: ask who knows it"),
        ("member_volume:06990001", 'subject: "06990001"'),
        ("carried_loss_cents", "It stands on the issued statement of the year before"),
        ("actual_cents:copd", 'subject: "copd"'),
    ],
)
def test_the_cure_of_a_missing_figure_is_one_that_works(name: str, cure: str) -> None:
    assert cure in cure_of_missing(name, 2025)
