"""A person objected: out of every table, snapshot and sealed delivery, and kept out from now on."""

from __future__ import annotations

from pipeline.deliveries import Arrival
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage.acknowledging import acknowledge_arrival, audit_log, note_opened
from pipeline.linkage.blocklist import BlockList, Objection, person_digests
from pipeline.linkage.discarding import discard, discard_opened
from pipeline.linkage.own_agreements import is_of_now, label_of_now
from pipeline.linkage.removal import Removal, remove_blocked, remove_listed
from pipeline.linkage.rotations import Rotations
from pseudonymisation.agreement import Agreement
from pseudonymisation.audit_entries import entry_of
from pseudonymisation.keys import KeyRing
from pseudonymisation.objection import objecting_persons
from pseudonymisation.recipient import open_delivery


def carry_out(home: OcmoHome, arrival: Arrival, agreement: Agreement) -> int | None:
    """Open an objection whose both halves came, and carry it out; the number of persons who object.

    None, and nothing is done, when a new epoch began meanwhile: the lake knows nobody by these pseudonyms any more.

    The list of who objected is on disk before anything is removed, and the delivery goes last. So it may be
    killed at any point, and is carried out anew; a copy of it that comes later changes nothing.

    Raises:
        PseudonymisationError: when the delivery cannot be opened, or does not say who objects.
        SettingsError: when the list of who objected cannot be used.
    """
    assert arrival.map_folder is not None  # noqa: S101 - who calls this has looked
    opened = open_delivery(
        arrival.tables_folder,
        arrival.map_folder,
        agreement=agreement,
        ring=KeyRing.open(home.keys),
        already_seen=lambda _delivery, _digest: False,
    )
    persons = frozenset(person_digests(objecting_persons(opened, agreement), opened.label))
    said = opened.manifest
    lake = open_lake(home)
    with lake.rewriting():  # so no epoch begins between looking which one is now and taking the persons out
        if not is_of_now(home, agreement.contract, opened.label):
            return None
        BlockList(home).add(Objection(said.delivery, said.supplier, opened.label, persons))
        remove_listed(home, lake)
    discard_opened(home, {agreement.contract})
    note_opened(home, agreement, opened)
    done = entry_of(
        "objected", said, counts={"persons": len(persons)}, digests={"halves": said.halves_digest}
    )
    audit_log(home, agreement.ocmo).append_once(done)
    acknowledge_arrival(home, arrival, agreement)
    discard(arrival)
    return len(persons)


def keep_out(home: OcmoHome) -> Removal:
    """See that nobody who objected is in the lake or among the opened deliveries; every night begins with it.

    Raises:
        SettingsError: when the list of who objected cannot be used.
    """
    labels = BlockList(home).by_label()
    if not labels:
        return Removal()
    removal = remove_blocked(home)
    discard_opened(home, {contract_of(label) for label in labels})
    return removal


def contract_of(label: str) -> str:
    """The contract in a label of pseudonyms."""
    return label.split(":")[3]


def persons_objected(home: OcmoHome, contract: str) -> int:
    """How many persons objected so far under a contract, whose care is in no figure that is made now.

    A rotation carries them over into the epoch of now, all but those who were not delivered again; it counted these.
    """
    label = label_of_now(home, contract)
    listed = len(BlockList(home).persons(label)) if label else 0
    rotations = Rotations(open_lake(home).catalogue.engine).all()
    return listed + sum(one.left_objections for one in rotations if one.contract == contract)
