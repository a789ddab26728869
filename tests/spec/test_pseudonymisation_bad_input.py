"""Everything that can come in wrong: refused as a whole, in one message that says which role must do what."""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation import errors, halves, ttp
from pseudonymisation.acknowledgement import acknowledge
from pseudonymisation.errors import PseudonymisationError, StorageError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import Blob, IdentifiersManifest, TablesManifest
from pseudonymisation.today import Today
from pseudonymisation.ttp import process
from tests.unit.pseudonymisation_world import (
    DELIVERY,
    HOSPITAL,
    INSURER,
    NUMBERS,
    OCMO,
    TTP,
    World,
    claims,
    files,
    insured,
    resign,
    swap,
)

Step = Callable[[World], object]


@dataclass(frozen=True)
class Case:
    """What is wrong, who meets it, as what it is refused, and who must do what."""

    wrong: str
    prepare: Step
    meet: Step
    error: type[PseudonymisationError]
    must: str


def sealed(world: World) -> None:
    world.seal()


def mapped(world: World) -> None:
    world.seal()
    world.process()


def nothing(_: World) -> None:
    pass


def at_ttp(world: World) -> object:
    return world.process()


def at_ocmo(world: World) -> object:
    return world.open()


def another_key(world: World) -> None:
    """The identifiers are sealed for a key that is not the TTP's; all else is as agreed."""
    stranger = KeyRing.create(world.root / "stranger", role="ttp", name=TTP)
    agreed = world.agreement
    real = halves.seal_table

    def wrongly(part: Path, name: str, frame: pl.DataFrame, **how: object) -> tuple[Blob, ...]:
        return real(part, name, frame, **{**how, "sealing_key": stranger.identity.sealing_bytes})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(halves, "seal_table", wrongly)
        world.seal(agreement=agreed)


def signed_with(field: str, value: object) -> Step:
    def prepare(world: World) -> None:
        world.seal()
        resign(world.ttp_inbox / DELIVERY, IdentifiersManifest, world.rings[INSURER], **{field: value})

    return prepare


def truncated(world: World) -> None:
    mapped(world)
    blob = world.ocmo_inbox / DELIVERY / "claim_line-0001.blob"
    blob.write_bytes(blob.read_bytes()[:-100])


def swapped(world: World) -> None:
    mapped(world)
    folder = world.ocmo_inbox / DELIVERY
    swap(folder / "claim_line-0001.blob", folder / "insured-0001.blob")


def changed_count(world: World) -> None:
    mapped(world)
    resign(world.ocmo_inbox / DELIVERY, TablesManifest, world.rings[INSURER], persons=41)


def unsigned(world: World) -> None:
    world.seal()
    (world.ttp_inbox / DELIVERY / "manifest.sig").unlink()


def by_a_stranger(world: World) -> None:
    world.seal()
    stranger = KeyRing.create(world.root / "stranger", role="supplier", name=INSURER)
    resign(world.ttp_inbox / DELIVERY, IdentifiersManifest, stranger)


def replayed(world: World) -> None:
    mapped(world)
    shutil.rmtree(world.ocmo_inbox / f"{DELIVERY}.map")


def mixed(world: World) -> None:
    """The tables of one delivery with the map of another."""
    mapped(world)
    world.seal(period="2024")
    world.process("insurer-2024")
    shutil.rmtree(world.ocmo_inbox / f"{DELIVERY}.map")
    (world.ocmo_inbox / "insurer-2024.map").rename(world.ocmo_inbox / f"{DELIVERY}.map")


def mixed_files(world: World) -> None:
    """A file of another delivery lies in the folder."""
    world.seal()
    world.seal(period="2024", chunk_rows=7)
    other = world.ttp_inbox / "insurer-2024" / "identifiers-0004.blob"
    shutil.copy(other, world.ttp_inbox / DELIVERY)


def spoiled_identifiers(spoil: Callable[[pl.DataFrame], pl.DataFrame]) -> Step:
    """Well sealed and signed by the supplier, and wrong inside."""

    def prepare(world: World) -> None:
        real = halves.seal_table
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(
                halves, "seal_table", lambda part, name, frame, **how: real(part, name, spoil(frame), **how)
            )
            world.seal(chunk_rows=1_000)

    return prepare


