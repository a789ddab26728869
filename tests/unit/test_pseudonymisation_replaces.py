"""A delivery that takes another's place: said in all manifests, and only of the live one of its own place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pseudonymisation.errors import (
    AgreementError,
    DeliveryExistsError,
    LiveDeliveryRefusedError,
    ManifestRefusedError,
)
from pseudonymisation.manifest import IdentifiersManifest, TablesManifest
from pseudonymisation.recipient import read_manifest
from tests.unit.pseudonymisation_world import HOSPITAL, INSURER, TTP, World, resign

FIRST, SECOND, THIRD = "insurer-2025-01", "insurer-2025-02", "insurer-2025-03"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The insurer's first delivery for 2025 is live."""
    world = World.make(tmp_path)
    deliver(world, FIRST)
    return world


def deliver(world: World, delivery: str, replaces: str = "", **said: str) -> None:
    world.seal(delivery_id=delivery, replaces=replaces, **said)
    world.process(delivery)


def test_all_three_manifests_say_it(world: World) -> None:
    deliver(world, SECOND, FIRST)
    assert world.open(SECOND).manifest.replaces == FIRST
    assert read_manifest(world.ocmo_inbox / FIRST, world.agreement).replaces == ""
    for folder in (
        world.ttp_inbox / SECOND,
        world.ocmo_inbox / SECOND,
        world.ocmo_inbox / f"{SECOND}.map",
    ):
        assert json.loads((folder / "manifest.json").read_text())["replaces"] == FIRST


def test_sealing_again_with_another_one_to_replace_is_another_delivery(world: World) -> None:
    world.seal(delivery_id=SECOND, replaces=FIRST)
    assert world.seal(delivery_id=SECOND, replaces=FIRST).resumed
    with world.refused(DeliveryExistsError, "sealed before with other contents"):
        world.seal(delivery_id=SECOND)


def test_a_chain_of_replacements(world: World) -> None:
    deliver(world, SECOND, FIRST)
    deliver(world, THIRD, SECOND)
    assert [seen.replaces for seen in world.seen.deliveries()] == ["", FIRST, SECOND]


@pytest.mark.parametrize(
    "replaces", ["", "insurer-2052-01", FIRST], ids=["none", "a typo", "the replaced one"]
)
def test_only_the_live_one_can_be_replaced(world: World, replaces: str) -> None:
    deliver(world, SECOND, FIRST)
    world.seal(delivery_id=THIRD, replaces=replaces)
    with world.refused(LiveDeliveryRefusedError, f"live delivery for 2025: {SECOND}", f"replaces {SECOND}"):
        world.process(THIRD)


@pytest.mark.parametrize("chain", [[SECOND], [SECOND, THIRD]], ids=["at first hand", "at second hand"])
def test_who_comes_after_its_replacement_hears_that_its_place_is_taken(
    tmp_path: Path, chain: list[str]
) -> None:
    """To replace the newer by the older would be the wrong advice."""
    world = World.make(tmp_path)
    for delivery, replaced in zip(chain, (FIRST, SECOND), strict=False):
        deliver(world, delivery, replaced)
    world.seal(delivery_id=FIRST)
    with world.refused(
        LiveDeliveryRefusedError,
        f"{chain[-1]} already takes the place of this delivery",
        "Nothing is missing",
    ):
        world.process(FIRST)


@pytest.mark.parametrize(
    ("supplier", "period"), [(HOSPITAL, "2025"), (INSURER, "2024")], ids=["another's", "another period's"]
)
def test_what_stands_in_another_place_cannot_be_replaced(world: World, supplier: str, period: str) -> None:
    world.seal(supplier, delivery_id="other", period=period, replaces=FIRST)
    with world.refused(
        ManifestRefusedError, f"would replace {FIRST}", f"its own earlier delivery for {period}"
    ):
        world.process("other")


def test_nobody_can_free_a_place_beforehand(world: World) -> None:
    """Naming a delivery that is still to come takes no one's place, one's own or another's."""
    deliver(world, "insurer-2024", "hospital-2025", period="2024")
    world.seal(HOSPITAL)
    world.process("hospital-2025")
    world.seal(HOSPITAL, delivery_id="hospital-again")
    with world.refused(LiveDeliveryRefusedError, "hospital-2025"):
        world.process("hospital-again")
    deliver(world, "insurer-2023-01", "insurer-2023-02", period="2023")
    deliver(world, "insurer-2023-02", "insurer-2023-01", period="2023")
    world.seal(delivery_id="insurer-2023-03", period="2023")
    with world.refused(LiveDeliveryRefusedError, "insurer-2023-02"):
        world.process("insurer-2023-03")


@pytest.mark.parametrize("half", ["to-ttp", "to-ocmo"])
def test_a_half_that_was_made_to_replace_another(world: World, half: str) -> None:
    """A supplier that tells the TTP and the OCMO different things is found: C repeats what A said."""
    world.seal(HOSPITAL)
    kind = IdentifiersManifest if half == "to-ttp" else TablesManifest
    resign(world.root / half / "hospital-2025", kind, world.rings[HOSPITAL], replaces="hospital-2025-00")
    world.process("hospital-2025")
    with world.refused(ManifestRefusedError, "not halves of one delivery", "differing: replaces"):
        world.open("hospital-2025")


def test_a_delivery_replaces_neither_itself_nor_what_is_no_name(world: World) -> None:
    with world.refused(DeliveryExistsError, "cannot replace itself"):
        world.seal(delivery_id=SECOND, replaces=SECOND)
    with world.refused(AgreementError, "delivery id of the one replaced"):
        world.seal(delivery_id=SECOND, replaces="../x")
    world.seal(delivery_id=SECOND)
    for replaces, said in ((SECOND, "replace itself"), ("../x", "one replaced")):
        resign(world.ttp_inbox / SECOND, IdentifiersManifest, world.rings[INSURER], replaces=replaces)
        with world.refused(ManifestRefusedError, said):
            world.process(SECOND)


def test_what_was_seen_before_deliveries_could_replace_counts(world: World) -> None:
    """A TTP's memory of an earlier release has no such field."""
    path = world.root / TTP / "seen.json"
    remembered = [
        {name: value for name, value in entry.items() if name != "replaces"}
        for entry in json.loads(path.read_text())
    ]
    path.write_text(json.dumps(remembered))
    deliver(world, SECOND, FIRST)
    assert [seen.replaces for seen in world.seen.deliveries()] == ["", FIRST]
