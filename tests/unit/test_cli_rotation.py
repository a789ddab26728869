"""`ocmo rotation deliver`: whom it delivers, and among whom."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.cli import rotation
from pipeline.cli.supplier import identifiers
from pseudonymisation.rotation import Turn, next_agreement
from tests.unit.pseudonymisation_world import NUMBERS, World

PLANNED = NUMBERS[:10]


@pytest.mark.parametrize(
    ("listed", "only_file", "delivered", "among"),
    [
        ([], False, PLANNED, None),
        (NUMBERS[10:12], False, NUMBERS[:12], None),
        (NUMBERS[10:13], True, NUMBERS[10:13], None),
        (NUMBERS[10:11], True, NUMBERS[10:11], PLANNED),
    ],
)
def test_whom_it_delivers(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    listed: list[str],
    *,
    only_file: bool,
    delivered: list[str],
    among: list[str] | None,
) -> None:
    """A delivery holds three persons at least; a list of fewer goes among those of the plan."""
    agreed = World.make(tmp_path).agreement
    turn = Turn(agreed, next_agreement(agreed, epoch=2, key_version=1))
    (tmp_path / "listed.txt").write_text("\n".join(listed), encoding="ascii")
    monkeypatch.setattr(identifiers, "numbers_of_plan", lambda *_, **__: pl.Series("bsn", PLANNED))
    whom, others = rotation._whom(None, turn, tmp_path / "listed.txt", only_file=only_file)  # type: ignore[arg-type]
    assert set(whom) == set(delivered)
    assert (None if others is None else set(others)) == (None if among is None else set(among))
