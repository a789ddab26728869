"""Every refusal: one clear error, without a secret in it, and nothing written (see `World.refused`)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation.dropfolder import write_file
from pseudonymisation.errors import (
    AgreementError,
    BatchRefusedError,
    BlobRefusedError,
    CanaryMismatchError,
    DeliveryExistsError,
    DeliveryIncompleteError,
    KeyRingMissingError,
    LiveDeliveryRefusedError,
    ManifestRefusedError,
    NumberRefusedError,
    ReplayRefusedError,
    SignatureRefusedError,
    TableRefusedError,
)
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import Blob, IdentifiersManifest, MapManifest, TablesManifest
from tests.unit.pseudonymisation_world import (
    HOSPITAL,
    INSURER,
    NUMBERS,
    OCMO,
    TTP,
    World,
    claims,
    files,
    flip,
    insured,
    resign,
)

DELIVERY = "insurer-2025"


def backwards(column: str) -> pl.Expr:
    """Other values of the same length."""
    return pl.col(column).map_elements(lambda value: value[::-1], return_dtype=pl.Binary)


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


# --- what a supplier may not seal ---------------------------------------------------------------------


@pytest.mark.parametrize("number", ["10464554", "12345678", "", None, "999900007", "000000000"])
def test_a_number_that_is_none_or_not_normalised(world: World, number: str | None) -> None:
    table = pl.DataFrame({"bsn": [*NUMBERS, number]})
    with world.refused(NumberRefusedError, "1 different numbers", "table insured, column bsn"):
        world.seal(tables={"claim_line": claims(NUMBERS), "insured": table})


def test_test_numbers_outside_test_contracts(world: World) -> None:
    strict = replace(world.agreement, allow_test_numbers=False)
    with world.refused(NumberRefusedError, "40 different numbers"):
        world.seal(agreement=strict)


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame({"number": NUMBERS}),
        pl.DataFrame({"bsn": [int(number) for number in NUMBERS]}),
        pl.DataFrame({"bsn": NUMBERS, "ticket": NUMBERS}),
        pl.DataFrame({"bsn": NUMBERS, "pid": NUMBERS}),
    ],
)
def test_a_table_without_the_right_columns(world: World, table: pl.DataFrame) -> None:
    with world.refused(TableRefusedError, "table insured"):
        world.seal(tables={"insured": table})


@pytest.mark.parametrize("name", ["../insured", "Insured", "", "a" * 64])
def test_a_table_whose_name_is_no_file_name(world: World, name: str) -> None:
    with world.refused(TableRefusedError):
        world.seal(tables={name: insured(NUMBERS)})


def test_no_tables(world: World) -> None:
    with world.refused(TableRefusedError, "at least one table"):
        world.seal(tables={})


@pytest.mark.parametrize("count", [2, 101])
def test_too_few_or_too_many_persons_at_the_supplier(world: World, count: int) -> None:
    terms = replace(world.agreement, maximum_persons=39) if count > 40 else world.agreement
    with world.refused(BatchRefusedError, "persons; the agreement allows 3 to"):
        world.seal(tables={"insured": insured(NUMBERS[:count])}, agreement=terms)


def test_a_supplier_without_the_shared_secret(world: World) -> None:
    (world.root / HOSPITAL / "keys" / "shared-secret-1.key").unlink()
    with pytest.raises(KeyRingMissingError, match="shared-secret-1"):
        world.seal(HOSPITAL)
    assert not (world.ttp_inbox / "hospital-2025").exists()
    assert not (world.ocmo_inbox / "hospital-2025").exists()


def test_a_delivery_under_another_s_name_or_contract(world: World) -> None:
    world.rings[INSURER], mine = world.rings[HOSPITAL], world.rings[INSURER]
    with world.refused(AgreementError, "The key ring of hospital is not that of insurer"):
        world.seal(INSURER)
    world.rings[INSURER] = mine
    with world.refused(AgreementError, "'insurer' is no supplier"):
        world.seal(agreement=replace(world.agreement, suppliers=world.agreement.suppliers[1:]))


@pytest.mark.parametrize("delivery_id", ["../x", "a/b", "x.part", "x.map", "x y"])
def test_an_id_that_is_no_folder_name(world: World, delivery_id: str) -> None:
    with world.refused(AgreementError, "delivery id"):
        world.seal(delivery_id=delivery_id)


@pytest.mark.parametrize("half", ["ttp", "ocmo"])
def test_an_id_used_before_for_something_else(sealed: World, half: str) -> None:
    with sealed.refused(DeliveryExistsError, "sealed before with other contents"):
        sealed.seal(accounts={"claim_line": {"rows": 81}})
    shutil.rmtree((sealed.ttp_inbox if half == "ttp" else sealed.ocmo_inbox) / DELIVERY)
    with sealed.refused(DeliveryExistsError, "new delivery id"):
        sealed.seal(accounts={"claim_line": {"rows": 81}})


# --- what the TTP refuses -----------------------------------------------------------------------------


def every_file_of(folder: str) -> list[str]:
    blobs = {"to-ttp": ["identifiers-0001.blob"], "to-ocmo": ["claim_line-0001.blob", "insured-0002.blob"]}
    return [f"{folder}/{DELIVERY}/{name}" for name in ("manifest.json", "manifest.sig", *blobs[folder])]


@pytest.mark.parametrize("name", every_file_of("to-ttp"))
@pytest.mark.parametrize("position", [0, 1, 40, -40, -1])
def test_the_ttp_refuses_a_flipped_bit(sealed: World, name: str, position: int) -> None:
    flip(sealed.root / name, position)
    error = BlobRefusedError if name.endswith(".blob") else SignatureRefusedError
    with sealed.refused(error, DELIVERY):
        sealed.process()


@pytest.mark.parametrize("name", every_file_of("to-ttp"))
def test_the_ttp_refuses_a_missing_or_truncated_file(sealed: World, name: str) -> None:
    path = sealed.root / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with sealed.refused(BlobRefusedError if name.endswith(".blob") else SignatureRefusedError):
        sealed.process()
    path.unlink()
    with sealed.refused(DeliveryIncompleteError, "missing"):
        sealed.process()


def test_the_ttp_refuses_a_file_that_is_not_listed(sealed: World) -> None:
    (sealed.ttp_inbox / DELIVERY / "identifiers-0003.blob").write_bytes(b"x")
    with sealed.refused(DeliveryIncompleteError, "1 are not in the manifest"):
        sealed.process()


def test_the_ttp_refuses_swapped_blobs(sealed: World) -> None:
    folder = sealed.ttp_inbox / DELIVERY
    swap(folder / "identifiers-0001.blob", folder / "identifiers-0002.blob")
    with sealed.refused(BlobRefusedError, "not the blob that its manifest lists"):
        sealed.process()


def test_chunks_renumbered_by_a_dishonest_sender(sealed: World) -> None:
    """Even with a signature over it, a chunk opens only under its own number."""
    folder = sealed.ttp_inbox / DELIVERY
    first, second = folder / "identifiers-0001.blob", folder / "identifiers-0002.blob"
    manifest = IdentifiersManifest.decode((folder / "manifest.json").read_bytes())
    swap(first, second)
    blobs = tuple(
        replace(blob, digest=other.digest)
        for blob, other in zip(manifest.blobs, manifest.blobs[::-1], strict=True)
    )
    digests = tuple(blob.digest for blob in blobs)
    resign(folder, IdentifiersManifest, sealed.rings[INSURER], blobs=blobs, identifier_blobs=digests)
    with sealed.refused(BlobRefusedError, "does not open"):
        sealed.process()


@pytest.mark.parametrize("signer", [HOSPITAL, OCMO, TTP])
def test_signed_by_another_role(sealed: World, signer: str) -> None:
    resign(sealed.ttp_inbox / DELIVERY, IdentifiersManifest, sealed.rings[signer])
    words = (
        ("says it is from insurer, and hospital signed it",) if signer == HOSPITAL else ("signed by nobody",)
    )
    with sealed.refused(SignatureRefusedError, *words):
        sealed.process()


def test_signed_by_a_stranger_of_the_same_name(sealed: World) -> None:
    stranger = KeyRing.create(sealed.root / "stranger", role="supplier", name=INSURER)
    resign(sealed.ttp_inbox / DELIVERY, IdentifiersManifest, stranger)
    with sealed.refused(SignatureRefusedError, "signed by nobody"):
        sealed.process()


def test_the_ttp_with_another_ring(sealed: World) -> None:
    sealed.rings[TTP] = KeyRing.create(sealed.root / "renewed", role="ttp", name=TTP)
    with sealed.refused(AgreementError, "Compare fingerprints"):
        sealed.process()


@pytest.mark.parametrize(
    ("field", "value"),
    [("contract", "other"), ("epoch", 2), ("key_version", 2), ("suite", "P256"), ("engine", "x")],
)
def test_made_for_other_terms(sealed: World, field: str, value: object) -> None:
    resign(sealed.ttp_inbox / DELIVERY, IdentifiersManifest, sealed.rings[INSURER], **{field: value})
    with sealed.refused(ManifestRefusedError, f"{field} {value}", "the agreement says"):
        sealed.process()


@pytest.mark.parametrize("field", ["contract", "epoch", "key_version"])
def test_a_blob_sealed_for_other_terms_does_not_open(sealed: World, field: str) -> None:
    """The manifest may claim what it likes: the seal itself is bound to contract, epoch and key version."""
    other = replace(sealed.agreement, **{field: "other" if field == "contract" else 2})
    folder = sealed.ttp_inbox / DELIVERY
    resign(folder, IdentifiersManifest, sealed.rings[INSURER], **{field: getattr(other, field)})
    with sealed.refused(BlobRefusedError, "does not open"):
        sealed.process(agreement=other)


@pytest.mark.parametrize(
    "changes",
    [
        {"persons": 41},
        {"delivery": "../outside"},
        {"supplier": INSURER, "period": ""},
        {"identifier_blobs": ("0" * 64,)},
        {"blobs": ()},
        {"blobs": (Blob("../x", 1, 1, 40, "0"),), "identifier_blobs": ("0",)},
        {"blobs": (Blob("identifiers", 1, 2, 40, "0"),), "identifier_blobs": ("0",)},
        {"blobs": (Blob("identifiers", 2, 2, 40, "0"),), "identifier_blobs": ("0",)},
    ],
)
def test_a_manifest_that_contradicts_itself(sealed: World, changes: dict[str, object]) -> None:
    resign(sealed.ttp_inbox / DELIVERY, IdentifiersManifest, sealed.rings[INSURER], **changes)
    with sealed.refused(ManifestRefusedError):
        sealed.process()


@pytest.mark.parametrize(
    "forge",
    [
        lambda raw: raw | {"kind": "tables"},
        lambda raw: raw | {"protocol": "ocmo-psn/v2"},
        lambda raw: raw | {"extra": 1},
        lambda raw: {key: value for key, value in raw.items() if key != "canary"},
        lambda raw: raw | {"persons": "40"},
        lambda raw: raw | {"blobs": 3},
        lambda raw: raw | {"blobs": [{"table": "identifiers"}]},
        lambda raw: raw | {"delivered_on": "yesterday"},
        lambda raw: [raw],
        lambda raw: None,
    ],
)
def test_signed_json_that_is_no_such_manifest(sealed: World, forge: Callable[[object], object]) -> None:
    folder = sealed.ttp_inbox / DELIVERY
    raw = forge(json.loads((folder / "manifest.json").read_text()))
    sign_bytes(folder, (json.dumps(raw, indent=1, sort_keys=True) + "\n").encode(), sealed.rings[INSURER])
    with sealed.refused(ManifestRefusedError, "This is no manifest of identifiers"):
        sealed.process()


@pytest.mark.parametrize(
    "spoil", [lambda data: data + b" ", lambda data: data.replace(b"\n", b""), lambda _: b"\xff"]
)
def test_signed_bytes_that_are_not_canonical(sealed: World, spoil: Callable[[bytes], bytes]) -> None:
    folder = sealed.ttp_inbox / DELIVERY
    sign_bytes(folder, spoil((folder / "manifest.json").read_bytes()), sealed.rings[INSURER])
    with sealed.refused(ManifestRefusedError):
        sealed.process()


@pytest.mark.parametrize(("minimum", "maximum"), [(41, 100), (1, 39)])
def test_too_few_or_too_many_persons_at_the_ttp(sealed: World, minimum: int, maximum: int) -> None:
    strict = replace(sealed.agreement, minimum_persons=minimum, maximum_persons=maximum)
    with sealed.refused(BatchRefusedError, f"40 persons; the agreement allows {minimum} to {maximum}"):
        sealed.process(agreement=strict)


def test_a_delivery_id_seen_before(mapped: World) -> None:
    shutil.rmtree(mapped.ttp_inbox)
    shutil.rmtree(mapped.ocmo_inbox)
    mapped.seal()
    with mapped.refused(ReplayRefusedError, "was processed before"):
        mapped.process()


def test_the_very_same_delivery_after_its_map_left(mapped: World) -> None:
    shutil.rmtree(mapped.ocmo_inbox / f"{DELIVERY}.map")
    with mapped.refused(ReplayRefusedError):
        mapped.process()


def test_blobs_seen_before_under_another_id(mapped: World) -> None:
    shutil.copytree(mapped.ttp_inbox / DELIVERY, mapped.ttp_inbox / "new-id")
    resign(
        mapped.ttp_inbox / "new-id",
        IdentifiersManifest,
        mapped.rings[INSURER],
        delivery="new-id",
        period="2024",
    )
    with mapped.refused(ReplayRefusedError):
        mapped.process("new-id")


def test_an_id_whose_map_is_another_s(sealed: World) -> None:
    sealed.process()
    sealed.seal(HOSPITAL, delivery_id="hospital-2025")
    (sealed.ocmo_inbox / f"{DELIVERY}.map").rename(sealed.ocmo_inbox / "hospital-2025.map")
    with sealed.refused(ReplayRefusedError, "already a map of this name"):
        sealed.process("hospital-2025")


def test_a_second_delivery_for_one_period(mapped: World) -> None:
    mapped.seal(delivery_id="insurer-2025-again")
    with mapped.refused(LiveDeliveryRefusedError, "already has a live delivery for 2025: insurer-2025"):
        mapped.process("insurer-2025-again")
    mapped.seal(period="2024")
    assert mapped.process("insurer-2024").persons == 40


def test_another_shared_secret_shows_in_the_canary(mapped: World) -> None:
    """Otherwise it would show as a linkage of 0 %."""
    key = mapped.root / HOSPITAL / "keys" / "shared-secret-1.key"
    key.unlink()
    mapped.rings[HOSPITAL].create_shared_secret()
    mapped.seal(HOSPITAL)
    with mapped.refused(CanaryMismatchError, "hospital does not hash with the same shared secret as insurer"):
        mapped.process("hospital-2025")


def test_the_ttp_refuses_without_its_memory(mapped: World) -> None:
    (mapped.root / TTP / "seen.json").write_text("[{}]")
    mapped.seal(HOSPITAL)
    with mapped.refused(ManifestRefusedError, "restore it from its backup"):
        mapped.process("hospital-2025")


# --- what the OCMO refuses ----------------------------------------------------------------------------


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
    error = BlobRefusedError if "persons" in changes else ManifestRefusedError
    with mapped.refused(error):
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
        (lambda rows: rows.with_columns(ticket=backwards("ticket")), "40 persons, 0 of them"),
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


def test_where_the_ttp_gave_no_pseudonym_pid_is_null(sealed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from pseudonymisation import ttp

    opener = ttp.open_table
    monkeypatch.setattr(ttp, "open_table", lambda *args, **how: opener(*args, **how).head(37))
    sealed.process()
    opened = sealed.open()
    assert opened.persons == 37
    assert opened.tables["insured"]["pid"].null_count() == 3
    assert opened.tables["claim_line"]["pid"].null_count() == 6


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda rows: rows.head(-1), "holds"),
        (lambda rows: rows.drop("ticket"), "does not carry tickets"),
        (lambda rows: rows.rename({"birth_year": "pid"}), "does not carry tickets"),
        (lambda rows: rows.with_columns(ticket=pl.lit(None, pl.Binary)), "does not carry tickets"),
        (lambda rows: rows.with_columns(ticket=backwards("ticket")), "80 persons"),
    ],
)
def test_faulty_tables(
    world: World, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[pl.DataFrame], pl.DataFrame], said: str
) -> None:
    """Well signed and sealed by the supplier, and wrong inside."""
    from pseudonymisation import blobs, halves

    def faulty(part: Path, name: str, frame: pl.DataFrame, **how: object) -> tuple[Blob, ...]:
        if name != "insured":
            return blobs.seal_table(part, name, frame, **how)
        sealed = blobs.seal_table(part, name, spoil(frame), **how)
        return (*sealed[:-1], replace(sealed[-1], rows=frame.height - sum(blob.rows for blob in sealed[:-1])))

    monkeypatch.setattr(halves, "seal_table", faulty)
    world.seal()
    world.process()
    with world.refused(BlobRefusedError, said):
        world.open()


def swap(first: Path, second: Path) -> None:
    """Exchange two files."""
    contents = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(contents)


def sign_bytes(folder: Path, data: bytes, ring: KeyRing) -> None:
    """Any bytes as a signed manifest."""
    write_file(folder / "manifest.json", data)
    write_file(folder / "manifest.sig", ring.sign(data))


def test_refusing_changes_nothing_for_the_others(mapped: World) -> None:
    mapped.seal(HOSPITAL)
    flip(mapped.ttp_inbox / "hospital-2025" / "identifiers-0001.blob", 3)
    before = files(mapped.root)
    with mapped.refused(BlobRefusedError):
        mapped.process("hospital-2025")
    assert files(mapped.root) == before
    assert mapped.open().persons == 40
