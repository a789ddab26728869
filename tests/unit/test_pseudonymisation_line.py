"""The whole line: sealed by a supplier, mapped by the TTP, opened by the OCMO."""

from __future__ import annotations

import base64
import io
import itertools
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation.blobs import open_table
from pseudonymisation.dropfolder import arrived
from pseudonymisation.errors import BlobRefusedError
from pseudonymisation.manifest import IdentifiersManifest
from pseudonymisation.recipient import OpenedDelivery, read_manifest
from tests.unit.pseudonymisation_world import (
    HOSPITAL,
    INSURER,
    NUMBERS,
    OCMO,
    TTP,
    World,
    claims,
    files,
    insured,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path)


def pids(opened: OpenedDelivery) -> set[bytes]:
    return {pid for frame in opened.tables.values() for pid in frame["pid"]}


@pytest.mark.parametrize("suite", ["X25519", "MLKEM768X25519"])
@pytest.mark.parametrize("chunk_rows", [1_000, 7, 1])
def test_rows_come_through_with_the_pseudonym_of_their_person(
    tmp_path: Path, suite: str, chunk_rows: int
) -> None:
    world = World.make(tmp_path, suite)
    receipt = world.seal(chunk_rows=chunk_rows)
    mapped = world.process()
    opened = world.open()
    assert receipt.persons == mapped.persons == opened.persons == 40
    assert receipt.rows == {"claim_line": 80, "insured": 40}
    assert opened.label == "ocp1:hmac-2step-v1:notary:maasoever:1"
    pid_of = {number: world.true_pid(number) for number in NUMBERS}
    for name, delivered in (("claim_line", claims(NUMBERS)), ("insured", insured(NUMBERS))):
        expected = delivered.with_columns(
            pid=pl.Series([pid_of[number] for number in delivered["bsn"]], dtype=pl.Binary)
        ).select("pid", pl.exclude("pid", "bsn"))
        assert opened.tables[name].schema == expected.schema
        assert opened.tables[name].sort(pl.all()).equals(expected.sort(pl.all()))


def test_one_person_has_one_pseudonym_with_all_suppliers(world: World) -> None:
    first = world.through(INSURER, {"insured": insured(NUMBERS[:30])})
    second = world.through(HOSPITAL, {"claim_line": claims(NUMBERS[20:])})
    assert len(pids(first)) == 30
    assert len(pids(second)) == 20
    assert pids(first) & pids(second) == {world.true_pid(number) for number in NUMBERS[20:30]}


@pytest.mark.parametrize("changes", [{"contract": "other"}, {"epoch": 2}, {"key_version": 2}])
def test_no_pseudonym_in_common_with_another_contract_epoch_or_secret(
    world: World, changes: dict[str, object]
) -> None:
    other = replace(world.agreement, **changes)
    if other.key_version == 2:
        world.rings[INSURER].create_shared_secret(2)
    else:
        world.rings[TTP].create_pseudonym_key(other.contract, other.epoch)
    here = world.through()
    world.seal(agreement=other, delivery_id="elsewhere", period="2026")
    world.process("elsewhere", other)
    there = world.open("elsewhere", other)
    assert here.label != there.label or other.key_version == 2
    assert len(pids(here)) == len(pids(there)) == 40
    assert not pids(here) & pids(there)


def test_the_same_delivery_sealed_anew_opens_to_the_same_tables(tmp_path: Path) -> None:
    """Tickets and seals are random; what the OCMO computes with must not be."""
    world = World.make(tmp_path)
    first = world.through()
    again = World(tmp_path / "again", world.rings, world.agreement)
    second = again.through()
    assert first.manifest.digest != second.manifest.digest
    for name, frame in first.tables.items():
        assert frame.equals(second.tables[name])


def test_the_order_says_nothing_of_the_supplier_s(world: World) -> None:
    opened = world.through(INSURER, {"claim_line": claims(NUMBERS)})
    backwards = World(world.root / "backwards", world.rings, world.agreement)
    reverse = backwards.through(INSURER, {"claim_line": claims(NUMBERS).reverse()})
    assert opened.tables["claim_line"].equals(reverse.tables["claim_line"])
    assert opened.tables["claim_line"]["cents"].to_list() != list(range(80))


def test_inside_the_blobs_too_rows_are_shuffled(world: World) -> None:
    world.seal(chunk_rows=1_000)
    manifest = read_manifest(world.ocmo_inbox / "insurer-2025", world.agreement)
    context = world.agreement.context("tables", INSURER, "insurer-2025")
    frame = open_table(
        world.ocmo_inbox / "insurer-2025",
        "claim_line",
        manifest.blobs,
        ring=world.rings[OCMO],
        context=context,
    )
    assert sorted(frame["cents"]) == list(range(80))
    assert frame["cents"].to_list() != list(range(80))
    folder = world.ttp_inbox / "insurer-2025"
    first = identifiers(world, folder)
    assert first["ticket"].is_sorted()
    assert set(first["ticket"]) == set(frame["ticket"])


def identifiers(world: World, folder: Path) -> pl.DataFrame:
    manifest = IdentifiersManifest.decode((folder / "manifest.json").read_bytes())
    context = world.agreement.context("identifiers", INSURER, "insurer-2025")
    return open_table(folder, "identifiers", manifest.blobs, ring=world.rings[TTP], context=context)


