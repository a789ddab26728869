"""Which numbers may be hashed."""

from __future__ import annotations

import polars as pl
import pytest
from stdnum.nl import bsn as oracle

from pseudonymisation.bsn import IMPOSSIBLE_NUMBER, judge, normalise
from pseudonymisation.errors import NumberRefusedError


def reason_of(number: str | None, *, allow_test_numbers: bool = False) -> str | None:
    judged = judge(pl.Series([number], dtype=pl.String), allow_test_numbers=allow_test_numbers)
    normalised, reason = judged.row(0)
    assert (normalised is None) != (reason is None), "either a number or a reason"
    return reason


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (None, "empty"),
        ("", "empty"),
        ("12345678X", "not_digits"),
        ("123.456.782", "not_digits"),
        ("111222333.0", "not_digits"),
        (" 11122233", "not_digits"),
        ("111222333\n", "not_digits"),
        ("١١١٢٢٢٣٣٣", "not_digits"),
        ("-11222333", "not_digits"),
        ("1112223", "wrong_length"),
        ("0111222333", "wrong_length"),
        ("111222334", "eleven_test"),
        ("12345678", "eleven_test"),
        ("000000000", "eleven_test"),
        ("00000000", "eleven_test"),
        ("111222333", None),
        ("010464554", None),
        ("10464554", None),
    ],
)
def test_reasons(number: str | None, reason: str | None) -> None:
    assert reason_of(number) == reason


@pytest.mark.parametrize("digit", range(1, 10))
def test_repeated_digits_are_dummies_except_in_test_contracts(digit: int) -> None:
    dummy = f"{digit}" * 8 + "0"
    assert oracle.is_valid(dummy), "the point is that the eleven test lets it pass"
    assert reason_of(dummy) == "dummy_number"
    assert reason_of(dummy, allow_test_numbers=True) is None


@pytest.mark.parametrize(("number", "reason"), [("123456782", "dummy_number"), ("999990019", "test_number")])
def test_other_known_numbers_likewise(number: str, reason: str) -> None:
    assert reason_of(number) == reason
    assert reason_of(number, allow_test_numbers=True) is None


@pytest.mark.parametrize("number", ["000000000", "111222334", IMPOSSIBLE_NUMBER, "12A"])
def test_impossible_numbers_are_refused_in_test_contracts_too(number: str) -> None:
    assert reason_of(number, allow_test_numbers=True) is not None


def test_eight_digits_get_their_leading_zero_back() -> None:
    assert normalise(pl.Series(["10464554", "010464554", "1", None])).to_list() == [
        "010464554",
        "010464554",
        None,
        None,
    ]


def test_the_eleven_test_agrees_with_python_stdnum() -> None:
    numbers = [f"{(number * 91_733) % 1_000_000_000:09d}" for number in range(20_000)]
    accepted = judge(pl.Series(numbers), allow_test_numbers=True)["reason"].is_null().to_list()
    assert accepted == [oracle.is_valid(number) for number in numbers]
    assert 1_000 < sum(accepted) < 3_000


@pytest.mark.parametrize("column", [pl.Series([111222333]), pl.Series([111222333.0])])
def test_a_column_of_numbers_is_refused(column: pl.Series) -> None:
    with pytest.raises(NumberRefusedError, match="not text"):
        judge(column, allow_test_numbers=False)


def test_an_empty_column() -> None:
    judged = judge(pl.Series([], dtype=pl.String), allow_test_numbers=False)
    assert judged.schema == {"normalised": pl.String, "reason": pl.String}
    assert judged.is_empty()
