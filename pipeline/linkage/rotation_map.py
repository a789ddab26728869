"""From the suppliers' ids-only deliveries to one map: every old pseudonym with its new one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from pipeline.deliveries import Arrival
from pipeline.deliveries.arrivals import arrivals
from pipeline.errors import DeliveryRefusedError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage.own_agreements import agreement_path, next_agreement_path
from pipeline.linkage.rotations import Rotations
from pseudonymisation.agreement import Agreement
from pseudonymisation.errors import OWN_FAULTS, AgreementError, PseudonymisationError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import TablesManifest
from pseudonymisation.recipient import OpenedDelivery, open_delivery, read_manifest
from pseudonymisation.rotation import FROM, TO, Turn, is_rotation, old_and_new

Half = tuple[Arrival, Agreement]
"""A delivery of a pair, and the agreement that it is under."""


@dataclass(frozen=True)
class RotationMap:
    """Old and new pseudonyms of everybody who was delivered for a rotation.

    Attributes:
        pairs: `old` and `new`, 16 bytes each, each person once.
        persons: by supplier, how many it delivered.
        waiting: ids of which a half has not come, or the other delivery of the pair.
        deliveries: the arrivals that were opened, with the digest of each.
    """

    pairs: pl.DataFrame = field(repr=False)
    persons: dict[str, int]
    waiting: tuple[str, ...]
    deliveries: dict[str, str]


def turn_of(home: OcmoHome, contract: str) -> Turn:
    """The agreements of now and of the next epoch.

    Raises:
        AgreementError: when one is missing, or the next is not the one of now with a later epoch.
    """
    path = next_agreement_path(home, contract)
    if not path.exists():
        raise AgreementError(
            f"No rotation of contract {contract} is on: there is no agreement of the next epoch",
            where=str(path),
            remedy="Make it with `ocmo rotation agree`, and give every role a copy.",
        )
    return Turn(Agreement.load(agreement_path(home, contract)), Agreement.load(path))


def read_rotation(
    home: OcmoHome, turn: Turn, note: Callable[[Agreement, OpenedDelivery], None]
) -> RotationMap:
    """Open every pair of deliveries for this rotation that lies in the inbox; `note` hears of each that was opened.

    Raises:
        DeliveryRefusedError: when two suppliers' deliveries contradict each other on a person.
        PseudonymisationError: when a delivery cannot be opened, or is not the other's pair.
    """
    ring = KeyRing.open(home.keys)
    came, waiting = _pairs(home, turn)
    frames: list[pl.DataFrame] = []
    persons: dict[str, int] = defaultdict(int)
    deliveries: dict[str, str] = {}
    for before, after in came:
        deliveries |= {arrival.name: arrival.digest for arrival, _ in (before, after)}
        opened = [_open(arrival, agreement, ring) for arrival, agreement in (before, after)]
        for (_, agreement), one in zip((before, after), opened, strict=True):
            note(agreement, one)
        pairs = old_and_new(*opened)
        persons[opened[0].manifest.supplier] += pairs.height
        frames.append(pairs)
    empty = pl.DataFrame(schema={"old": pl.Binary(), "new": pl.Binary()})
    together = pl.concat([empty, *frames]).unique().sort("new")
    if not together["old"].n_unique() == together["new"].n_unique() == together.height:
        raise DeliveryRefusedError(
            "Deliveries for the rotation give one person two pseudonyms, or two persons one",
            where=turn.now.contract,
            remedy="The suppliers must exchange the shared secret again, and deliver under new names.",
        )
    return RotationMap(together, dict(sorted(persons.items())), tuple(waiting), deliveries)


def refuse_late(home: OcmoHome, arrival: str, agreement: Agreement, manifest: TablesManifest) -> None:
    """See that the rotation that a delivery is for was not applied without it.

    Of a pair it is the half of the next epoch that tells: that epoch is then the one of now. The other half is under
    an agreement that nobody has any more.

    Raises:
        DeliveryRefusedError: when it was.
    """
    last = Rotations(open_lake(home).catalogue.engine).last(agreement.contract)
    is_applied = last is not None and last.to_label == agreement.label and arrival not in last.deliveries
    if is_applied and manifest.delivery.endswith(f"-{TO}"):
        raise DeliveryRefusedError(
            "The rotation that it is for was applied without it",
            where=manifest.delivery,
            remedy=f"Whom nobody else delivered has left: {manifest.supplier} must seal their records under the "
            "agreement of now, in a delivery that replaces the earlier one.",
        )


def _pairs(home: OcmoHome, turn: Turn) -> tuple[list[tuple[Half, Half]], list[str]]:
    """The pairs that came whole, and what waits for something, by name."""
    halves: dict[str, dict[str, Half]] = defaultdict(dict)
    waiting = []
    for arrival in arrivals(home.inbox, dt.date.max):
        found = _manifest(arrival, turn)
        if found is None:
            continue
        agreement, manifest = found
        which = FROM if agreement is turn.now else TO
        if arrival.map_folder is None:
            waiting.append(arrival.name)
        halves[manifest.delivery.removesuffix(f"-{which}")][which] = (arrival, agreement)
    whole = {name: pair for name, pair in sorted(halves.items()) if set(pair) == {FROM, TO}}
    waiting += [name for name in sorted(halves) if name not in whole]
    came = [
        (pair[FROM], pair[TO])
        for pair in whole.values()
        if all(arrival.map_folder is not None for arrival, _ in pair.values())
    ]
    return came, sorted(waiting)


def _manifest(arrival: Arrival, turn: Turn) -> tuple[Agreement, TablesManifest] | None:
    """The manifest of an ids-only delivery under one of the two agreements; None for any other arrival."""
    for agreement in (turn.now, turn.then):
        try:
            manifest = read_manifest(arrival.tables_folder, agreement)
        except OWN_FAULTS:
            raise
        except PseudonymisationError:
            continue
        return (agreement, manifest) if is_rotation(manifest) else None
    return None


def _open(arrival: Arrival, agreement: Agreement, ring: KeyRing) -> OpenedDelivery:
    assert arrival.map_folder is not None  # noqa: S101 - `_pairs` has looked
    return open_delivery(
        arrival.tables_folder,
        arrival.map_folder,
        agreement=agreement,
        ring=ring,
        already_seen=lambda _delivery, _digest: False,
    )
