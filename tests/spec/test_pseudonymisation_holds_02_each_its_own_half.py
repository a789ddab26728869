"""2. The TTP cannot open the tables, the OCMO not the identifiers; nothing opens elsewhere, changed, or twice.

Each failure is one clear error, and nothing of the delivery is used. An interrupted step of the TTP is resumable: the
first complete map wins.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pseudonymisation.blobs import open_table
from pseudonymisation.errors import BlobRefusedError, ReplayRefusedError, SignatureRefusedError
from pseudonymisation.manifest import IdentifiersManifest, TablesManifest
from tests.unit.pseudonymisation_world import DELIVERY, INSURER, OCMO, TTP, World, files, flip


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World.make(tmp_path)
    world.seal(chunk_rows=1_000)
    return world


def read(world: World, half: str, table: str, reader: str, **bound: object) -> int:
    """Try to open a table of one half, bound to other things than it was sealed for."""
    folder = world.root / half / DELIVERY
    kind = IdentifiersManifest if half == "to-ttp" else TablesManifest
    blobs = kind.decode((folder / "manifest.json").read_bytes()).blobs
    context = replace(world.agreement.context(kind.kind, INSURER, DELIVERY), **bound)
    return open_table(folder, table, blobs, ring=world.rings[reader], context=context).height


def test_each_opens_its_own_half_and_not_the_other(world: World) -> None:
    assert read(world, "to-ttp", "identifiers", TTP) == 40
    assert read(world, "to-ocmo", "claim_line", OCMO) == 80
    with world.refused(BlobRefusedError, "does not open with this key ring"):
        read(world, "to-ttp", "identifiers", OCMO)
    with world.refused(BlobRefusedError, "does not open with this key ring"):
        read(world, "to-ocmo", "claim_line", TTP)


@pytest.mark.parametrize(
    "bound",
    [
        {"kind": "map"},
        {"engine": "other"},
        {"suite": "other"},
        {"contract": "other"},
        {"epoch": 2},
        {"key_version": 2},
        {"supplier": "hospital"},
        {"delivery": "insurer-2024"},
    ],
    ids=lambda bound: next(iter(bound)),
)
def test_a_blob_opens_for_nothing_else_than_it_was_sealed_for(world: World, bound: dict[str, object]) -> None:
    with world.refused(BlobRefusedError, "does not open"):
        read(world, "to-ocmo", "claim_line", OCMO, **bound)


@pytest.mark.parametrize(
    ("table", "chunk", "of"), [("insured", 1, 1), ("claim_line", 2, 2), ("claim_line", 1, 2)]
)
def test_nor_as_another_table_or_chunk(world: World, table: str, chunk: int, of: int) -> None:
    sealed = (world.ocmo_inbox / DELIVERY / "claim_line-0001.blob").read_bytes()
    context = world.agreement.context("tables", INSURER, DELIVERY)
    assert world.rings[OCMO].decrypt(sealed, context.info("claim_line", 1, 1))
    with world.refused(BlobRefusedError):
        world.rings[OCMO].decrypt(sealed, context.info(table, chunk, of))


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "identifiers-0001.blob"])
@pytest.mark.parametrize("position", [0, 40, -1])
def test_one_flipped_bit_anywhere_fails(world: World, name: str, position: int) -> None:
    """And everywhere: tests/spec/test_demo_tamper.py, and Hypothesis in tests/property."""
    flip(world.ttp_inbox / DELIVERY / name, position)
    with world.refused(BlobRefusedError if name.endswith(".blob") else SignatureRefusedError):
        world.process()


def test_an_id_or_digest_seen_before_is_refused(world: World) -> None:
    world.process()
    world.open()
    with world.refused(ReplayRefusedError):
        world.open(seen=True)
    (world.ocmo_inbox / f"{DELIVERY}.map").rename(world.root / "fetched")
    with world.refused(ReplayRefusedError):
        world.process()


def test_the_first_complete_map_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before the map got its name; tests/unit/test_pseudonymisation_resume.py kills at every write."""

    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("pseudonymisation.ttp.publish", kill)
        with pytest.raises(Killed):
            world.process()
    made = files(world.ocmo_inbox / f"{DELIVERY}.map.part")
    assert world.process().resumed
    assert files(world.ocmo_inbox / f"{DELIVERY}.map") == made
    assert world.open().persons == 40
