"""A late indicator adds a tranche to what was issued, and nothing else: no claim that came since is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import FiguresError, NoDataError
from pipeline.home import OcmoHome
from pipeline.reporting.correction.correct import draft_correction, draft_tranche, issue_tranche
from pipeline.reporting.correction.standing import standing_statement
from pipeline.reporting.drafting import draft_statement
from pipeline.reporting.issuing import issue_statement
from pipeline.settlement.told import Told
from tests.interim_lake import FINAL_NIGHT, copied, night, redeliver
from tests.spec.test_corrections import AUTUMN, DELIVERED, SAVED, WHY, late


def told(code: str, value: str) -> tuple[Told, ...]:
    return (Told(f"indicator:{code}", 2025, value, "Register"),)


@pytest.fixture
def home(final_home: OcmoHome, tmp_path: Path) -> OcmoHome:
    """2025 is issued with one indicator at its goal and the other, which is late by plan, at its floor."""
    home = copied(final_home, tmp_path)
    path = home.contracts / "maasoever.yaml"
    text = path.read_text(encoding="utf-8")
    marked = text.replace("- id: eq5d_change\n", "- id: eq5d_change\n          late: true\n")
    assert marked != text
    path.write_text(marked, encoding="utf-8")
    night(home, FINAL_NIGHT)
    draft_statement(home, "maasoever", 2025, FINAL_NIGHT, told("complication_ratio", "0.80"), final=True)
    issue_statement(home, "maasoever", 2025, FINAL_NIGHT)
    return home


def test_a_tranche_is_what_the_late_indicator_adds(home: OcmoHome) -> None:
    before = standing_statement(home, "maasoever", 2025).document["payable_cents"]
    assert before < SAVED // 2
    redeliver(home, DELIVERED, late)
    draft_tranche(home, "maasoever", 2025, FINAL_NIGHT, told("eq5d_change", "0.25"))
    made = issue_tranche(home, "maasoever", 2025, FINAL_NIGHT)
    content = json.loads((made.folder / "maasoever-2025-tranche-01.json").read_text(encoding="utf-8"))
    assert (content["document"], content["state"]) == ("tranche statement", "final")
    assert [cause["cause"] for cause in content["causes"]] == ["late_quality"]
    assert before + content["difference_cents"] == content["payable_cents"] == SAVED // 2
    # what claims did since is a correction, against the tranche
    after = draft_correction(home, "maasoever", 2025, AUTUMN, WHY).correction
    assert (after.number, after.difference_cents) == (2, -6_500)


def test_only_what_is_late_by_plan_comes_in_a_tranche(home: OcmoHome) -> None:
    with pytest.raises(NoDataError, match="late by plan is known by now"):
        draft_tranche(home, "maasoever", 2025, FINAL_NIGHT)
    with pytest.raises(FiguresError, match="is no indicator that is late by plan"):
        draft_tranche(home, "maasoever", 2025, FINAL_NIGHT, told("complication_ratio", "0.80"))
