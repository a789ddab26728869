"""4. Which numbers are hashed: digits only, padded to nine, that pass the eleven test and are somebody's.

By the contract's policy a person with another number is dropped and counted, or the file refused.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipeline.cli.supplier.judging import judge_bsn
from pipeline.cli.supplier.planning import SupplierHome
from pipeline.cli.supplier.sealing import seal_planned
from pipeline.errors import FileRefusedError
from pseudonymisation.agreement import DROP, REFUSE, Agreement
from pseudonymisation.bsn import judge
from pseudonymisation.errors import NumberRefusedError
from tests.unit.pseudonymisation_world import NUMBERS, World, insured
from tests.unit.sealing_world import PLAN, supplier_home

REASONS = {
    "123456782": "dummy_number",
    **{f"{digit * 11111111}0": "dummy_number" for digit in range(1, 10)},
    "999900006": "test_number",
    "123456789": "eleven_test",
    "000000000": "eleven_test",
    "12345678": "eleven_test",
    "1234567": "wrong_length",
    "1234567890": "wrong_length",
    "12345678a": "not_digits",
    " 10464554": "not_digits",
    "1.0464554": "not_digits",
    "\\u0661\\u0662\\u0663\\u0664\\u0665\\u0666\\u0667\\u0668\\u0669": "not_digits",
    "": "empty",
}


@pytest.mark.parametrize(("number", "reason"), REASONS.items())
def test_a_number_that_is_nobody_s_is_refused_with_its_reason(number: str, reason: str) -> None:
    number = number.encode().decode("unicode_escape") if "\\" in number else number
    judged = judge(pl.Series([number]), allow_test_numbers=False).row(0, named=True)
    passes_eleven = reason in ("dummy_number", "test_number")
    if passes_eleven and judge(pl.Series([number]), allow_test_numbers=True)["reason"].item() is not None:
        pytest.fail("it was to pass the eleven test")
    assert judged == {"normalised": None, "reason": reason}


def test_eight_digits_get_their_zero_back() -> None:
    assert judge(pl.Series(["10464554"]), allow_test_numbers=False).row(0) == ("010464554", None)


@pytest.mark.parametrize("kind", [pl.Int64, pl.Float64])
def test_a_column_of_numbers_is_no_column_of_bsns(kind: type[pl.DataType]) -> None:
    """As numbers they have lost their zeros, as floats their digits."""
    with pytest.raises(NumberRefusedError, match="not text"):
        judge(pl.Series([123456782], dtype=kind), allow_test_numbers=True)


def test_test_numbers_are_somebody_s_only_in_test_contracts(tmp_path: Path) -> None:
    world = World.make(tmp_path, allow_test_numbers=False)
    with world.refused(NumberRefusedError, "40 different numbers cannot be a BSN"):
        world.seal(tables={"insured": insured(NUMBERS)})


def under(tmp_path: Path, policy: str) -> SupplierHome:
    """A supplier with a register of four persons, of whom one has a number that fails."""
    home = supplier_home(tmp_path, PLAN)
    path = home.root / "agreement.json"
    agreement = Agreement.load(path)
    Agreement(**{**vars(agreement), "bsn_policy": policy}).write(path)
    return home


def test_by_one_policy_the_person_is_dropped_and_counted(tmp_path: Path) -> None:
    home = under(tmp_path, DROP)
    sealed = seal_planned(home, home.planned[0])
    account = sealed.accounts["insured"]
    assert (sealed.persons, account["rows_delivered"], account["rows_accepted"]) == (3, 4, 3)
    assert account["rejected_by_rule"] == {"bsn": 1}


def test_by_the_other_the_whole_file_is_refused(tmp_path: Path) -> None:
    home = under(tmp_path, REFUSE)
    with pytest.raises(FileRefusedError, match="1 row has a BSN that cannot be one") as caught:
        seal_planned(home, home.planned[0])
    assert "123456789" not in str(caught.value)
    assert not home.ttp_outbox.exists()


def test_the_supplier_is_told_in_words() -> None:
    judged = judge_bsn(allow_test_numbers=False)(pl.Series(["123456789", "123456782"]))
    assert judged["reason"].to_list() == ["it fails the eleven test", "it is a dummy number"]
