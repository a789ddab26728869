"""The agreement: written and read unchanged, refused when its parts do not fit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pseudonymisation.agreement import Agreement
from pseudonymisation.errors import AgreementError
from pseudonymisation.keys import KeyRing
from tests.unit.pseudonymisation_world import INSURER, TTP, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World.make(tmp_path_factory.mktemp("world"))


def test_written_and_read_again(world: World, tmp_path: Path) -> None:
    path = tmp_path / "agreement.json"
    world.agreement.write(path)
    assert Agreement.load(path) == world.agreement
    first = path.read_bytes()
    Agreement.load(path).write(path)
    assert path.read_bytes() == first
    assert world.agreement.label == "ocp1:hmac-2step-v1:notary:maasoever:1"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contract": "a:b"}, "name of the contract"),
        ({"contract": "../x"}, "name of the contract"),
        ({"contract": "123456782"}, "name of the contract"),
        ({"contract": "maasoever-00123456782-a"}, "name of the contract"),
        ({"contract": "x20250101"}, "name of the contract"),
        ({"engine": "sha1"}, "no engine"),
        ({"suite": "P256"}, "no suite"),
        ({"suite": "MLKEM768X25519"}, "is not of suite"),
        ({"bsn_policy": "keep"}, "no policy"),
        ({"epoch": 0}, "count from 1"),
        ({"key_version": 0}, "count from 1"),
        ({"minimum_persons": 101}, "no number of persons"),
        ({"minimum_persons": 0}, "no number of persons"),
        ({"suppliers": ()}, "no supplier"),
    ],
)
def test_parts_that_do_not_fit(world: World, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(AgreementError, match=said):
        replace(world.agreement, **changes)


def test_a_date_with_dashes_can_stand_in_a_name(world: World) -> None:
    assert replace(world.agreement, contract="maasoever-2025-01-31").contract == "maasoever-2025-01-31"


def test_roles_cannot_be_swapped_or_doubled(world: World) -> None:
    terms = world.agreement
    with pytest.raises(AgreementError, match="has the role ocmo, not ttp"):
        replace(terms, ttp=terms.ocmo)
    with pytest.raises(AgreementError, match="two roles have the same name"):
        replace(terms, suppliers=(terms.suppliers[0], terms.suppliers[0]))
    twin = replace(terms.suppliers[0], name="twin")
    with pytest.raises(AgreementError, match="the same signing_key"):
        replace(terms, suppliers=(*terms.suppliers, twin))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epoch", "1"),
        ("epoch", True),
        ("allow_test_numbers", "no"),
        ("suppliers", 3),
        ("ttp", {}),
        ("extra", 1),
    ],
)
def test_a_file_with_a_wrong_field_names_it(world: World, tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "agreement.json"
    world.agreement.write(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    with pytest.raises(AgreementError, match=r"agreement\.json"):
        Agreement.load(path)


def test_a_missing_or_broken_file(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="There is no agreement"):
        Agreement.load(tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(AgreementError, match="not JSON"):
        Agreement.load(tmp_path / "broken.json")


def test_a_renewed_ring_is_not_the_agreed_one(world: World, tmp_path: Path) -> None:
    renewed = KeyRing.create(tmp_path / "keys", role="ttp", name=TTP).identity
    with pytest.raises(AgreementError, match="not that of notary"):
        world.agreement.require_identity(renewed, world.agreement.ttp)
    world.agreement.require_identity(world.rings[TTP].identity, world.agreement.ttp)


def test_a_stranger_is_no_supplier(world: World) -> None:
    assert world.agreement.supplier(INSURER) == world.rings[INSURER].identity
    with pytest.raises(AgreementError, match="Suppliers: insurer, hospital"):
        world.agreement.supplier("stranger")
