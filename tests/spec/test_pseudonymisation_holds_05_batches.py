"""5. The TTP takes no batch too small or large, one live delivery a supplier and period; shuffles; fails closed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation.blobs import open_table
from pseudonymisation.engine import Hmac2Step, Scope
from pseudonymisation.errors import (
    AgreementError,
    BatchRefusedError,
    LiveDeliveryRefusedError,
    ManifestRefusedError,
    PseudonymisationError,
)
from pseudonymisation.manifest import IdentifiersManifest, MapManifest
from pseudonymisation.ttp_home import TtpHome
from pseudonymisation.ttp_inbox import process_inbox
from tests.unit.pseudonymisation_world import DELIVERY, HOSPITAL, INSURER, NUMBERS, OCMO, TTP, World, insured


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A delivery of forty persons, in the order of their numbers."""
    world = World.make(tmp_path)
    world.seal(tables={"insured": insured(sorted(NUMBERS))}, chunk_rows=1_000)
    return world


@pytest.mark.parametrize(("minimum", "maximum", "taken"), [(40, 40, True), (41, 99, False), (1, 39, False)])
def test_the_number_of_persons_is_within_the_limits_both_included(
    world: World, minimum: int, maximum: int, taken: bool
) -> None:
    terms = replace(world.agreement, minimum_persons=minimum, maximum_persons=maximum)
    if taken:
        assert world.process(agreement=terms).persons == 40
    else:
        with world.refused(BatchRefusedError, f"40 persons; the agreement allows {minimum} to {maximum}"):
            world.process(agreement=terms)


def test_one_live_delivery_for_a_supplier_and_period(world: World) -> None:
    world.process()
    world.seal(delivery_id="again")
    with world.refused(LiveDeliveryRefusedError, "insurer already has a live delivery for 2025"):
        world.process("again")
    world.seal(delivery_id="instead", replaces=DELIVERY)
    world.process("instead")
    world.seal(HOSPITAL)
    world.process(f"{HOSPITAL}-2025")


def test_also_in_the_next_epoch(world: World) -> None:
    """The OCMO moves its tables there, so the earlier one still counts."""
    world.process()
    then = replace(world.agreement, epoch=2)
    world.rings[TTP].create_pseudonym_key(then.contract, 2)
    world.seal(delivery_id="again", agreement=then)
    with world.refused(LiveDeliveryRefusedError):
        world.process("again", then)


def test_the_map_is_in_the_order_of_the_tickets_which_says_nothing(world: World) -> None:
    world.process()
    folder = world.ocmo_inbox / f"{DELIVERY}.map"
    manifest = MapManifest.decode((folder / "manifest.json").read_bytes())
    context = world.agreement.context("map", INSURER, DELIVERY)
    answer = open_table(folder, "map", manifest.blobs, ring=world.rings[OCMO], context=context)
    assert answer["ticket"].is_sorted()
    by_number = [world.true_pid(number) for number in sorted(NUMBERS)]
    assert sorted(answer["pid"]) == sorted(by_number)
    assert answer["pid"].to_list() != by_number


def test_so_are_the_identifiers(world: World) -> None:
    folder = world.ttp_inbox / DELIVERY
    manifest = IdentifiersManifest.decode((folder / "manifest.json").read_bytes())
    context = world.agreement.context("identifiers", INSURER, DELIVERY)
    rows = open_table(folder, "identifiers", manifest.blobs, ring=world.rings[TTP], context=context)
    assert rows["ticket"].is_sorted()
    delivered = Hmac2Step().pre_pseudonyms(
        world.rings[INSURER], Scope("maasoever", epoch=1, key_version=1), pl.Series(NUMBERS)
    )
    assert rows["pre"].sort().equals(delivered.sort())
    assert rows["pre"].to_list() != delivered.to_list(), "not in the order of the supplier's table"
    assert rows["pre"].to_list() != delivered.gather(pl.Series(NUMBERS).arg_sort()).to_list(), "nor by number"


def lose(name: str, text: str | None) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        path = world.root / TTP / name
        path.unlink() if text is None else path.write_text(text)

    return prepare


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (lose("seen.json", "{"), ManifestRefusedError),
        (lose("agreements/maasoever.json", "{}"), AgreementError),
        (lose("agreements/maasoever.json", None), AgreementError),
        (lose("keys/pseudonym-maasoever-1.key", None), PseudonymisationError),
        (lose("audit.jsonl", "what is this\n"), PseudonymisationError),
    ],
    ids=["memory", "agreement", "no agreement", "key", "log"],
)
def test_what_it_cannot_check_it_does_not_do(
    world: World, prepare: Callable[[World], None], error: type[PseudonymisationError]
) -> None:
    (world.root / TTP / "agreements").mkdir()
    world.agreement.write(world.root / TTP / "agreements" / "maasoever.json")
    (world.root / TTP / "ttp.json").write_text(json.dumps({"inbox": "../to-ttp", "outbox": "../to-ocmo"}))
    prepare(world)
    with pytest.raises(error):
        process_inbox(TtpHome.open(world.root / TTP), dt.date(2026, 2, 1))
    assert not list(world.ocmo_inbox.glob("*.map"))
