"""What the OCMO says of a delivery beside which something else happens, or that turns out not to be what it says."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.deliveries import Status
from pipeline.linkage.discarding import discard_opened
from pseudonymisation.audit import DONE, AuditLog, Line
from pseudonymisation.errors import DeliveryIncompleteError
from tests.unit.linkage_world import FIRST, Linkage, account, claim_lines
from tests.unit.pseudonymisation_world import OCMO

take_in_module = importlib.import_module("pipeline.linkage.take_in")


@pytest.fixture
def line(tmp_path: Path) -> Linkage:
    return Linkage.make(tmp_path)


def log(line: Linkage) -> list[Line]:
    return AuditLog.of_home(line.home.root, line.world.rings[OCMO].identity).lines()


def test_an_objection_beside_it_that_acknowledges_and_discards_it_first(
    line: Linkage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrivals are tasks of their own: one that was just published may be done with by another's hand."""
    line.send()
    publishing = take_in_module.publish

    def publish_and_be_overtaken(*args: Any) -> bool:
        published: bool = publishing(*args)
        discard_opened(line.home, {"maasoever"})
        return published

    monkeypatch.setattr(take_in_module, "publish", publish_and_be_overtaken)
    assert line.take_in().outcome == Status.LINKED
    assert [path.name for path in line.home.ttp_outbox.glob("*.ack")] == [f"{FIRST}.ack"]
    assert line.row().acknowledged


def test_a_map_that_is_gone_and_was_not_acknowledged_is_told(
    line: Linkage, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.send()
    publishing = take_in_module.publish

    def publish_and_lose_the_map(*args: Any) -> bool:
        shutil.rmtree(line.home.inbox / f"{FIRST}.map")
        published: bool = publishing(*args)
        return published

    monkeypatch.setattr(take_in_module, "publish", publish_and_lose_the_map)
    with pytest.raises(DeliveryIncompleteError):
        line.take_in()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            {"accounts": {"claim_line": account("claim_line", claim_lines().head(3))}},
            "its account is of other rows",
        ),
        ({"period": "2024"}, "it is of another period"),
    ],
)
def test_what_was_opened_and_then_refused_is_not_said_to_be_done(
    line: Linkage, change: dict[str, Any], what: str
) -> None:
    """An auditor would read that refused rows were used."""
    line.send(**change)
    assert line.take_in().outcome == Status.REFUSED, what
    assert ["done" for one in log(line) if one.entry.action == "open" and one.entry.result == DONE] == []
