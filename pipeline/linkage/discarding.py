"""Sealed deliveries that were opened, taken out of the inbox: what is still needed of them is in the lake.

They hold everybody who was delivered, also who objected since, and the pseudonyms of the time. So they go when
somebody objects, and when a rotation is done. One that waits for its other half stays, as does one that is new.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection

from pipeline.deliveries import Arrival, Delivery, Register, arrival_named
from pipeline.deliveries.arrivals import MAP_SUFFIX
from pipeline.deliveries.delivery import OPENED
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage.acknowledging import acknowledge_left_over
from pseudonymisation.dropfolder import part_of, remove, sweep


def discard(arrival: Arrival) -> None:
    """Take both halves of an arrival out of the inbox; killed between them, `discard_opened` takes the other.

    With what a sender that was killed left beside them under the name that a half has while it is written.
    """
    tables = arrival.tables_folder
    for folder in (tables, tables.with_name(tables.name + MAP_SUFFIX)):
        for each in (folder, part_of(folder)):
            with contextlib.suppress(FileNotFoundError):  # who is quicker takes it out
                if each.is_dir():
                    remove(each)


def discard_opened(home: OcmoHome, contracts: Collection[str]) -> None:
    """Take out every arrival of these contracts that was tried and is not tried again, and half-removed ones.

    The TTP hears first of what was opened and not yet acknowledged: without its map nobody could say so.
    """
    with contextlib.suppress(FileNotFoundError):
        sweep(home.inbox)
    acknowledge_left_over(home)
    for row in Register(open_lake(home).catalogue.engine).all():
        arrival = arrival_named(home.inbox, row.arrival)
        if row.contract in {*contracts, None} and _is_done_with(row, arrival):
            discard(arrival)


def _is_done_with(row: Delivery, arrival: Arrival) -> bool:
    """Whether an arrival in the inbox is the one of this row, or what is left of it."""
    if row.status in OPENED and not arrival.tables_folder.is_dir():
        return True
    return arrival.digest == row.arrival_digest
