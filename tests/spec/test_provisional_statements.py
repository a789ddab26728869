"""Issued provisionally, then finally: the advance and the balance add up to what is payable, to the cent.

The even region has no hospital records, so both indicators of the contract are unknown until somebody tells them. With
both at their goal half of what was saved is payable.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import FiguresError, IssuedStatementError, NoDataError
from pipeline.home import OcmoHome
from pipeline.reporting.correction.correct import draft_correction
from pipeline.reporting.drafting import draft_statement
from pipeline.reporting.issuing import issue_statement
from pipeline.settlement.told import Told
from tests.interim_lake import FINAL_NIGHT, copied, night, redeliver
from tests.spec.test_corrections import AUTUMN, DELIVERED, SAVED, WHY, late

AT_GOAL = {"complication_ratio": "0.80", "eq5d_change": "0.25"}
WHILE_UNKNOWN = """
  while_unknown:
    clause: "6.9"
    unit: choice
    says: Telt voor het doel.
    values:
      2025-01-01: goal
"""
ADVANCE = """
provisional:
  advance:
    clause: "6.10"
    unit: share of the provisional amount
    says: Zolang niet alles bekend is, wordt dit deel vooruit betaald.
    values:
      2025-01-01: 0.80
"""


def told(**values: str) -> tuple[Told, ...]:
    return tuple(
        Told(f"indicator:{code}", 2025, value, "Verslag van het ziekenhuis") for code, value in values.items()
    )


def home_with(final_home: OcmoHome, root: Path, advance: str) -> OcmoHome:
    """The region under a contract that counts unknown indicators at their goal; its night has run."""
    home = copied(final_home, root)
    path = home.contracts / "maasoever.yaml"
    text = path.read_text(encoding="utf-8")
    end = text.index("\nsharing:")
    path.write_text(text[:end] + WHILE_UNKNOWN + advance + text[end:], encoding="utf-8")
    night(home, FINAL_NIGHT)
    return home


@pytest.fixture(scope="module")
def provisional_home(final_home: OcmoHome, tmp_path_factory: pytest.TempPathFactory) -> OcmoHome:
    """2025 is issued provisionally, and 80 % is paid."""
    home = home_with(final_home, tmp_path_factory.mktemp("provisional"), ADVANCE)
    draft_statement(home, "maasoever", 2025, FINAL_NIGHT)
    issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    return home


@pytest.fixture
def home(provisional_home: OcmoHome, tmp_path: Path) -> OcmoHome:
    return copied(provisional_home, tmp_path)


def issued(home: OcmoHome, state: str) -> dict[str, Any]:
    folder = "maasoever-2025" + ("" if state == "final" else f"-{state}")
    path = home.reports / "issued" / folder / f"maasoever-2025-{state}.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def amount(statement: dict[str, Any], rule: str) -> int:
    return next(int(line["result"]["value"]) for line in statement["lines"] if line["rule"] == rule)


def test_what_is_issued_while_something_is_unknown_is_called_provisional(home: OcmoHome) -> None:
    made = issued(home, "provisional")
    assert made["state"] == "provisional"
    assert made["payable_cents"] == SAVED // 2
    assert amount(made, "advance") == round(SAVED // 2 * 0.8)
    assert not (home.reports / "issued" / "maasoever-2025").exists()
    page = home.reports / "issued" / "maasoever-2025-provisional" / "maasoever-2025-provisional.html"
    said = page.read_text(encoding="utf-8").replace("\u00a0", " ")
    assert '<p class="amount">€ 655,82</p>' in said
    assert "Een voorschot: het jaar komt voorlopig uit op € 819,77." in said


# told later: at the goal, halfway the points, at the floor where the score is below the minimum
@pytest.mark.parametrize(
    ("values", "payable"),
    [
        (AT_GOAL, SAVED // 2),
        ({"complication_ratio": "0.80", "eq5d_change": "0"}, None),
        ({"complication_ratio": "2", "eq5d_change": "0"}, 0),
    ],
)
def test_advance_and_balance_are_what_is_payable(
    home: OcmoHome, values: dict[str, str], payable: int | None
) -> None:
    drafted = draft_statement(home, "maasoever", 2025, FINAL_NIGHT, told(**values), final=True)
    final = issue_statement(home, "maasoever", 2025, FINAL_NIGHT).statement
    assert (final.state, final.payable_cents) == ("final", drafted.statement.payable_cents)
    assert payable is None or final.payable_cents == payable
    made, before = issued(home, "final"), issued(home, "provisional")
    assert amount(before, "advance") + amount(made, "balance") == made["payable_cents"]
    assert final.due_cents == amount(made, "balance")
    assert {one["name"]: one["source"] for one in made["told"]} == {
        "indicator:complication_ratio": "Verslag van het ziekenhuis",
        "indicator:eq5d_change": "Verslag van het ziekenhuis",
        "paid_provisionally_cents": "issued/maasoever-2025-provisional",
    }


def test_without_an_agreed_advance_all_of_it_is_paid_and_set_off(
    final_home: OcmoHome, tmp_path: Path
) -> None:
    home = home_with(final_home, tmp_path, "")
    draft_statement(home, "maasoever", 2025, FINAL_NIGHT)
    first = issue_statement(home, "maasoever", 2025, FINAL_NIGHT).statement
    assert (first.state, first.due_cents) == ("provisional", SAVED // 2)
    nothing = told(complication_ratio="2", eq5d_change="0")
    final = draft_statement(home, "maasoever", 2025, FINAL_NIGHT, nothing).statement
    assert (final.payable_cents, final.due_cents) == (0, -(SAVED // 2))


def test_a_correction_after_it_tells_what_is_paid_more(home: OcmoHome) -> None:
    """EUR 65 less is payable after late claims, and EUR 65 is paid back: the balance was paid before."""
    draft_statement(home, "maasoever", 2025, FINAL_NIGHT, told(**AT_GOAL))
    issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    redeliver(home, DELIVERED, late)
    correction = draft_correction(home, "maasoever", 2025, AUTUMN, WHY).correction
    assert correction.difference_cents == -6_500
    lines = {line.rule: line for line in correction.lines}
    assert lines["balance"].difference == -6_500
    assert correction.after.due_cents == correction.after.payable_cents == SAVED // 2 - 6_500
    assert len(correction.after.told) == 3


def test_what_is_provisional_is_neither_issued_twice_nor_corrected_nor_called_final(home: OcmoHome) -> None:
    with pytest.raises(IssuedStatementError, match="provisionally already, and this is provisional too"):
        issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    with pytest.raises(NoDataError, match="what is provisional is not corrected"):
        draft_correction(home, "maasoever", 2025, AUTUMN, WHY)
    one = told(complication_ratio="0.80")
    with pytest.raises(FiguresError, match="Not known yet: eq5d_change"):
        draft_statement(home, "maasoever", 2025, FINAL_NIGHT, one, final=True)


def test_told_at_the_command_line(home: OcmoHome, tmp_path: Path) -> None:
    (home.root / "ocmo.yaml").write_text(f"contracts: {home.contracts}\n", encoding="utf-8")
    file = tmp_path / "told.csv"
    file.write_text(
        "name,year,subject,value,source\n"
        "indicator,2025,complication_ratio,0.80,Report\nindicator,2025,eq5d_change,0.25,Report\n",
        encoding="utf-8",
    )
    about = [
        "--home",
        str(home.root),
        "--contract",
        "maasoever",
        "--year",
        "2025",
        "--date",
        str(FINAL_NIGHT),
    ]
    run = CliRunner().invoke(app, ["settlement", "run", *about, "--figures", str(file), "--final"])
    assert run.exit_code == 0, run.output
    assert (
        "What is left after €\u00a0655.82 was paid provisionally: the year comes to €\u00a0819.77."
        in run.output
    )
    issue = CliRunner().invoke(app, ["settlement", "issue", *about])
    assert issue.exit_code == 0, issue.output
    assert dt.date.fromisoformat(issued(home, "final")["business_date"]) == FINAL_NIGHT
