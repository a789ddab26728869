"""How far a rotation is: what came for it, what is waited for, and who would leave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from pipeline.errors import RotationError
from pipeline.home import OcmoHome
from pipeline.lake import (
    PUBLISHED,
    Lake,
    TableFile,
    connect,
    engine_settings,
    labelled_files,
    open_lake,
    see_published,
)
from pipeline.linkage.blocklist import BlockList, person_digests
from pipeline.linkage.rotation_map import RotationMap, read_rotation, turn_of
from pseudonymisation.rotation import Turn

PAIR = "pair"
"""How a connection sees the map: `old` and `new`."""
LEAVING = f"pid IS NOT NULL AND pid NOT IN (SELECT old FROM {PAIR})"  # noqa: S608


@dataclass(frozen=True)
class RotationState:
    """How far a rotation is: what came for it, and who would leave if it were applied now.

    Attributes:
        persons: by supplier, how many it delivered.
        lacking: suppliers of which nothing came; `waiting`: deliveries of which something has not come.
        leaving: persons in the lake whom nobody delivered; `leaving_by_table`: (persons, rows) of each raw table.
        unblocked: persons who objected, whom nobody delivered, so that nothing could keep them out any more.
    """

    turn: Turn
    persons: dict[str, int]
    lacking: tuple[str, ...]
    waiting: tuple[str, ...]
    leaving: int
    leaving_by_table: dict[str, tuple[int, int]]
    unblocked: int


def rotation_state(home: OcmoHome, contract: str) -> RotationState:
    """How far the rotation of a contract is; nothing is written.

    Raises:
        AgreementError: when none is on.
        DeliveryRefusedError, PseudonymisationError: see `read_rotation`.
    """
    turn = turn_of(home, contract)
    lake = open_lake(home)
    with lake.writing(), connect(engine_settings(home)) as connection:
        return state_of(
            home, lake, connection, turn, read_rotation(home, turn, lambda _agreed, _opened: None)
        )


def state_of(
    home: OcmoHome, lake: Lake, connection: duckdb.DuckDBPyConnection, turn: Turn, told: RotationMap
) -> RotationState:
    """See who would leave; the connection then has the map as `pair`."""
    connection.register(PAIR, told.pairs.to_arrow())
    connection.execute("CREATE OR REPLACE TEMP TABLE leaver (name VARCHAR, pid BLOB, row_count BIGINT)")
    for file in files_to_move(lake, turn):
        if file.table.startswith("raw_"):
            see_published(lake, connection, file)
            leavers = f"SELECT ?, pid, count(*) FROM {PUBLISHED} WHERE {LEAVING} GROUP BY pid"  # noqa: S608
            connection.execute(f"INSERT INTO leaver {leavers}", [file.table])
    everybody = connection.sql("SELECT count(DISTINCT pid) FROM leaver").fetchall()[0][0]
    by_table = connection.sql(
        "SELECT name, count(DISTINCT pid), sum(row_count) FROM leaver GROUP BY name ORDER BY name"
    ).fetchall()
    blocked = BlockList(home).persons(turn.now.label)
    delivered = set(person_digests(told.pairs["old"], turn.now.label)) if blocked else set()
    return RotationState(
        turn=turn,
        persons=told.persons,
        lacking=tuple(one.name for one in turn.now.suppliers if one.name not in told.persons),
        waiting=told.waiting,
        leaving=int(everybody),
        leaving_by_table={name: (int(persons), int(rows)) for name, persons, rows in by_table},
        unblocked=len(blocked - delivered),
    )


def require_ready(state: RotationState, leaving: int, without: Collection[str]) -> None:
    """See that all has come, and that as many persons leave as was agreed to.

    Raises:
        RotationError: when not.
    """
    contract = state.turn.now.contract
    awaited = [name for name in state.lacking if name not in without]
    show = f"`ocmo rotation show --contract {contract}` tells who and what."
    if awaited or state.waiting:
        named = ", ".join([*awaited, *state.waiting])
        raise RotationError(
            f"The rotation waits for {named}",
            where=contract,
            remedy=f"Have it delivered, and the TTP answer it; or leave a supplier out with --without. {show}",
        )
    if state.leaving + state.unblocked != leaving:
        raise RotationError(
            f"{state.leaving:,} persons in the lake and {state.unblocked:,} who objected were not delivered again, "
            f"and {leaving:,} are agreed to leave",
            where=contract,
            remedy=f"Have their supplier deliver them too, or agree with --leaving. {show}",
        )


def files_to_move(lake: Lake, turn: Turn) -> list[TableFile]:
    """Every published file that holds pseudonyms of the epoch of now."""
    return [file for file, label in labelled_files(lake) if label == turn.now.label]
