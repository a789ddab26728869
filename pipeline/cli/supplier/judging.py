"""How a supplier's BSNs are judged: by the pseudonymisation package, and told in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from pipeline.errors import FileRefusedError
from pipeline.intake.checked_file import CheckedFile
from pseudonymisation import bsn

BSN_REASONS = {
    "empty": "it is empty",
    "not_digits": "it has other characters than digits",
    "wrong_length": "it has not eight or nine digits",
    "eleven_test": "it fails the eleven test",
    "dummy_number": "it is a dummy number",
    "test_number": "it is a test number",
}
"""What the pseudonymisation package says of a number, for the person who has to mend it."""

Judge = Callable[[pl.Series], pl.DataFrame]


def judge_bsn(*, allow_test_numbers: bool) -> Judge:
    """How numbers are judged: normalised number and reason in words, under one policy on test numbers."""

    def judge(numbers: pl.Series) -> pl.DataFrame:
        judged = bsn.judge(numbers, allow_test_numbers=allow_test_numbers)
        return judged.with_columns(pl.col("reason").replace(BSN_REASONS))

    return judge


def require_possible_bsns(files: Sequence[CheckedFile]) -> None:
    """Refuse files with a number that cannot be a BSN, for a contract that refuses such a delivery.

    Raises:
        FileRefusedError: when there are such; it says how many.
    """
    failing = sum(
        account.rejected_by_rule.get("bsn", 0) for file in files for account in file.accounts.values()
    )
    if failing:
        raise FileRefusedError(
            f"{failing} {'row has' if failing == 1 else 'rows have'} a BSN that cannot be one, and the contract "
            "refuses such a delivery",
            remedy="`ocmo supplier check` lists file and line of each; mend them and seal again.",
        )
