"""1. Same person, contract and epoch: same pseudonym from every supplier. Another contract or epoch: none in common."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation.engine import Hmac2Step, Scope
from pseudonymisation.macs import KeyReference, derive_key, mac_batch
from pseudonymisation.recipient import OpenedDelivery
from tests.oracles.pseudonymisation_stdlib import synthetic_numbers
from tests.unit.pseudonymisation_world import HOSPITAL, INSURER, NUMBERS, TTP, World, insured


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path)


def pids(opened: OpenedDelivery) -> set[bytes]:
    return set(opened.tables["insured"]["pid"])


def test_every_supplier_gives_the_same_pseudonym(world: World) -> None:
    insurer = world.through(INSURER, {"insured": insured(NUMBERS)})
    hospital = world.through(HOSPITAL, {"insured": insured(NUMBERS)})
    assert pids(insurer) == pids(hospital) == {world.true_pid(number) for number in NUMBERS}


def test_eight_digits_are_nine_with_the_zero_that_was_lost() -> None:
    """Intake puts it back before sealing, by the rule that the canary goes through too."""
    from pseudonymisation.bsn import judge

    judged = judge(pl.Series(["10464554", "010464554"]), allow_test_numbers=True)
    assert judged["normalised"].to_list() == ["010464554", "010464554"]


@pytest.mark.parametrize("change", [{"contract": "other"}, {"epoch": 2}], ids=["contract", "epoch"])
def test_another_contract_or_epoch_has_none_in_common(world: World, change: dict[str, object]) -> None:
    other = replace(world.agreement, **change)
    world.rings[TTP].create_pseudonym_key(other.contract, other.epoch)
    here = world.through(INSURER, {"insured": insured(NUMBERS)})
    world.seal(tables={"insured": insured(NUMBERS)}, agreement=other, delivery_id="there", period="there")
    world.process("there", other)
    there = world.open("there", other)
    assert (len(pids(here)), len(pids(there))) == (40, 40)
    assert not pids(here) & pids(there)
    assert here.label != there.label


def test_not_even_when_the_ttp_had_the_same_key_for_both() -> None:
    """Contract and epoch are in the derivation as well."""

    class OneKey:
        def mac(self, key: KeyReference, messages: list[bytes]) -> list[bytes]:
            return mac_batch(derive_key(b"k" * 32, key.derivation), messages)

    engine, numbers = Hmac2Step(), pl.Series(synthetic_numbers(500))
    seen: set[bytes] = set()
    for scope in (Scope("a", 1, 1), Scope("a", 2, 1), Scope("b", 1, 1), Scope("a", 1, 2)):
        pre = engine.pre_pseudonyms(OneKey(), scope, numbers)
        made = set(engine.pseudonyms(OneKey(), scope, pre))
        assert len(made) == 500
        assert not made & seen
        seen |= made
