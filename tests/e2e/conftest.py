"""Fixtures of the end-to-end tests: a demonstration is set up once, and copied where it is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.demo.roles import State
from tests import whole_line
from tests.e2e.small_world import ITS_SUPPLIER, planned_state, seal_one
from tests.e2e.state import Results, copy_of, results, run_night, sealed_state, settle


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> State:
    """All deliveries in the OCMO's inbox, before the night; not to be changed."""
    return sealed_state(tmp_path_factory.mktemp("sealed") / "var")


@pytest.fixture(scope="session")
def settled(sealed: State, tmp_path_factory: pytest.TempPathFactory) -> State:
    """The night has run undisturbed and the statement is drafted; not to be changed."""
    state = copy_of(sealed, tmp_path_factory.mktemp("settled") / "var")
    run_night(state)
    settle(state)
    return state


@pytest.fixture(scope="session")
def undisturbed(settled: State) -> Results:
    """What an undisturbed run leaves behind."""
    return results(settled)


@pytest.fixture
def copied(sealed: State, tmp_path: Path) -> State:
    """A copy of the sealed state, to spoil."""
    return copy_of(sealed, tmp_path / "var")


@pytest.fixture
def copied_settled(settled: State, tmp_path: Path) -> State:
    """A copy of the settled state, to spoil."""
    return copy_of(settled, tmp_path / "var")


@pytest.fixture(scope="session")
def planned_small(tmp_path_factory: pytest.TempPathFactory) -> State:
    """A small region with its suppliers' plans, nothing sealed yet; not to be changed."""
    return planned_state(tmp_path_factory.mktemp("planned-small"))


@pytest.fixture(scope="session")
def sealed_small(planned_small: State, tmp_path_factory: pytest.TempPathFactory) -> State:
    """The deliveries of one contract's only supplier in the OCMO's inbox, before any night; not to be changed."""
    state = whole_line.copied(planned_small, tmp_path_factory.mktemp("sealed-small") / "var")
    return seal_one(state, ITS_SUPPLIER)
