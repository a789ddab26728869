"""What is measured, by name, and what was asked of it.

It imports nothing of weight: a parent's peak memory is handed down to the processes that are measured.
"""

from __future__ import annotations

from dataclasses import dataclass

PERSONS, ROWS = "persons", "rows"
WHOLE = {PERSONS: 1_000_000, ROWS: 10_000_000}
"""The size that the targets are for; smaller runs are held against their part of it."""


@dataclass(frozen=True)
class Stage:
    """`of` is what it goes through: persons or rows.

    `target` is in seconds, for the `WHOLE` size; `floor` is the stage under it. With a `sample`, only so
    many are timed, and the whole is reckoned from them.
    """

    name: str
    of: str
    target: float | None = None
    floor: Stage | None = None
    sample: int | None = None


ROWS_IN_LOOP, PERSONS_ASKED = 1_000_000, 2_000
"""So many of what people do today are timed."""

BARE_SEAL = Stage("bare: the table sealed", ROWS)
BARE_MAP = Stage("bare: the map made and sealed", PERSONS)
BARE_OPEN = Stage("bare: the table opened", ROWS)
SEAL = Stage("supplier: HMAC, seal", ROWS, 12.0, BARE_SEAL)
MAP = Stage("TTP: open, HMAC, seal", PERSONS, 2.0, BARE_MAP)
OPEN = Stage("OCMO: open, join", ROWS, 8.0, BARE_OPEN)
ROW_LOOP = Stage("today: HMAC in a loop", ROWS, sample=ROWS_IN_LOOP)
SERVICE = Stage("today: a service", PERSONS, sample=PERSONS_ASKED)

STAGES = (SEAL, MAP, OPEN, BARE_SEAL, BARE_MAP, BARE_OPEN, ROW_LOOP, SERVICE)
"""In this order: each finds what the ones before it left."""
