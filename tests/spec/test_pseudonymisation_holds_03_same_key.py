"""3. Suppliers that do not hash alike are found before their linkage turns out to be nil.

What the contract expects of the overlap, and quarantine outside that band: tests/spec/test_linkage_quarantine.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation import bsn
from pseudonymisation.engine import Hmac2Step
from pseudonymisation.errors import CanaryMismatchError
from tests.unit.pseudonymisation_world import HOSPITAL, INSURER, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The insurer has delivered."""
    world = World.make(tmp_path)
    world.seal(INSURER)
    world.process(f"{INSURER}-2025")
    return world


def canary(world: World, supplier: str) -> str:
    manifest = json.loads((world.ttp_inbox / f"{supplier}-2025" / "manifest.json").read_text())
    return str(manifest["canary"])


def test_the_canary_is_a_cut_pre_pseudonym_of_a_number_that_nobody_can_have(world: World) -> None:
    scope = world.agreement.scope
    assert (
        bsn.judge(pl.Series([bsn.IMPOSSIBLE_NUMBER]), allow_test_numbers=True)["reason"].item()
        == "eleven_test"
    )
    whole = Hmac2Step().pre_pseudonyms(world.rings[INSURER], scope, pl.Series(["012345678"])).item()
    assert canary(world, INSURER) == whole[:8].hex()


def test_suppliers_that_hash_alike_have_the_same_canary(world: World) -> None:
    world.seal(HOSPITAL)
    assert canary(world, HOSPITAL) == canary(world, INSURER)
    world.process(f"{HOSPITAL}-2025")


def test_another_secret_is_refused(world: World) -> None:
    (world.root / HOSPITAL / "keys" / "shared-secret-1.key").unlink()
    world.rings[HOSPITAL].create_shared_secret()
    world.seal(HOSPITAL)
    with world.refused(
        CanaryMismatchError, "nobody of theirs would link", "must exchange the shared secret again"
    ):
        world.process(f"{HOSPITAL}-2025")


@pytest.mark.parametrize(
    ("where", "other"),
    [
        ("pseudonymisation.bsn.normalise", lambda numbers: numbers),
        ("pseudonymisation.bsn.normalise", lambda numbers: numbers.str.strip_chars_start("0")),
        ("pseudonymisation.engine._MESSAGE_PREFIX", "bsn:"),
    ],
    ids=["unpadded", "zeros stripped", "another prefix"],
)
def test_so_is_another_way_of_normalising_or_hashing(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str, other: object
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(where, other)
        world.seal(HOSPITAL)
    with world.refused(CanaryMismatchError):
        world.process(f"{HOSPITAL}-2025")


def test_another_version_of_the_secret_is_another_matter(world: World) -> None:
    """A canary is held against those of its own key version only; here both suppliers go on to the second."""
    world.rings[INSURER].create_shared_secret(2)
    second = replace(world.agreement, key_version=2)
    world.seal(INSURER, agreement=second, delivery_id="insurer-2024", period="2024")
    world.process("insurer-2024", second)
    assert len({seen.canary for seen in world.seen.deliveries()}) == 2