def first_ticket_again(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(ticket=pl.col("ticket").first())


def first_ticket_unknown(rows: pl.DataFrame) -> pl.DataFrame:
    first = pl.int_range(pl.len()) == 0
    return rows.with_columns(ticket=pl.when(first).then(pl.lit(b"nobody's ticket.")).otherwise("ticket"))


def and_mapped(prepare: Step) -> Step:
    def both(world: World) -> None:
        prepare(world)
        world.process()

    return both


def with_persons(count: int, **terms: int) -> Step:
    def meet(world: World) -> object:
        agreed = replace(world.agreement, **terms)
        return world.seal(tables={"insured": insured(NUMBERS).head(count)}, agreement=agreed)

    return meet


def on(day: dt.date) -> Step:
    def meet(world: World) -> object:
        return process(
            world.ttp_inbox / DELIVERY,
            agreement=world.agreement,
            ring=world.rings[TTP],
            seen=world.seen,
            outbox=world.ocmo_inbox,
            today=Today(day),
        )

    return meet


CASES = [
    Case("wrong key", another_key, at_ttp, errors.BlobRefusedError, "insurer must seal a new delivery"),
    Case("wrong ring", sealed, lambda w: w.rings.update({TTP: w.rings[OCMO]}) or w.process(), errors.AgreementError,
         "Compare fingerprints"),
    Case("wrong contract", signed_with("contract", "other"), at_ttp, errors.ManifestRefusedError,
         "insurer delivers for maasoever, and is no party to other here: it must seal a new delivery"),
    Case("wrong epoch", signed_with("epoch", 2), at_ttp, errors.ManifestRefusedError,
         "Both must bring their copies of the agreement in line; then insurer must seal a new delivery"),
    Case("wrong suite", signed_with("suite", "MLKEM768X25519"), at_ttp, errors.ManifestRefusedError,
         "then insurer must seal a new delivery"),
    Case("truncated blob", truncated, at_ocmo, errors.BlobRefusedError, "insurer must transport the folder again"),
    Case("swapped blobs", swapped, at_ocmo, errors.BlobRefusedError, "insurer must transport the folder again"),
    Case("changed count", changed_count, at_ocmo, errors.ManifestRefusedError,
         "insurer must make it again|insurer must seal a new delivery"),
    Case("unsigned", unsigned, at_ttp, errors.DeliveryIncompleteError, "The supplier must transport the folder again"),
    Case("signed by a stranger", by_a_stranger, at_ttp, errors.SignatureRefusedError,
         "The supplier must transport the folder again; or give all parties its new public key"),
    Case("replayed", replayed, at_ttp, errors.ReplayRefusedError, "insurer must seal a new delivery under a new id"),
    Case("replayed at the OCMO", mapped, lambda w: w.open(seen=True), errors.ReplayRefusedError,
         "insurer must seal a new delivery under a new id"),
    Case("mixed deliveries", mixed, at_ocmo, errors.ManifestRefusedError,
         "insurer must seal a new delivery, and the TTP process that one"),
    Case("mixed files", mixed_files, at_ttp, errors.DeliveryIncompleteError,
         "insurer must transport the folder again, whole, and not mix deliveries"),
    Case("a ticket twice", spoiled_identifiers(first_ticket_again), at_ttp, errors.BlobRefusedError,
         "insurer must transport the folder again; if it stays so, insurer must seal"),
    Case("a ticket without a row, and a row without", and_mapped(spoiled_identifiers(first_ticket_unknown)), at_ocmo,
         errors.BlobRefusedError, "insurer must seal a new delivery, and the TTP process that one"),
    Case("an empty delivery", nothing, with_persons(0), errors.BatchRefusedError,
         "The supplier must deliver the agreed population"),
    Case("no table at all", nothing, lambda w: w.seal(tables={}), errors.TableRefusedError,
         "The supplier must give at least one table"),
    Case("too few persons", nothing, with_persons(2), errors.BatchRefusedError,
         "The supplier must deliver the agreed population"),
    Case("too many persons", nothing, with_persons(40, maximum_persons=39), errors.BatchRefusedError,
         "The supplier must deliver the agreed population"),
    Case("a clock two days off", sealed, on(dt.date(2026, 1, 29)), errors.AheadOfDateError,
         "insurer must look at its clock and seal a new delivery under its true date"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.wrong)
def test_it_is_refused_as_a_whole_and_says_who_must_do_what(tmp_path: Path, case: Case) -> None:
    world = World.make(tmp_path)
    case.prepare(world)
    before = files(world.root)
    with pytest.raises(case.error, match=case.must) as caught:
        case.meet(world)
    assert type(caught.value) is case.error
    assert str(caught.value).count("\n") == 0
    world.assert_no_secret(str(caught.value))
    assert files(world.root) == before, "nothing is written"


@pytest.mark.parametrize("day", [dt.date(2026, 1, 30), dt.date(2026, 1, 31), dt.date(2026, 12, 31)])
def test_a_day_off_is_allowed_for(tmp_path: Path, day: dt.date) -> None:
    """Dated 31 January: its supplier may be past midnight already."""
    world = World.make(tmp_path)
    world.seal()
    on(day)(world)
    assert world.open().persons == 40


@contextmanager
def disk_full(folder: Path) -> Iterator[Path]:
    """A place with room for a few kilobytes: a small disk where root may make one, else a limit to every file."""
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0 and libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, b"size=8k") == 0:
        try:
            yield folder
        finally:
            libc.umount(os.fsencode(folder))
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_024, hard))
    try:
        yield folder
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """With more rows than a few kilobytes hold."""
    return World.make(tmp_path)


