"""A new epoch at the OCMO: all stored pseudonyms of a contract change in one commit, or none does.

Raw tables, tables that are made of them, the register's labels and the list of who objected move together. Nothing
else changes: a table that lost nobody counts as what it was (`TableFile.origin`), so every figure stays and none is
computed again. Persons whom no supplier delivered again have no new pseudonym. They leave, and that many must be
agreed to by their number.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl
import sqlalchemy as sa

from pipeline.deliveries import Arrival, Register, arrival_named
from pipeline.deliveries.removed import ROTATION, Removed, RemovedRows
from pipeline.home import OcmoHome
from pipeline.lake import (
    PUBLISHED,
    Lake,
    TableFile,
    connect,
    engine_settings,
    open_lake,
    replace_files,
    rewrite,
    see_published,
)
from pipeline.linkage.acknowledging import acknowledge_as_it_lies, audit_log, note_opened
from pipeline.linkage.blocklist import BlockList, Objection, person_digests
from pipeline.linkage.discarding import discard, discard_opened
from pipeline.linkage.own_agreements import agreement_path, next_agreement_path
from pipeline.linkage.removal import rows_to_go
from pipeline.linkage.rotation_map import RotationMap, read_rotation, turn_of
from pipeline.linkage.rotation_state import LEAVING, PAIR, files_to_move, require_ready, state_of
from pipeline.linkage.rotations import Rotation, Rotations
from pseudonymisation.agreement import Agreement
from pseudonymisation.audit import Entry
from pseudonymisation.rotation import Turn

MOVED = f"""
SELECT published.* REPLACE (pair.new AS pid)
FROM {PUBLISHED} AS published
LEFT JOIN {PAIR} AS pair ON pair.old = published.pid
WHERE published.pid IS NULL OR pair.new IS NOT NULL
"""  # noqa: S608


def apply_rotation(
    home: OcmoHome, contract: str, *, leaving: int = 0, without: Collection[str] = ()
) -> Rotation:
    """Move everything of a contract to the next epoch; once, and killed at any point it goes on where it was.

    Args:
        home: the OCMO's.
        contract: whose rotation it is; its next agreement is there.
        leaving: how many persons leave, those who objected and were not delivered again among them.
        without: suppliers whose identifiers are not waited for.

    Raises:
        RotationError: when a supplier or a delivery is waited for, or another number of persons would leave.
        AgreementError: when no rotation is on.
        DeliveryRefusedError, PseudonymisationError: see `read_rotation`.
    """
    lake = open_lake(home)
    rotations = Rotations(lake.catalogue.engine)
    if not next_agreement_path(home, contract).exists() and (last := rotations.last(contract)):
        return last
    turn = turn_of(home, contract)
    with lake.rewriting():
        done = rotations.find(turn.then.label)
        if done is None:
            done = _move(home, lake, turn, leaving, without)
    _finish(home, lake, turn, done)
    return done


def finish_rotations(home: OcmoHome) -> None:
    """Finish what was committed and then broken off; every night begins with it. One that is only on stays on.

    Raises:
        AgreementError: when an agreement cannot be used.
        PseudonymisationError: when the TTP cannot be told, for a fault of our own house (see `OWN_FAULTS`).
    """
    lake = open_lake(home)
    rotations = Rotations(lake.catalogue.engine)
    for path in sorted(home.agreements.glob("*.next.json")):
        then = Agreement.load(path)
        if done := rotations.find(then.label):
            _finish(home, lake, turn_of(home, then.contract), done)


def _move(home: OcmoHome, lake: Lake, turn: Turn, leaving: int, without: Collection[str]) -> Rotation:
    """The one commit. What is written before it, tables and the new list of who objected, counts for nothing alone."""
    told = read_rotation(home, turn, lambda agreed, opened: note_opened(home, agreed, opened))
    with connect(engine_settings(home)) as connection:
        state = state_of(home, lake, connection, turn, told)
        require_ready(state, leaving, without)
        for objection in _moved_objections(home, turn, told):
            BlockList(home).add(objection)
        instead: dict[TableFile, TableFile] = {}
        removed: list[Removed] = []
        for file in files_to_move(lake, turn):
            see_published(lake, connection, file)
            removed += rows_to_go(connection, file, LEAVING, ROTATION)
            instead[file] = rewrite(lake, connection, file, MOVED, turn.then.label)
    row = Rotation(
        contract=turn.now.contract,
        to_label=turn.then.label,
        from_label=turn.now.label,
        persons=told.pairs.height,
        tables=len(instead),
        left_persons=state.leaving,
        left_rows={table: rows for table, (_, rows) in state.leaving_by_table.items()},
        left_objections=state.unblocked,
        deliveries=told.deliveries,
    )

    engine = lake.catalogue.engine
    register, register_of_removed, rotations = Register(engine), RemovedRows(engine), Rotations(engine)

    def relabel(connection: sa.engine.Connection) -> None:
        register.relabel(turn.now.label, turn.then.label, connection)
        register_of_removed.add(removed, connection)
        rotations.add(row, connection)

    whole = [old for old, new in instead.items() if old.rows == new.rows]
    replace_files(lake.catalogue, instead, moved=whole, also=relabel)
    return row


def _finish(home: OcmoHome, lake: Lake, turn: Turn, done: Rotation) -> None:
    """What may be done again: opened deliveries hold old pseudonyms, those of the rotation old and new ones."""
    entry = Entry(
        action="rotated",
        contract=done.contract,
        epoch=turn.then.epoch,
        key_version=turn.then.key_version,
        counts={"persons": done.persons, "tables": done.tables, "left": done.left_persons},
    )
    with lake.rewriting():  # of two who finish the same, one waits and then finds it done
        if not next_agreement_path(home, done.contract).exists():
            return
        audit_log(home, turn.then.ocmo).append_once(entry)
        for name, digest in done.deliveries.items():
            _let_go(home, arrival_named(home.inbox, name), digest)
        discard_opened(home, {done.contract})
        next_agreement_path(home, done.contract).replace(agreement_path(home, done.contract))


def _let_go(home: OcmoHome, arrival: Arrival, digest: str) -> None:
    """Acknowledge and discard a delivery that was opened for the rotation, or what is left of it.

    What came under its name since then was opened by nobody, and stays.
    """
    if arrival.tables_folder.is_dir() and arrival.digest != digest:
        return
    acknowledge_as_it_lies(home, arrival)
    discard(arrival)


def _moved_objections(home: OcmoHome, turn: Turn, told: RotationMap) -> list[Objection]:
    """The list of who objected, under the new label, as far as they were delivered again."""
    blocked = BlockList(home).persons(turn.now.label)
    if not blocked:
        return []
    digests = {
        "old": person_digests(told.pairs["old"], turn.now.label),
        "new": person_digests(told.pairs["new"], turn.then.label),
    }
    moved = dict(pl.DataFrame(digests).filter(pl.col("old").is_in(sorted(blocked))).rows())
    return [
        replace(
            one,
            label=turn.then.label,
            persons=frozenset(moved[person] for person in one.persons if person in moved),
        )
        for one in BlockList(home).objections()
        if one.label == turn.now.label
    ]
