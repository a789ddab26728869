"""Tables that are not about persons travel with those that are, without a ticket, and nobody hides in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation import blobs, halves
from pseudonymisation.errors import BlobRefusedError, ManifestRefusedError, TableRefusedError
from pseudonymisation.manifest import Blob, IdentifiersManifest, TableCount, TablesManifest
from tests.unit.pseudonymisation_world import (
    DELIVERY,
    INSURER,
    NUMBERS,
    World,
    access,
    claims,
    insured,
    resign,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path)


def deliver(world: World) -> None:
    tables = {"access": access(), "insured": insured(NUMBERS)}
    world.seal(tables=tables, impersonal=["access"])


def test_they_come_through_as_they_are_and_count_nobody(world: World) -> None:
    deliver(world)
    assert world.process().persons == 40
    opened = world.open()
    assert opened.persons == 40
    assert opened.tables["access"].columns == ["provider_code", "waiting_days"]
    assert opened.tables["access"].sort("provider_code").equals(access())
    assert opened.tables["insured"].columns[0] == "pid"
    assert opened.manifest.tables == {
        "access": TableCount(4, "schema of access", is_personal=False),
        "insured": TableCount(40, "schema of insured", is_personal=True),
    }


def test_an_empty_one_comes_through(world: World) -> None:
    world.seal(tables={"access": access(0), "insured": insured(NUMBERS)}, impersonal=["access"])
    world.process()
    assert world.open().tables["access"].schema == access(0).schema


def test_the_ttp_hears_nothing_of_them(world: World) -> None:
    deliver(world)
    manifest = (world.ttp_inbox / DELIVERY / "manifest.json").read_bytes()
    assert b"access" not in manifest
    assert IdentifiersManifest.decode(manifest).persons == 40


def test_the_same_tables_sealed_anew_open_in_the_same_order(tmp_path: Path) -> None:
    world = World.make(tmp_path)
    again = World(tmp_path / "again", world.rings, world.agreement)
    for each in (world, again):
        deliver(each)
        each.process()
    assert world.open().tables["access"].equals(again.open().tables["access"])


@pytest.mark.parametrize(
    ("tables", "impersonal", "said"),
    [
        ({"access": access()}, ["access"], "No table is about persons"),
        ({"access": access()}, [], "table access"),
        (
            {"insured": insured(NUMBERS), "access": access()},
            ["insured", "access"],
            "No table is about persons",
        ),
        ({"insured": insured(NUMBERS), "claim_line": claims(NUMBERS)}, ["insured"], "table insured"),
        (
            {"insured": insured(NUMBERS), "access": access().rename({"waiting_days": "ticket"})},
            ["access"],
            "table access",
        ),
    ],
    ids=["nobody", "not said", "all said", "persons in it", "a ticket of its own"],
)
def test_what_a_supplier_may_not_seal(
    world: World, tables: dict[str, pl.DataFrame], impersonal: list[str], said: str
) -> None:
    with world.refused(TableRefusedError, said):
        world.seal(tables=tables, impersonal=impersonal)


@pytest.mark.parametrize("table", ["access", "insured"])
def test_a_manifest_that_says_otherwise_of_a_table(world: World, table: str) -> None:
    """Said to be about persons without a ticket, or with tickets and said not to be: nothing is used."""
    deliver(world)
    world.process()
    folder = world.ocmo_inbox / DELIVERY
    said = TablesManifest.decode((folder / "manifest.json").read_bytes()).tables
    count = said[table]
    turned = TableCount(count.rows, count.schema_digest, not count.is_personal)
    resign(folder, TablesManifest, world.rings[INSURER], tables={**said, table: turned})
    with world.refused(BlobRefusedError, f"Table {table} does not carry tickets as its manifest says"):
        world.open()


@pytest.mark.parametrize(
    "smuggle",
    [
        lambda rows: rows.with_columns(ticket=pl.lit(b"x" * 16)),
        lambda rows: rows.with_columns(pid=pl.lit(b"x" * 16)),
        lambda rows: rows.with_columns(_person=pl.lit(1)),
    ],
    ids=["ticket", "pid", "person"],
)
def test_a_person_smuggled_into_one(
    world: World, monkeypatch: pytest.MonkeyPatch, smuggle: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    """Well signed and sealed by the supplier, and wrong inside."""

    def faulty(
        part: Path, name: str, rows_of: Callable[[int], pl.DataFrame], number: int, **how: object
    ) -> tuple[Blob, ...]:
        spoiled = (lambda chunk: smuggle(rows_of(chunk))) if name == "access" else rows_of
        return blobs.seal_chunks(part, name, spoiled, number, **how)

    monkeypatch.setattr(halves, "seal_chunks", faulty)
    deliver(world)
    world.process()
    with world.refused(BlobRefusedError, "Table access does not carry tickets"):
        world.open()


def test_a_manifest_that_does_not_say_whether_a_table_is_about_persons(world: World) -> None:
    deliver(world)
    world.process()
    folder = world.ocmo_inbox / DELIVERY
    text = (folder / "manifest.json").read_text().replace('"is_personal": false', '"is_personal": 0')
    (folder / "manifest.json").write_text(text)
    (folder / "manifest.sig").write_bytes(world.rings[INSURER].sign(text.encode()))
    with world.refused(ManifestRefusedError, "no manifest of tables"):
        world.open()
