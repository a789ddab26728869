"""A new epoch: every person's pseudonym changes, and who stored the old ones learns the new ones, once.

A supplier delivers the numbers of everybody it ever delivered, and nothing else, twice: under the agreement of now
and under the next one. Each is an ordinary delivery of one table, `rotation`, with a `link` for each person: 16 bytes
by the supplier's own key, the same in both. The OCMO opens both and joins old and new pseudonym by the link.

The TTP sees two deliveries that have nothing in common. When the suppliers' secret has a new version too, it cannot
tell which old pre-pseudonym and which new one are the same person's: who got hold of the old secret, and of what
the TTP saw, is not led into the new epoch.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from pseudonymisation.agreement import Agreement
from pseudonymisation.audit import AuditLog
from pseudonymisation.encoding import lp
from pseudonymisation.errors import AgreementError, NumberRefusedError, TableRefusedError
from pseudonymisation.halves import BSN
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import TablesManifest
from pseudonymisation.objection import request_reference
from pseudonymisation.recipient import PID, OpenedDelivery
from pseudonymisation.supplier import Delivery, SealReceipt, seal

ROTATION, LINK, LINK_BYTES = "rotation", "link", 16
SCHEMA_DIGEST = hashlib.sha256(lp(ROTATION, LINK)).hexdigest()
"""What both sides mean by the table: one row per person, and a link that is the same under both agreements."""

FROM, TO = "from", "to"


@dataclass(frozen=True)
class Turn:
    """The agreement of now and the one of the next epoch.

    Raises:
        AgreementError: when they are not of one contract and the same roles, or no later epoch follows.
    """

    now: Agreement
    then: Agreement

    def __post_init__(self) -> None:
        same = replace(self.then, epoch=self.now.epoch, key_version=self.now.key_version)
        if (
            same != self.now
            or self.then.epoch <= self.now.epoch
            or self.then.key_version < self.now.key_version
        ):
            raise AgreementError(
                f"The next agreement of {self.now.contract} is not the one of now with a later epoch",
                remedy="Make it with `ocmo rotation agree`; other terms change before a rotation or after it.",
            )

    def delivery_id(self, name: str, which: str) -> str:
        """The id of one of a pair of deliveries: `which` is `FROM` or `TO`."""
        return f"{name}-{which}"


def next_agreement(agreement: Agreement, *, epoch: int, key_version: int) -> Agreement:
    """The agreement of a later epoch: the same in all but epoch and version of the suppliers' secret.

    Raises:
        AgreementError: when that is no later epoch.
    """
    return Turn(agreement, replace(agreement, epoch=epoch, key_version=key_version)).then


def seal_rotation(
    turn: Turn,
    *,
    ring: KeyRing,
    name: str,
    delivered_on: date,
    numbers: pl.Series,
    among: pl.Series | None = None,
    ttp_outbox: Path,
    ocmo_outbox: Path,
    audit: AuditLog | None = None,
) -> list[SealReceipt]:
    """Seal pairs of deliveries `<name>-<part>-from` and `-to`, with as many persons each as one may hold.

    Killed at any point and run again with the same numbers, it ends with the same deliveries.

    Args:
        turn: the supplier's copies of both agreements.
        ring: the supplier's key ring, with both versions of the shared secret.
        name: what the deliveries' ids begin with.
        delivered_on: the business date.
        numbers: normalised numbers of everybody whom the supplier ever delivered, those who objected included.
        among: normalised numbers of others, of whom so many go along as `numbers` are too few for one delivery.
            That they are delivered for the rotation twice then changes nothing.
        ttp_outbox: drop folder towards the TTP.
        ocmo_outbox: drop folder towards the OCMO.
        audit: the supplier's audit log.

    Raises:
        NumberRefusedError: when there is nobody, or a number is not normalised.
        KeyRingMissingError: when the ring lacks a version of the shared secret.
        BatchRefusedError, AgreementError, DeliveryExistsError: see `supplier.seal`.
    """
    persons = numbers.unique().sort()
    if persons.is_empty():
        raise NumberRefusedError("There is nobody to deliver", where=name, remedy="Give the numbers.")
    about = lp(ROTATION, turn.now.contract, turn.now.epoch, turn.then.epoch, name)
    # By link, which says nothing of the person, so that the parts are no slices of the range of numbers.
    everybody = _linked(ring, about, persons)
    lacking = turn.now.minimum_persons - everybody.height
    if among is not None and lacking > 0:
        others = _linked(ring, about, among.filter(~among.is_in(persons.implode())).unique())
        everybody = pl.concat([everybody, others.head(lacking)]).sort(LINK)
    parts = -(-everybody.height // turn.now.maximum_persons)
    size = -(-everybody.height // parts)
    receipts = []
    for part in range(parts):
        table = everybody.slice(part * size, size)
        for which, agreement in ((FROM, turn.now), (TO, turn.then)):
            delivery_id = turn.delivery_id(f"{name}-{part + 1}", which)
            receipts.append(
                seal(
                    agreement=agreement,
                    ring=ring,
                    delivery=Delivery(
                        delivery_id, ring.identity.name, agreement.contract, delivery_id, delivered_on
                    ),
                    tables={ROTATION: table},
                    schema_digests={ROTATION: SCHEMA_DIGEST},
                    accounts={ROTATION: {"request": request_reference(ring, table[BSN])}},
                    ttp_outbox=ttp_outbox,
                    ocmo_outbox=ocmo_outbox,
                    audit=audit,
                )
            )
    return receipts


def _linked(ring: KeyRing, about: bytes, numbers: pl.Series) -> pl.DataFrame:
    """Numbers with their links, in the order of the links."""
    links = ring.reference_mac([about + lp(number) for number in numbers])
    return pl.DataFrame(
        {BSN: numbers.alias(BSN), LINK: pl.Series(links, dtype=pl.Binary)},
        schema={BSN: pl.String(), LINK: pl.Binary()},
    ).sort(LINK)


def is_rotation(manifest: TablesManifest) -> bool:
    """Whether a delivery is half of a pair for a rotation: whether its only table is."""
    return set(manifest.tables) == {ROTATION}


def old_and_new(before: OpenedDelivery, after: OpenedDelivery) -> pl.DataFrame:
    """Old and new pseudonym of each person of a pair of deliveries, in the order of the new one.

    Raises:
        TableRefusedError: when the two are not of the same persons, or are no deliveries for a rotation.
    """
    links = [_links(opened) for opened in (before, after)]
    joined = links[0].rename({PID: "old"}).join(links[1].rename({PID: "new"}), on=LINK, how="inner")
    if not joined.height == links[0].height == links[1].height:
        raise _not_of_a_pair(after, "The two deliveries of a rotation are not of the same persons")
    return joined.select("old", "new").sort("new")


def _links(opened: OpenedDelivery) -> pl.DataFrame:
    """Pseudonym and link of each person, each once."""
    table = opened.tables[ROTATION]
    meant = opened.manifest.tables[ROTATION].schema_digest == SCHEMA_DIGEST
    if (
        not meant
        or table.schema != {PID: pl.Binary(), LINK: pl.Binary()}
        or table.null_count().row(0) != (0, 0)
    ):
        raise _not_of_a_pair(opened, "The delivery is not of persons and their links")
    if not (table[PID].n_unique() == table[LINK].n_unique() == table.height):
        raise _not_of_a_pair(opened, "A person or a link occurs twice")
    return table


def _not_of_a_pair(opened: OpenedDelivery, what: str) -> TableRefusedError:
    return TableRefusedError(
        what,
        where=opened.manifest.delivery,
        remedy=f"{opened.manifest.supplier} must seal both again, under a new name.",
    )
