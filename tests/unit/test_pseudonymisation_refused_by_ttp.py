"""What the TTP refuses: one clear error, no secret in it, nothing written (see `World.refused`)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pseudonymisation.dropfolder import write_file
from pseudonymisation.errors import (
    AgreementError,
    BatchRefusedError,
    BlobRefusedError,
    CanaryMismatchError,
    DeliveryIncompleteError,
    LiveDeliveryRefusedError,
    ManifestRefusedError,
    ReplayRefusedError,
    SignatureRefusedError,
)
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import Blob, IdentifiersManifest
from tests.unit.pseudonymisation_world import (
    DELIVERY,
    HOSPITAL,
    INSURER,
    OCMO,
    TTP,
    World,
    every_file_of,
    files,
    flip,
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


def sign_bytes(folder: Path, data: bytes, ring: KeyRing) -> None:
    """Any bytes as a signed manifest."""
    write_file(folder / "manifest.json", data)
    write_file(folder / "manifest.sig", ring.sign(data))


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


def test_refusing_changes_nothing_for_the_others(mapped: World) -> None:
    mapped.seal(HOSPITAL)
    flip(mapped.ttp_inbox / "hospital-2025" / "identifiers-0001.blob", 3)
    before = files(mapped.root)
    with mapped.refused(BlobRefusedError):
        mapped.process("hospital-2025")
    assert files(mapped.root) == before
    assert mapped.open().persons == 40