MANY = {"claim_line": pl.concat([claims(NUMBERS)] * 40), "insured": insured(NUMBERS)}


def test_a_full_disk_while_sealing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with disk_full(world.root / "full") as full:
        monkeypatch.setattr(World, "ocmo_inbox", full)
        with pytest.raises(StorageError, match=r"insurer cannot write .* insurer must make room") as caught:
            world.seal(tables=MANY)
        world.assert_no_secret(str(caught.value))
        assert not (world.ttp_inbox / DELIVERY).exists()
        assert not (full / DELIVERY).exists()
    monkeypatch.undo()
    world.seal(tables=MANY)
    world.process()
    assert world.open().persons == 40


def test_a_full_disk_while_mapping(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.seal(chunk_rows=1_000)
    sealed_table = ttp.seal_table

    def larger(part: Path, name: str, frame: pl.DataFrame, **how: object) -> tuple[Blob, ...]:
        return sealed_table(part, name, pl.concat([frame] * 20), **how)

    with disk_full(world.root / "full") as full, monkeypatch.context() as patched:
        patched.setattr(World, "ocmo_inbox", full)
        patched.setattr(ttp, "seal_table", larger)
        with pytest.raises(StorageError, match=r"notary cannot write .* notary must make room"):
            world.process()
        assert not (full / f"{DELIVERY}.map").exists()
    assert world.seen.deliveries() == [], "it was not processed"
    world.process()
    assert world.open().persons == 40


def test_a_full_disk_while_acknowledging(world: World) -> None:
    mapped(world)

    def tell(outbox: Path) -> Path:
        return acknowledge(
            world.ocmo_inbox / f"{DELIVERY}.map",
            agreement=world.agreement,
            ring=world.rings[OCMO],
            outbox=outbox,
        )

    with disk_full(world.root / "full") as full:
        for number in range(10):
            with contextlib.suppress(OSError):
                (full / f"filling {number}").write_bytes(b"x" * 1_000)
        with pytest.raises(StorageError, match=r"office cannot write .* office must make room"):
            tell(full)
        assert not (full / f"{DELIVERY}.ack").exists()
    assert tell(world.ttp_inbox).is_dir()


def test_of_two_suppliers_only_the_one_that_is_wrong_waits(world: World) -> None:
    world.seal()
    world.seal(HOSPITAL)
    (world.ttp_inbox / DELIVERY / "manifest.sig").unlink()
    with pytest.raises(errors.DeliveryIncompleteError):
        world.process()
    world.process(f"{HOSPITAL}-2025")
    assert world.open(f"{HOSPITAL}-2025").persons == 40
