"""Is a message meant to be processed? Its kind says so: P for production, T for a test.

Source: Vektis' code list COD856, in the opening record of every EI standard and as Berichtsoort in GDS801 and GDS802. A
test is nobody's claim, so it is refused as a whole. Where an agreement on made-up people allows test numbers,
declarations marked as a test are taken too; an answer marked so never is, for nothing was decided by it (our own return
file is such a one).
"""

from __future__ import annotations

from pipeline.errors import FileRefusedError

FIELD = "message_kind_code"
"""The field's name in every layout that has it."""

PRODUCTION, TEST = "P", "T"


def require_production(kind: str, *, is_answer: bool, allow_tests: bool, where: str) -> None:
    """Refuse a message by its kind.

    Args:
        kind: what the field `FIELD` holds.
        is_answer: whether the message answers a declaration.
        allow_tests: whether declarations that are marked as a test are taken.
        where: for the error; file, and line where there is one.

    Raises:
        FileRefusedError: when it is no production message, and no test that is allowed.
    """
    if kind == PRODUCTION or (kind == TEST and allow_tests and not is_answer):
        return
    if kind == TEST:
        what = "an answer that is marked as a test: it decides nothing" if is_answer else "marked as a test"
    else:
        what = f"neither for production ({PRODUCTION}) nor a test ({TEST})"
    raise FileRefusedError(
        f"The message is {what}",
        where=f"{where}, field {FIELD}",
        remedy="Write the message for production, or have it sent as it is meant to be processed.",
    )
