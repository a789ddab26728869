"""What the OCMO refuses: one clear error, no secret in it, nothing written (see `World.refused`)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation.errors import (
    AgreementError,
    BatchRefusedError,
    BlobRefusedError,
    ManifestRefusedError,
    ReplayRefusedError,
    SignatureRefusedError,
)
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import Blob, MapManifest, TablesManifest
from tests.unit.pseudonymisation_world import (
    DELIVERY,
    INSURER,
    NUMBERS,
    OCMO,
    World,
    every_file_of,
    flip,
    insured,
    resign,
    swap,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path)


@pytest.fixture
def sealed(world: World) -> World:
    world.seal()
    return world


@pytest.fixture
def mapped(sealed: World) -> World:
    sealed.process()
    return sealed


def backwards(column: str) -> pl.Expr:
    """Other values of the same length."""
    return pl.col(column).map_elements(lambda value: value[::-1], return_dtype=pl.Binary)


@pytest.mark.parametrize(
    "name",
    [*every_file_of("to-ocmo"), *(f"to-ocmo/{DELIVERY}.map/{n}" for n in ("manifest.json", "map-0001.blob"))],
)
@pytest.mark.parametrize("position", [0, 40, -1])
def test_the_ocmo_refuses_a_flipped_bit(mapped: World, name: str, position: int) -> None:
    flip(mapped.root / name, position)
    with mapped.refused(BlobRefusedError if name.endswith(".blob") else SignatureRefusedError, DELIVERY):
        mapped.open()


def test_the_ocmo_refuses_a_replay(mapped: World) -> None:
    with mapped.refused(ReplayRefusedError, "was opened before"):
        mapped.open(seen=True)


def test_the_ocmo_asks_with_id_and_digest(mapped: World) -> None:
    asked = []
    from pseudonymisation.recipient import open_delivery

    open_delivery(
        mapped.ocmo_inbox / DELIVERY,
        mapped.ocmo_inbox / f"{DELIVERY}.map",
        agreement=mapped.agreement,
        ring=mapped.rings[OCMO],
        already_seen=lambda *question: asked.append(question) or False,
    )
    digest = TablesManifest.decode((mapped.ocmo_inbox / DELIVERY / "manifest.json").read_bytes()).digest
    assert asked == [(DELIVERY, digest)]


@pytest.mark.parametrize("table", ["claim_line", "insured"])
def test_the_ocmo_refuses_swapped_chunks(mapped: World, table: str) -> None:
    folder = mapped.ocmo_inbox / DELIVERY
    swap(folder / f"{table}-0001.blob", folder / f"{table}-0002.blob")
    with mapped.refused(BlobRefusedError):
        mapped.open()


def test_halves_of_two_deliveries(mapped: World) -> None:
    """The map of an earlier sealing under the same id does not open the new tables."""
    old_map = mapped.ocmo_inbox / f"{DELIVERY}.map"
    shutil.rmtree(mapped.ttp_inbox / DELIVERY)
    shutil.rmtree(mapped.ocmo_inbox / DELIVERY)
    mapped.seal()
    assert old_map.exists()
    with mapped.refused(ManifestRefusedError, "not halves of one delivery", "identifier_blobs, table_blobs"):
        mapped.open()


def test_tables_swapped_by_a_dishonest_supplier(mapped: World) -> None:
    """A supplier that shows the TTP one half and the OCMO another is found by the digests of all blobs."""
    other = World(mapped.root / "other", mapped.rings, mapped.agreement)
    other.seal(tables={"insured": insured(NUMBERS)})
    shutil.rmtree(mapped.ocmo_inbox / DELIVERY)
    shutil.copytree(other.ocmo_inbox / DELIVERY, mapped.ocmo_inbox / DELIVERY)
    with mapped.refused(ManifestRefusedError, "not halves of one delivery"):
        mapped.open()


@pytest.mark.parametrize("changes", [{"period": "2024"}, {"delivered_on": date(2026, 2, 1)}, {"persons": 41}])
def test_manifests_that_say_different_things(mapped: World, changes: dict[str, object]) -> None:
    resign(mapped.ocmo_inbox / DELIVERY, TablesManifest, mapped.rings[INSURER], **changes)
    with mapped.refused(ManifestRefusedError, f"differing: {next(iter(changes))}", "insurer must seal"):
        mapped.open()


def test_a_map_with_more_persons_than_the_tables(mapped: World) -> None:
    resign(mapped.ocmo_inbox / DELIVERY, TablesManifest, mapped.rings[INSURER], persons=39)
    with mapped.refused(ManifestRefusedError, "differing: persons"):
        mapped.open()


@pytest.mark.parametrize("signer", [INSURER, OCMO])
def test_a_map_that_the_ttp_did_not_sign(mapped: World, signer: str) -> None:
    resign(mapped.ocmo_inbox / f"{DELIVERY}.map", MapManifest, mapped.rings[signer])
    with mapped.refused(SignatureRefusedError):
        mapped.open()


def test_the_ocmo_with_another_ring(mapped: World) -> None:
    mapped.rings[OCMO] = KeyRing.create(mapped.root / "renewed", role="ocmo", name=OCMO)
    with mapped.refused(AgreementError):
        mapped.open()


@pytest.mark.parametrize(("minimum", "maximum"), [(41, 100), (1, 39)])
def test_too_few_or_too_many_persons_at_the_ocmo(mapped: World, minimum: int, maximum: int) -> None:
    with mapped.refused(BatchRefusedError):
        mapped.open(agreement=replace(mapped.agreement, minimum_persons=minimum, maximum_persons=maximum))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows: pl.concat([rows[:-1], rows[:1]]), "A ticket occurs twice"),
        (lambda rows: rows.with_columns(pid=pl.col("pid").first()), "A pid occurs twice"),
        (lambda rows: rows.with_columns(pid=pl.col("pid").bin.slice(0, 15)), "malformed"),
        (lambda rows: rows.with_columns(pid=pl.lit(None, pl.Binary)), "malformed"),
        (lambda rows: rows.with_columns(extra=pl.lit(1)), "other columns"),
        (
            lambda rows: rows.with_columns(ticket=backwards("ticket")),
            "120 rows have a ticket that the map has not",
        ),
    ],
)
def test_a_faulty_map(
    sealed: World, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[pl.DataFrame], pl.DataFrame], said: str
) -> None:
    """Well signed and sealed by the TTP, and wrong inside."""
    from pseudonymisation import ttp

    seal_table = ttp.seal_table
    monkeypatch.setattr(
        ttp, "seal_table", lambda part, name, frame, **how: seal_table(part, name, spoil(frame), **how)
    )
    sealed.process()
    with sealed.refused(BlobRefusedError, said):
        sealed.open()


def test_a_map_without_all_persons(sealed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The TTP answers for everybody or refuses: it may leave nobody out."""
    from pseudonymisation import ttp

    opener = ttp.open_table
    monkeypatch.setattr(ttp, "open_table", lambda *args, **how: opener(*args, **how).head(37))
    sealed.process()
    with sealed.refused(ManifestRefusedError, "differing: persons", "the TTP process"):
        sealed.open()


