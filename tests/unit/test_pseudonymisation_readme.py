"""What the package's README says is enough: a reader written from it alone reads what the package writes."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from cryptography.exceptions import InvalidTag

from pseudonymisation.acknowledgement import acknowledge
from pseudonymisation.manifest import Acknowledgement, IdentifiersManifest, MapManifest, TablesManifest
from tests.oracles.pseudonymisation_reader import hpke_open, lp, read
from tests.oracles.pseudonymisation_stdlib import pre_pseudonym
from tests.unit.pseudonymisation_world import DELIVERY, INSURER, NUMBERS, OCMO, TTP, World

README = Path(__file__).resolve().parents[2] / "pseudonymisation" / "README.md"


@pytest.fixture(scope="module", params=["X25519", "MLKEM768X25519"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """One delivery sealed and mapped, under each suite."""
    world = World.make(tmp_path_factory.mktemp("readme"), suite=request.param)
    world.seal()
    world.process()
    return world


def secondhand(
    world: World, folder: Path, sender: str, reader: str
) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """What the second reader makes of a folder."""
    identities = {name: asdict(ring.identity) for name, ring in world.rings.items()}
    return read(folder, identities[sender], identities[reader], world.secret(reader, "exchange"))


def test_the_identifiers_are_read(world: World) -> None:
    manifest, tables = secondhand(world, world.ttp_inbox / DELIVERY, INSURER, TTP)
    secret = world.secret(INSURER, "shared-secret-1")
    expected = {pre_pseudonym(secret, number, "maasoever", 1) for number in NUMBERS}
    assert set(tables["identifiers"]["pre"].to_pylist()) == expected
    assert manifest["persons"] == len(NUMBERS)
    assert manifest["canary"] == pre_pseudonym(secret, "12345678", "maasoever", 1)[:8].hex()


def test_tables_and_map_are_read_and_join(world: World) -> None:
    manifest, tables = secondhand(world, world.ocmo_inbox / DELIVERY, INSURER, OCMO)
    _, answer = secondhand(world, world.ocmo_inbox / f"{DELIVERY}.map", TTP, OCMO)
    assert {name: table.num_rows for name, table in tables.items()} == {
        name: counted["rows"] for name, counted in manifest["tables"].items()
    }
    pid_of = dict(zip(*(answer["map"][name].to_pylist() for name in ("ticket", "pid")), strict=True))
    pids = {pid_of[ticket] for ticket in tables["insured"]["ticket"].to_pylist()}
    assert pids == {world.true_pid(number) for number in NUMBERS}
    assert pids == set(world.open().tables["insured"]["pid"])


def test_another_info_does_not_open(world: World) -> None:
    folder, ring = world.ttp_inbox / DELIVERY, world.rings[TTP]
    sealed = (folder / "identifiers-0001.blob").read_bytes()
    with pytest.raises(InvalidTag):
        hpke_open(sealed, ring.identity.sealing_bytes, world.secret(TTP, "exchange"), lp("another"))


def test_the_acknowledgement_is_read(world: World) -> None:
    map_folder = world.ocmo_inbox / f"{DELIVERY}.map"
    folder = acknowledge(
        map_folder, agreement=world.agreement, ring=world.rings[OCMO], outbox=world.root / "acknowledged"
    )
    manifest, tables = secondhand(world, folder, OCMO, TTP)
    assert (manifest["kind"], manifest["blobs"], tables) == ("acknowledgement", [], {})


def test_the_table_of_fields_is_what_manifests_have() -> None:
    """By column A to D: the fields that the README ticks are those that the manifest has."""
    kinds = (IdentifiersManifest, TablesManifest, MapManifest, Acknowledgement)
    text = README.read_text(encoding="utf-8").split("| field | A | B | C | D |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    for column, kind in enumerate(kinds, start=1):
        ticked = {name for row in rows if row[column] for name in re.findall(r"`(\w+)`", row[0])}
        assert ticked == {"protocol", "kind", *(field.name for field in fields(kind))}, column
