"""Drafting a statement: nothing is settled that does not close, and what to do is a command that can be typed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.errors import ReconciliationError
from pipeline.reporting import drafting
from tests.unit.lake_world import home_in


def test_what_does_not_close_is_told_with_the_step_and_the_whole_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    step = SimpleNamespace(
        step="claims to person years", quantity="cents", before=5, after=4, scope="2025", closes=False
    )
    settled = SimpleNamespace(statement=None, reconciliation=SimpleNamespace(steps=(step,)))
    monkeypatch.setattr(drafting, "settle_on", lambda *_: settled)
    with pytest.raises(ReconciliationError, match="the first is 'claims to person years'") as refused:
        drafting.settle_closed(home_in(tmp_path), "maasoever", 2025, dt.date(2026, 7, 15))
    assert refused.value.remedy.startswith("`ocmo reconcile --date 2026-07-15` shows all steps.")
