"""Setting the roles up: broken off after any step and run again, it ends as if nothing had happened."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import pipeline.contract
from pipeline.cli.app import app
from pipeline.demo import homes
from pipeline.demo.roles import State
from pseudonymisation.agreement import Agreement
from pseudonymisation.keys import KeyRing

SUPPLIERS = {
    "maasoever": ["zilverzorg", "maasoever", "de-linde", "veldzicht", "berkenhof", "zuiderpoort"],
    "polderzorg": ["kompas"],
}
# 9 rings; 2 secrets made, given and taken 5 times; 2 keys of an epoch; 2 agreements; 2 settings; 8 and 3 copies.
STEPS = 9 + 2 + 5 * 2 + 2 + 2 + 2 + 8 + 3


class Killed(BaseException):
    """What a kill looks like from inside: nothing may catch it."""


COMMAND, LOAD = get_command(app), functools.cache(pipeline.contract.load)


def in_this_process(state: State, *arguments: str) -> str:
    """What `run_role` does, without the half second that a process takes."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        COMMAND.main(list(arguments), standalone_mode=False)
    return said.getvalue()


def killed_after(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of a role and every file written counts as a step."""
    steps = itertools.count(1)

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            result = real(*arguments)
            if next(steps) == step:
                raise Killed
            return result

        return call

    for name in ("run_role", "write_small"):
        monkeypatch.setattr(homes, name, dying(getattr(homes, name)))


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setattr(homes, "run_role", in_this_process)
    monkeypatch.setattr(homes, "side_by_side", lambda calls: [call() for call in calls])
    for module in (homes, pipeline.contract):
        monkeypatch.setattr(module, "load", LOAD)
    return State(tmp_path)


def rings(state: State) -> dict[str, KeyRing]:
    opened = [KeyRing.open(path) for path in sorted(state.root.glob("**/keys"))]
    return {ring.identity.name: ring for ring in opened}


def assert_whole(state: State) -> None:
    found, secrets = rings(state), []
    for contract, suppliers in SUPPLIERS.items():
        copies = [state.ttp / "agreements" / f"{contract}.json"]
        copies += [state.suppliers / name / "agreement.json" for name in suppliers]
        whole = (state.ocmo / "agreements" / f"{contract}.json").read_bytes()
        assert [path.read_bytes() for path in copies] == [whole] * (1 + len(suppliers))
        agreement = Agreement.load(copies[0])
        agreed = [agreement.ttp, agreement.ocmo, *agreement.suppliers]
        assert [one.name for one in agreement.suppliers] == suppliers
        assert all(found[one.name].identity == one for one in agreed)
        assert f"pseudonym-{contract}-{agreement.epoch}" in found[agreement.ttp.name].names()
        own = {found[name]._store.get("shared-secret-1") for name in suppliers}
        assert len(own) == 1
        secrets += own
    assert len(set(secrets)) == len(SUPPLIERS), "contracts share no secret"
    assert not [path for path in state.root.rglob("*") if path.suffix in (".secret", ".part")]


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_broken_off_and_run_again(state: State, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    with monkeypatch.context() as patched:
        killed_after(step, patched)
        with pytest.raises(Killed):
            homes.set_up_roles(state)
    before = {name: ring.identity for name, ring in rings(state).items()}
    assert homes.set_up_roles(state) == (step < STEPS)
    assert_whole(state)
    assert before.items() <= {name: ring.identity for name, ring in rings(state).items()}.items()


def test_undisturbed_it_takes_so_many_steps(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        killed_after(STEPS + 1, patched)
        assert homes.set_up_roles(state)
    assert_whole(state)
    assert not homes.set_up_roles(state)


def test_a_public_half_that_was_not_written_is_written_without_a_new_ring(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        killed_after(3, patched)
        with pytest.raises(Killed):
            homes.set_up_roles(state)
    (made,) = rings(state).values()
    identity = state.drop / "identities" / f"{made.identity.name}.json"
    identity.write_bytes(b"")
    homes.set_up_roles(state)
    assert rings(state)[made.identity.name].identity == made.identity
    assert_whole(state)