def test_tickets_are_new_in_every_delivery(world: World) -> None:
    world.seal()
    again = World(world.root / "again", world.rings, world.agreement)
    again.seal()
    seen = identifiers(world, world.ttp_inbox / "insurer-2025")
    new = identifiers(again, again.ttp_inbox / "insurer-2025")
    assert set(seen["pre"]) == set(new["pre"])
    assert not set(seen["ticket"]) & set(new["ticket"])


@pytest.mark.parametrize(
    ("reader", "inbox", "kind", "table"),
    [(OCMO, "to-ttp", "identifiers", "identifiers"), (TTP, "to-ocmo", "tables", "claim_line")],
)
def test_neither_can_open_the_other_s_half(
    world: World, reader: str, inbox: str, kind: str, table: str
) -> None:
    world.seal()
    folder = world.root / inbox / "insurer-2025"
    raw = json.loads((folder / "manifest.json").read_text())
    manifest = IdentifiersManifest if kind == "identifiers" else type(read_manifest(folder, world.agreement))
    blobs = manifest.decode((folder / "manifest.json").read_bytes()).blobs
    assert raw["kind"] == kind
    context = world.agreement.context(kind, INSURER, "insurer-2025")
    with world.refused(BlobRefusedError, f"{table}-0001.blob does not open with this key ring"):
        open_table(folder, table, blobs, ring=world.rings[reader], context=context)


def test_the_ttp_is_told_counts_and_digests_and_no_more(world: World) -> None:
    world.seal(accounts={"claim_line": {"cents": 31415}})
    folder = world.ttp_inbox / "insurer-2025"
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json",
        "manifest.sig",
        "identifiers-0001.blob",
        "identifiers-0002.blob",
    }
    told = (folder / "manifest.json").read_text()
    assert "31415" not in told
    assert "claim_line" not in told
    columns = identifiers(world, folder).schema
    assert columns == {"ticket": pl.Binary, "pre": pl.Binary}


def test_the_manifest_says_what_the_supplier_said(world: World) -> None:
    accounts = {"claim_line": {"rows_delivered": 80, "cents_delivered": -5, "rejected_by_rule": {"bsn": 1}}}
    receipt = world.seal(accounts=accounts)
    manifest = read_manifest(receipt.ocmo_folder, world.agreement)
    assert manifest.accounts == accounts
    assert manifest.schema_digests == {"claim_line": "schema of claim_line", "insured": "schema of insured"}
    assert manifest.expected_rows == {"claim_line": 80, "insured": 40}
    assert (manifest.supplier, manifest.period, manifest.delivered_on.isoformat()) == (
        "insurer",
        "2025",
        "2026-01-31",
    )
    assert manifest.digest == receipt.manifest_digest


def test_an_empty_table_and_all_types_come_through(world: World) -> None:
    rich = insured(NUMBERS).with_columns(
        from_month=pl.date(2025, 1, 1),
        is_alive=True,
        nothing=pl.lit(None, pl.String),
        small=pl.lit(1, pl.Int16),
    )
    opened = world.through(INSURER, {"insured": rich, "claim_line": claims([])})
    assert opened.tables["claim_line"].is_empty()
    assert opened.tables["claim_line"].schema == {"pid": pl.Binary, **claims([]).drop("bsn").schema}
    assert opened.tables["insured"].drop("pid").schema == rich.drop("bsn").schema


def test_drop_folders_hold_no_number_in_any_notation(world: World) -> None:
    world.seal()
    world.process()
    delivered = files(world.ttp_inbox) | files(world.ocmo_inbox)
    pre = identifiers(world, world.ttp_inbox / "insurer-2025")
    for name, contents in delivered.items():
        for number in NUMBERS:
            for notation in (number.encode(), number[1:].encode(), int(number).to_bytes(4, "little")):
                assert notation not in contents, name
        for secret in itertools.chain(pre["pre"], pre["ticket"]):
            assert secret not in contents
            assert secret.hex().encode() not in contents
            assert base64.b64encode(secret) not in contents


def test_what_is_sealed_is_parquet(world: World) -> None:
    """Stated in the description, so that a second implementation can be written."""
    world.seal(chunk_rows=1_000)
    sealed = (world.ocmo_inbox / "insurer-2025" / "insured-0001.blob").read_bytes()
    info = world.agreement.context("tables", INSURER, "insurer-2025").info("insured", 1, 1)
    plain = world.rings[OCMO].decrypt(sealed, info)
    assert pl.read_parquet(io.BytesIO(plain)).columns == ["ticket", "birth_year"]


def test_folders_still_being_written_have_not_arrived(tmp_path: Path) -> None:
    for name in ("b", "a", "c.part", "a.map"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    assert [path.name for path in arrived(tmp_path)] == ["a", "a.map", "b"]
    assert arrived(tmp_path / "nowhere") == []


def test_nothing_shows_a_person(world: World) -> None:
    receipt = world.seal()
    opened = world.open(world.process().delivery_id)
    shown = f"{receipt!r} {opened!r} {world.seen.deliveries()!r}"
    assert not any(number in shown for number in NUMBERS)
    assert "pid" not in shown
