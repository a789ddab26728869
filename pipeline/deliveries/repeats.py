"""A delivery whose contents came before: it changes nothing, and is shown as what it is.

Contents are the same when the signed manifest is, to the byte, as with a folder that was copied; or when
every file that the delivery was made of was in one earlier delivery of the same supplier for the same contract
and period, by the supplier's keyed references. Who means to deliver the same files anew says what it replaces.

Of a folder and its copy in one inbox the copy is the one that is not named after the delivery. That holds before
either was opened, so that the arrivals of a night may be taken in at once, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.deliveries.arrivals import Arrival, arrival_named
from pipeline.deliveries.delivery import OPENED, Delivery


def first_with_the_same(row: Delivery, register: Iterable[Delivery]) -> Delivery | None:
    """The delivery that was opened before with the contents of `row`, if there is one."""
    for other in register:
        if other.status in OPENED and (_is_a_copy(row, other) or _has_its_files(row, other)):
            return other
    return None


def is_copy_beside_original(arrival: Arrival, delivery_id: str) -> bool:
    """Whether the folder that is named after the delivery lies in the same inbox, with all that this one has."""
    return arrival.name != delivery_id and arrival.is_copy_of(
        arrival_named(arrival.tables_folder.parent, delivery_id)
    )


def _is_a_copy(row: Delivery, other: Delivery) -> bool:
    return row.manifest_digest is not None and row.manifest_digest == other.manifest_digest


def _has_its_files(row: Delivery, other: Delivery) -> bool:
    if row.replaces or row.place != other.place or row.delivery_id == other.delivery_id:
        return False
    return bool(row.file_refs) and row.file_refs <= other.file_refs
