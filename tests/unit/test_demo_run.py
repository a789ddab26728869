"""The demonstration's run: what a supplier refuses is told and no failure; what turns up again turns up once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.demo import run
from pipeline.demo.inbox import put_again
from pipeline.demo.roles import Ended, RoleFailedError, State, side_by_side

SAID = "kompas-2023-02: sealed; 9 persons, 9 rows accepted, 0 rejected, EUR 1.00\n"
REFUSED = "kompas-2023-01: refused; The file ends within a record in a.asc, line 3."
ENDING = "1 of 2 deliveries were refused; the others went on."


def ended(exit_code: int) -> Ended:
    return Ended(exit_code, SAID, (REFUSED, ENDING))


def seal(
    monkeypatch: pytest.MonkeyPatch, exit_code: int, told: list[str] | None = None
) -> tuple[bool, list[str]]:
    told = [] if told is None else told
    monkeypatch.setattr(run, "try_role", lambda *_: ended(exit_code))
    return run._seal(State(Path()), "kompas", told.append), told


def test_a_refused_file_is_told_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed, told = seal(monkeypatch, 11)
    assert sealed
    assert told == ["  kompas: 1 delivery sealed", f"  {REFUSED}"]


def test_another_failure_ends_the_run_and_what_was_refused_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    with pytest.raises(RoleFailedError, match=f"kompas could not seal its files: {ENDING}"):
        seal(monkeypatch, 64, told)
    assert told == ["  kompas: 1 delivery sealed", f"  {REFUSED}"]


def test_a_folder_turns_up_again_with_its_map_once(tmp_path: Path) -> None:
    state = State(tmp_path)
    for name in ("a-2025-01", "a-2025-01.map"):
        (state.drop / "ocmo" / name).mkdir(parents=True)
        (state.drop / "ocmo" / name / "manifest.json").write_text(name)
    for _ in range(2):
        put_again(state, ["a-2025-01", "never-came-01"])
        found = {path.name: (path / "manifest.json").read_text() for path in (state.drop / "ocmo").iterdir()}
        assert found == {
            "a-2025-01": "a-2025-01",
            "a-2025-01.map": "a-2025-01.map",
            "a-2025-01-again": "a-2025-01",
            "a-2025-01-again.map": "a-2025-01.map",
        }


def test_calls_side_by_side_give_their_results_in_order() -> None:
    assert side_by_side(lambda number=number: number for number in range(5)) == [0, 1, 2, 3, 4]
