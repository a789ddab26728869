"""The line with defects switched on: what should be refused is refused, nothing else is touched, and all closes.

Each set of switches runs the whole line in this process, on copies of one small region. To spare time, a delivery
that was sealed once from the same files is not sealed again, and the gate judges the same tables once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unittest import mock

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.checks import deliveries
from pipeline.demo.defects import defects
from pipeline.demo.roles import State
from pipeline.demo.summary import RegionSummary
from pipeline.home import CHECKOUT
from pipeline.reporting.reconciliation import Reconciliation
from pipeline.settlement import Statement
from tests import whole_line
from tests.e2e.judged_once import JudgedOnce
from tests.whole_line import Refusal

INSURED = 1_500
DATE = dt.date(2026, 7, 15)
SETTLEMENTS = [("maasoever", 2025), ("polderzorg", 2025)]
CHANGING = {"failing_bsn", "lost_leading_zeros", "late_delivery", "missing_delivery"}
"""Defects that take something away for good. All others leave every figure as it would be without them."""


@dataclass
class World:
    """A region whose roles are set up, and what was sealed of it so far, by what it was sealed from."""

    base: State
    region: RegionSummary
    kept: Path
    runs: Path
    count: int = 0

    def run(self, names: frozenset[str]) -> Run:
        """The line with these defects."""
        self.count += 1
        state = whole_line.copied(self.base, self.runs / str(self.count))
        plan = whole_line.planned(state, self.region, names)
        sealed = self._seal(state)
        whole_line.ttp(state, plan)
        night = whole_line.night(state, DATE)
        return Run(state, sealed, night)

    def _seal(self, state: State) -> dict[str, str | Refusal]:
        """Seal what was never sealed from these files; of the rest, put down what came of it then."""
        for path in sorted(state.suppliers.glob("*/supplier.yaml")):
            for entry in yaml.safe_load(path.read_text())["deliveries"]:
                for source, target in self._places(state, path.parent, entry):
                    _copy(source, target)
        sealed = whole_line.seal_all(state)
        for path in sorted(state.suppliers.glob("*/supplier.yaml")):
            for entry in yaml.safe_load(path.read_text())["deliveries"]:
                for source, target in self._places(state, path.parent, entry):
                    _copy(target, source)
        return sealed

    def _places(self, state: State, home: Path, entry: dict[str, str]) -> list[tuple[Path, Path]]:
        """Where what came of a delivery is kept, and where it belongs in this state."""
        key = hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()
        name = entry["delivery_id"]
        return [
            (self.kept / key / "ttp", state.drop / "ttp" / name),
            (self.kept / key / "ocmo", state.drop / "ocmo" / name),
            (self.kept / key / "rejected", home / "rejected" / f"{name}.csv"),
            (self.kept / key / "receipt", home / "sealed" / f"{name}.json"),
        ]


@dataclass(frozen=True)
class Run:
    """A state after its night, and what became of the deliveries on the way."""

    state: State
    sealed: dict[str, str | Refusal]
    night: whole_line.Night

    @cached_property
    def reconciled(self) -> dict[str, tuple[Reconciliation, Statement | None]]:
        """By contract how the night's sums close, and its statement."""
        return whole_line.reconciled(self.state, self.night)

    @property
    def figures(self) -> dict[str, str]:
        """Every line of the settlements."""
        return {
            f"{contract} {index} {line.rule}": str(line.result)
            for contract, (_, statement) in self.reconciled.items()
            for index, line in enumerate(statement.lines if statement else ())
        }

    @property
    def open_steps(self) -> list[str]:
        """What does not close."""
        return whole_line.open_steps(closing for closing, _ in self.reconciled.values())


def _copy(source: Path, target: Path) -> None:
    if source.exists() and not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("defects")
    contracts = root / "contracts"
    contracts.mkdir()
    for name in ("maasoever", "polderzorg"):
        text = (CHECKOUT / "contracts" / f"{name}.yaml").read_text()
        (contracts / f"{name}.yaml").write_text(_for_few(text))
    state = whole_line.set_up(root / "base", contracts)
    made = whole_line.region(state, insured=INSURED)
    return World(state, made, root / "kept", root / "runs")


def _for_few(text: str) -> str:
    """The contract with limits that a small region meets."""
    raw = yaml.safe_load(text)
    raw["linkage"]["minimum_persons"]["values"] = {dt.date(2025, 1, 1): 1}
    raw["population"]["minimum_insured_years"]["values"] = {dt.date(2025, 1, 1): 1}
    return yaml.safe_dump(raw, sort_keys=False)


@pytest.fixture(scope="module", autouse=True)
def remembered_verdicts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """See `JudgedOnce`."""
    with mock.patch.object(deliveries, "gate", deliveries.gate):
        JudgedOnce(tmp_path_factory.mktemp("verdicts"))()
        yield


@pytest.fixture(scope="module")
def clean(world: World) -> Run:
    """The line without a defect."""
    return world.run(frozenset())


def assert_ends_as_it_should(run: Run, on: frozenset[str]) -> None:
    refused = {name: one.exit_code for name, one in run.sealed.items() if isinstance(one, Refusal)}
    attempts = {"truncated_file": ("kompas-2023-01", 11), "wrong_trailer": ("zilverzorg-2023-01", 14)}
    assert refused == dict(attempts[name] for name in attempts if name in on)
    repeated = [name for name, outcome in run.sealed.items() if outcome == "repeated"]
    assert repeated == (["veldzicht-2025-02"] if "repeated_delivery" in on else [])
    taken = {name: outcome for name, outcome in run.night.taken.items() if outcome != "linked"}
    assert taken == ({"veldzicht-2025-01-again": "repeated"} if "repeated_delivery" in on else {})
    stopped = [name for name, status in run.night.judged.items() if status != "accepted"]
    assert stopped == (["kompas-2025-01"] if "absurd_amount" in on else [])
    assert ("zuiderpoort-2025-01" in run.night.judged) == ("late_delivery" not in on)
    assert run.night.settlements == SETTLEMENTS
    assert run.open_steps == []


def test_without_defects_everything_is_accepted(clean: Run) -> None:
    assert_ends_as_it_should(clean, frozenset())
    assert {contract for contract, (_, statement) in clean.reconciled.items() if statement} == {
        contract for contract, _ in SETTLEMENTS
    }


@pytest.mark.parametrize("name", defects())
def test_each_alone(world: World, clean: Run, name: str) -> None:
    on = frozenset({name})
    run = world.run(on)
    assert_ends_as_it_should(run, on)
    if name not in CHANGING:
        assert run.figures == clean.figures


def test_all_together(world: World) -> None:
    on = frozenset(defects())
    assert_ends_as_it_should(world.run(on), on)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(on=st.frozensets(st.sampled_from(sorted(defects())), min_size=2))
def test_any_of_them_together(world: World, clean: Run, on: frozenset[str]) -> None:
    run = world.run(on)
    assert_ends_as_it_should(run, on)
    if not on & CHANGING:
        assert run.figures == clean.figures
