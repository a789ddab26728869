"""What a supplier may not seal: one clear error, no secret in it, nothing written (see `World.refused`)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pseudonymisation.errors import (
    AgreementError,
    BatchRefusedError,
    DeliveryExistsError,
    KeyRingMissingError,
    NumberRefusedError,
    TableRefusedError,
)
from tests.unit.pseudonymisation_world import (
    DELIVERY,
    HOSPITAL,
    INSURER,
    NUMBERS,
    World,
    claims,
    insured,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path)


@pytest.fixture
def sealed(world: World) -> World:
    world.seal()
    return world


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
