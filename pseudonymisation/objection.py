"""A person objects: how a supplier says so, and the TTP does not learn who it is.

An objection is an ordinary delivery of one table, `objection`, with a row for each person: those who object, and
many who do not. The column `objects` tells them apart, and stands only in the OCMO's sealed half. So the TTP maps
them all, as for any delivery, and every check of the protocol holds; the OCMO forgets the others' pseudonyms.

At most one in ten of a delivery objects, and the others alone are as many as any delivery must hold: the supplier
seals no other, and the OCMO carries no other out. So the TTP learns little of anybody, and one delivery, whatever was
mixed up in it, removes a tenth of its persons at most.

What the padding hides from the TTP is who of the persons in the delivery objects, and how many. It does not hide
that something other than a year's tables came, nor, when the supplier later leaves a person out, who is missing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date
from pathlib import Path

import polars as pl

from pseudonymisation.agreement import Agreement
from pseudonymisation.audit import AuditLog, noting_refusal
from pseudonymisation.encoding import lp
from pseudonymisation.errors import BatchRefusedError, NumberRefusedError, TableRefusedError
from pseudonymisation.halves import BSN
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import TablesManifest
from pseudonymisation.recipient import PID, OpenedDelivery
from pseudonymisation.supplier import Delivery, SealReceipt, seal

OBJECTION, OBJECTS = "objection", "objects"
SCHEMA_DIGEST = hashlib.sha256(lp(OBJECTION, OBJECTS)).hexdigest()
"""What both sides mean by the table: one row per person, and whether the person objects."""
OTHERS_PER_PERSON = 9
"""So many others a person who objects hides among at least."""


def seal_objection(
    *,
    agreement: Agreement,
    ring: KeyRing,
    delivery_id: str,
    delivered_on: date,
    objecting: pl.Series,
    others: pl.Series,
    ttp_outbox: Path,
    ocmo_outbox: Path,
    audit: AuditLog | None = None,
) -> SealReceipt:
    """Seal the objection of some persons among others; killed at any point and run again, it ends with one delivery.

    Args:
        agreement: the supplier's copy of the contract's agreement.
        ring: the supplier's key ring.
        delivery_id: names the delivery, and its period: it says nothing to the TTP unless the name does.
        delivered_on: the business date.
        objecting: normalised numbers of those who object.
        others: normalised numbers of others whom the supplier knows, the more the better; as many are taken as
            one delivery may hold.
        ttp_outbox: drop folder towards the TTP.
        ocmo_outbox: drop folder towards the OCMO.
        audit: the supplier's audit log.

    Raises:
        NumberRefusedError: when nobody objects, or a number is not normalised.
        BatchRefusedError: when there are too few others to hide among (see `require_hidden`).
        AgreementError, DeliveryExistsError: see `supplier.seal`.
    """
    persons = objecting.unique()
    if persons.is_empty():
        raise NumberRefusedError(
            "Nobody objects", where=delivery_id, remedy="Give the number of at least one person."
        )
    known = others.unique()
    hiding = known.filter(~known.is_in(persons.implode()))
    room = max(agreement.maximum_persons - len(persons), 0)
    if len(hiding) > room:
        hiding = hiding.sample(room, seed=secrets.randbits(63))
    delivery = Delivery(
        delivery_id, ring.identity.name, agreement.contract, period=delivery_id, delivered_on=delivered_on
    )
    with noting_refusal(audit, delivery.entry("seal", agreement)):
        agreement.require_batch(len(persons) + len(hiding), delivery_id)
        require_hidden(agreement, len(persons), len(hiding), where=delivery_id)
    table = pl.concat(
        [
            pl.DataFrame({BSN: numbers}).with_columns(objects)
            for numbers, objects in _told_apart(persons, hiding)
        ]
    )
    return seal(
        agreement=agreement,
        ring=ring,
        delivery=delivery,
        tables={OBJECTION: table},
        schema_digests={OBJECTION: SCHEMA_DIGEST},
        accounts={OBJECTION: {"request": request_reference(ring, persons)}},
        ttp_outbox=ttp_outbox,
        ocmo_outbox=ocmo_outbox,
        audit=audit,
    )


def is_objection(manifest: TablesManifest) -> bool:
    """Whether a delivery is one of objections: whether its only table is."""
    return set(manifest.tables) == {OBJECTION}


def require_hidden(agreement: Agreement, objecting: int, others: int, *, where: str) -> None:
    """Raise BatchRefusedError unless those who object are hidden among enough persons who do not."""
    needed = max(agreement.minimum_persons, OTHERS_PER_PERSON * objecting)
    if others < needed:
        raise BatchRefusedError(
            f"{objecting} persons object among {others} others; it takes {needed} others to hide them",
            where=where,
            remedy="The supplier must see that it did not mix the two lists up, and send it among more others, or in "
            "several deliveries.",
        )


def objecting_persons(opened: OpenedDelivery, agreement: Agreement) -> pl.Series:
    """The pseudonyms of those who object; the others' are forgotten here.

    Raises:
        TableRefusedError: when the delivery says something else than who objects.
        BatchRefusedError: when more object than may in one delivery (see `require_hidden`).
    """
    table = opened.tables[OBJECTION]
    meant = opened.manifest.tables[OBJECTION].schema_digest == SCHEMA_DIGEST
    if (
        not meant
        or table.schema != {PID: pl.Binary(), OBJECTS: pl.Boolean()}
        or table.null_count().row(0) != (0, 0)
    ):
        raise TableRefusedError(
            "The delivery does not say who objects, and who does not",
            where=opened.manifest.delivery,
            remedy=f"{opened.manifest.supplier} must seal the objection again with this version of the software.",
        )
    is_objecting = table.group_by(PID).agg(pl.col(OBJECTS).any())
    persons = is_objecting.filter(OBJECTS)[PID]
    require_hidden(
        agreement, len(persons), is_objecting.height - len(persons), where=opened.manifest.delivery
    )
    return persons


def request_reference(ring: KeyRing, numbers: pl.Series) -> str:
    """What a manifest says of whom it is about: nothing, but the same for the same persons, under the supplier's key.

    So a delivery id that was used for others is found out when it is used again.
    """
    whole = hashlib.sha256("\n".join(sorted(numbers)).encode()).digest()
    return ring.reference_mac([lp("persons of a delivery", whole)])[0].hex()


def _told_apart(objecting: pl.Series, hiding: pl.Series) -> list[tuple[pl.Series, pl.Expr]]:
    return [(objecting, pl.lit(True).alias(OBJECTS)), (hiding, pl.lit(False).alias(OBJECTS))]