def test_a_row_without_a_ticket_in_the_map_and_a_ticket_without_a_row(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers of persons agree, the persons do not."""
    from pseudonymisation import halves

    seal_identifiers = halves._seal_identifiers

    def with_another_ticket(sealing: halves.Sealing, part: Path) -> tuple[Blob, ...]:
        first = pl.int_range(pl.len()) == 0
        tickets = pl.when(first).then(pl.lit(b"nobody's ticket.")).otherwise("ticket")
        return seal_identifiers(replace(sealing, persons=sealing.persons.with_columns(ticket=tickets)), part)

    monkeypatch.setattr(halves, "_seal_identifiers", with_another_ticket)
    world.seal(tables={"insured": insured(NUMBERS)})
    world.process()
    with world.refused(
        BlobRefusedError, "1 rows have a ticket that the map has not, and 1 tickets of the map are in no row"
    ):
        world.open()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows: rows.head(-1), "holds"),
        (lambda rows: rows.drop("ticket"), "does not carry tickets"),
        (lambda rows: rows.rename({"birth_year": "pid"}), "does not carry tickets"),
        (lambda rows: rows.with_columns(ticket=pl.lit(None, pl.Binary)), "does not carry tickets"),
        (lambda rows: rows.with_columns(ticket=backwards("ticket")), "40 rows have a ticket"),
    ],
)
def test_faulty_tables(
    world: World, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[pl.DataFrame], pl.DataFrame], said: str
) -> None:
    """Well signed and sealed by the supplier, and wrong inside."""
    from pseudonymisation import blobs, halves

    def faulty(
        part: Path, name: str, rows_of: Callable[[int], pl.DataFrame], number: int, **how: object
    ) -> tuple[Blob, ...]:
        if name != "insured":
            return blobs.seal_chunks(part, name, rows_of, number, **how)
        sealed = blobs.seal_chunks(part, name, lambda chunk: spoil(rows_of(chunk)), number, **how)
        return tuple(replace(blob, rows=rows_of(chunk).height) for chunk, blob in enumerate(sealed))

    monkeypatch.setattr(halves, "seal_chunks", faulty)
    world.seal()
    world.process()
    with world.refused(BlobRefusedError, said):
        world.open()
