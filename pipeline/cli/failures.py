"""From an error for people to one message and an exit code.

The pipeline's errors carry their own code. The pseudonymisation package stands alone and knows nothing of
exit codes, so its kinds of refusal get theirs here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import typer

from pipeline.errors import DeliveryRefusedError, OcmoError
from pseudonymisation.errors import PseudonymisationError

EXIT_CODES = {
    "number": 16,
    "table": 17,
    "delivery-exists": 41,
    "delivery-incomplete": 42,
    "signature": 43,
    "manifest": 44,
    "blob": 45,
    "replay": 46,
    "live-delivery": 47,
    "canary": 48,
    "batch": 49,
    "ahead-of-date": 51,
    "storage": 52,
    "audit": 53,
    "agreement": 61,
    "key-ring-missing": 62,
    "key-ring-exists": 63,
    "key-ring-unsafe": 64,
    "token": 65,
    "key-destroyed": 66,
    "certificate": 67,
    "key-in-use": 68,
}
"""By kind of refusal; a test sees to it that each kind has one of its own."""


T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """What to say, and what to leave with."""

    message: str
    exit_code: int


def failure(error: Exception) -> Failure | None:
    """How to end on this error, or None when it is a defect of ours."""
    if isinstance(error, OcmoError):
        return Failure(str(error), error.exit_code)
    if isinstance(error, PseudonymisationError):
        return Failure(str(error), EXIT_CODES[error.kind])
    return None


def refused(number: int, of: int, kind: str, how: str) -> OcmoError:
    """What to end with after a round in which deliveries were refused: the exit code is the first one's."""
    error = DeliveryRefusedError(
        f"{number} of {of} deliveries were refused; the others went on", remedy=f"{how[0].upper()}{how[1:]}."
    )
    error.exit_code = EXIT_CODES.get(kind, DeliveryRefusedError.exit_code)
    return error


def for_each(items: Iterable[T], do: Callable[[T], None], name: Callable[[T], str]) -> None:
    """Do something for each item; what is wrong with one is told at once and does not stop the others.

    Raises:
        OcmoError: after the last, when some failed; with the exit code of the first of them. The error itself
            when there is one item only.
    """
    listed = list(items)
    failures: list[OcmoError] = []
    for item in listed:
        try:
            do(item)
        except OcmoError as error:
            if len(listed) == 1:
                raise
            typer.echo(f"{name(item)}: {error}", err=True)
            failures.append(error)
    if failures:
        ending = OcmoError(
            f"{len(failures)} of {len(listed)} failed; the others are done",
            remedy="Mend what each says, and run it again: what is done is not done twice.",
        )
        ending.exit_code = failures[0].exit_code
        raise ending
