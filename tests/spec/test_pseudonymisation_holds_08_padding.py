"""What must hold, 8, in numbers: who objects is hidden among enough others, and one delivery removes few.

The agreement of these tests asks for 3 persons in a delivery; there are 40 that the supplier knows.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pseudonymisation.audit import AuditLog
from pseudonymisation.errors import BatchRefusedError
from pseudonymisation.objection import OBJECTION, OBJECTS, SCHEMA_DIGEST, seal_objection
from tests.unit.linkage_world import FIRST, SUMMER
from tests.unit.pseudonymisation_world import INSURER, NUMBERS
from tests.unit.rights_world import OBJECTION as NOTICE
from tests.unit.rights_world import Rights


@pytest.fixture
def rights(tmp_path: Path) -> Rights:
    return Rights.make(tmp_path)


@pytest.mark.parametrize(
    ("objecting", "others", "is_hidden"),
    [
        (1, 9, True),
        (1, 8, False),
        (2, 18, True),
        (2, 17, False),
        (4, 36, True),
        (5, 35, False),
        (40, 0, False),
        (10, 0, False),
        (39, 1, False),
    ],
)
def test_of_ten_persons_in_the_delivery_at_most_one_objects(
    rights: Rights, objecting: int, others: int, *, is_hidden: bool
) -> None:
    who, among = NUMBERS[:objecting], NUMBERS[objecting : objecting + others]
    if is_hidden:
        rights.send_objection(who, others=among, mapped=False)
    else:
        with rights.world.refused(BatchRefusedError, f"{objecting} persons object among {others} others"):
            rights.send_objection(who, others=among, mapped=False)


def test_others_are_as_many_as_any_delivery_must_hold(rights: Rights) -> None:
    agreed = rights.world.agreement
    wide = type(agreed)(**{**vars(agreed), "minimum_persons": 20})
    with rights.world.refused(BatchRefusedError, "1 persons object among 19 others"):
        rights.send_objection(NUMBERS[:1], others=NUMBERS[1:20], agreement=wide, mapped=False)
    rights.send_objection(NUMBERS[:1], others=NUMBERS[1:21], agreement=wide, mapped=False)


def test_who_objects_hides_nobody(rights: Rights) -> None:
    """Named in both lists, a person counts as one who objects."""
    with rights.world.refused(BatchRefusedError, "1 persons object among 8 others"):
        rights.send_objection(NUMBERS[:1], others=NUMBERS[:9], mapped=False)


def test_the_refusal_is_in_the_log(rights: Rights) -> None:
    ring = rights.world.rings[INSURER]
    log = AuditLog.of_home(rights.world.root / INSURER, ring.identity)
    with pytest.raises(BatchRefusedError):
        seal_objection(
            agreement=rights.world.agreement,
            ring=ring,
            delivery_id=NOTICE,
            delivered_on=SUMMER,
            objecting=pl.Series(NUMBERS),
            others=pl.Series(NUMBERS),
            ttp_outbox=rights.world.ttp_inbox,
            ocmo_outbox=rights.world.ocmo_inbox,
            audit=log,
        )
    assert [(line.entry.action, line.entry.result) for line in log.lines()] == [("seal", "batch")]


def test_the_ocmo_looks_again(rights: Rights) -> None:
    """A supplier whose software does not, or who mixed its two lists up, removes nobody."""
    rights.deliver(FIRST)
    table = pl.DataFrame({"bsn": NUMBERS, OBJECTS: [True] * 39 + [False]})
    rights.world.seal(
        INSURER,
        {OBJECTION: table},
        delivery_id=NOTICE,
        period=NOTICE,
        delivered_on=SUMMER,
        schema_digests={OBJECTION: SCHEMA_DIGEST},
        accounts={OBJECTION: {"request": "0" * 32}},
    )
    rights.world.process(NOTICE)
    told = rights.take_in(NOTICE)
    assert (told.outcome, told.kind) == ("refused", "batch")
    assert "39 persons object among 1 others" in told.reason
    assert rights.pids() == rights.true_pids(NUMBERS)
    assert not list((rights.home.root / "objections").glob("*"))
