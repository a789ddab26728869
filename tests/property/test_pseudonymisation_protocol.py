"""What must hold whatever is delivered, and wherever a bit is changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.nl import bsn as oracle

from pseudonymisation.bsn import judge
from pseudonymisation.encoding import lp
from pseudonymisation.errors import BlobRefusedError, PseudonymisationError, SignatureRefusedError
from tests.oracles.pseudonymisation_stdlib import synthetic_numbers
from tests.unit.pseudonymisation_world import DELIVERY, HOSPITAL, INSURER, World, files, flip

NUMBERS = synthetic_numbers(60)

populations = st.lists(st.sampled_from(NUMBERS), min_size=3, max_size=60).filter(lambda n: len(set(n)) >= 3)
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One delivery, sealed and mapped; copied before it is damaged."""
    world = World.make(tmp_path_factory.mktemp("world"))
    world.seal()
    world.process()
    return world


def copy_of(world: World, into: Path) -> World:
    """The same drop folders, rings and agreement, to be damaged."""
    shutil.rmtree(into, ignore_errors=True)
    for inbox in (world.ttp_inbox, world.ocmo_inbox):
        shutil.copytree(inbox, into / inbox.name)
    return World(into, world.rings, world.agreement)


@given(st.lists(st.one_of(st.binary(max_size=20), st.text(max_size=20), st.integers()), max_size=6))
def test_length_prefixed_values_read_back(values: list[bytes | str | int]) -> None:
    encoded, read = lp(*values), []
    while encoded:
        length = int.from_bytes(encoded[:2], "big")
        read.append(encoded[2 : 2 + length])
        encoded = encoded[2 + length :]
    assert read == [value if isinstance(value, bytes) else str(value).encode() for value in values]


@given(st.lists(st.one_of(st.none(), st.text(max_size=12), st.from_regex(r"[0-9]{8,9}", fullmatch=True))))
def test_a_number_is_accepted_exactly_when_it_passes_the_eleven_test(numbers: list[str | None]) -> None:
    judged = judge(pl.Series(numbers, dtype=pl.String), allow_test_numbers=True)
    for number, normalised, reason in zip(numbers, judged["normalised"], judged["reason"], strict=True):
        ascii_digits = number is not None and number.isascii() and number.isdigit() and len(number) in (8, 9)
        possible = ascii_digits and oracle.is_valid(number.zfill(9))
        assert (normalised is not None) == possible == (reason is None)
        if possible:
            assert normalised == number.zfill(9)


@few
@given(first=populations, second=populations)
def test_linkage_is_exactly_the_overlap(tmp_path: Path, first: list[str], second: list[str]) -> None:
    shutil.rmtree(tmp_path / "world", ignore_errors=True)
    world = World.make(tmp_path / "world")
    opened = [
        world.through(supplier, {"visit": pl.DataFrame({"bsn": numbers, "nth": range(len(numbers))})})
        for supplier, numbers in ((INSURER, first), (HOSPITAL, second))
    ]
    here, there = (set(one.tables["visit"]["pid"]) for one in opened)
    assert (len(here), len(there)) == (len(set(first)), len(set(second)))
    assert here & there == {world.true_pid(number) for number in set(first) & set(second)}
    by_pid = opened[0].tables["visit"].sort("nth")["pid"].to_list()
    assert by_pid == [world.true_pid(number) for number in first]


def damage(world: World, data: st.DataObject) -> str:
    """Change one bit anywhere in one file; returns the file's name."""
    name = data.draw(st.sampled_from(sorted(files(world.root))))
    flip(world.root / name, data.draw(st.integers(0, (world.root / name).stat().st_size - 1)))
    return name


@settings(few, max_examples=120)
@given(st.data())
def test_one_changed_bit_anywhere_is_refused(delivered: World, tmp_path: Path, data: st.DataObject) -> None:
    world = copy_of(delivered, tmp_path / "copy")
    name = damage(world, data)
    before = files(world.root)
    step = world.process if name.startswith("to-ttp") else world.open
    if step == world.process:
        before = {path: contents for path, contents in before.items() if ".map" not in path}
        shutil.rmtree(world.ocmo_inbox / f"{DELIVERY}.map")
    with pytest.raises(BlobRefusedError if name.endswith(".blob") else SignatureRefusedError):
        step()
    assert files(world.root) == before


@settings(few, max_examples=60)
@given(st.data())
def test_a_file_cut_short_anywhere_is_refused(delivered: World, tmp_path: Path, data: st.DataObject) -> None:
    world = copy_of(delivered, tmp_path / "copy")
    name = data.draw(st.sampled_from(sorted(files(world.root))))
    path = world.root / name
    path.write_bytes(path.read_bytes()[: data.draw(st.integers(0, path.stat().st_size - 1))])
    shutil.rmtree(world.ocmo_inbox / f"{DELIVERY}.map") if name.startswith("to-ttp") else None
    with pytest.raises(PseudonymisationError):
        world.process() if name.startswith("to-ttp") else world.open()
