"""Credits of claims that the supplier keeps back: told in rows and cents, over all files of a delivery."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from pipeline.demo.files import mapping_path
from pipeline.intake.check import CheckedFile, check_file
from pipeline.intake.delivery_accounts import accounts, kept_back
from tests.intake_messages import OTHER_BSN, judge_all_but_other
from tests.spec.test_intake_primary_care import HEADER, ROW

BAD = {"burgerservicenummer": OTHER_BSN}


def line(number: int, corrects: int | None = None, euros: str = "10,00", **values: str) -> dict[str, str]:
    """A consultation, or a credit of line `corrects`."""
    sign = {} if corrects is None else {"oorspronkelijke_regel": str(corrects), "debet_credit": "C"}
    return ROW | {"declaratieregel": str(number), "bedrag": euros} | sign | values


def taken_in(folder: Path, name: str, *rows: dict[str, str]) -> CheckedFile:
    lines = [HEADER, *(";".join(row.values()) for row in rows)]
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    mapping = mapping_path("primary_care")
    return check_file(folder / name, judge_bsn=judge_all_but_other, period="2025", mapping=mapping)


def unkeyed(messages: Sequence[bytes]) -> Sequence[bytes]:
    return messages


def told(*checked: CheckedFile, before: Collection[str] = ()) -> tuple[int, int]:
    said = accounts(checked, unkeyed, before)["claim_line"]["credits_of_rejected"]
    return said["rows"], said["cents"]


def test_a_credit_of_a_rejected_claim_is_told_and_another_is_not(tmp_path: Path) -> None:
    rejected, kept, orphan = line(1, **BAD), line(2), line(5, corrects=99)
    checked = taken_in(tmp_path, "a.csv", rejected, kept, line(3, corrects=1), line(4, corrects=2), orphan)
    assert checked.accounts["claim_line"].rows_rejected == 1
    assert told(checked) == (1, -1_000)


def test_the_claim_may_stand_in_another_file_of_the_delivery(tmp_path: Path) -> None:
    files = [taken_in(tmp_path, "a.csv", line(1, **BAD)), taken_in(tmp_path, "b.csv", line(2, corrects=1))]
    assert told(*files) == (1, -1_000)
    assert told(files[1]) == (0, 0), "of another delivery, and nobody has said what that kept back"


def test_the_claim_may_have_been_kept_back_by_an_earlier_delivery(tmp_path: Path) -> None:
    """Until a delivery brings it after all: then its credit is one like any other."""
    first = taken_in(tmp_path, "a.csv", line(1, **BAD), line(2, **BAD))
    left = kept_back([first], unkeyed)
    assert len(left.lines) == 2
    assert told(taken_in(tmp_path, "b.csv", line(3, corrects=1)), before=left.lines) == (1, -1_000)
    second = kept_back([taken_in(tmp_path, "c.csv", line(1))], unkeyed, left.lines)
    assert (second.lines, len(second.accepted_after_all)) == ((), 1)
    still = set(left.lines) - set(second.accepted_after_all)
    assert told(taken_in(tmp_path, "d.csv", line(3, corrects=1)), before=still) == (0, 0)


def test_a_credit_of_a_credit_goes_with_it(tmp_path: Path) -> None:
    again = line(3, corrects=2, debet_credit="D", euros="4,00")
    assert told(taken_in(tmp_path, "a.csv", line(1, **BAD), line(2, corrects=1), again)) == (2, -600)


def test_a_credit_that_is_itself_rejected_is_not_told(tmp_path: Path) -> None:
    assert told(taken_in(tmp_path, "a.csv", line(1, **BAD), line(2, corrects=1, **BAD))) == (0, 0)


def test_a_claim_that_is_rejected_once_and_accepted_once_is_not_kept_back(tmp_path: Path) -> None:
    rows = [line(1), line(1), line(2, **BAD), line(2), line(3, corrects=1), line(4, corrects=2)]
    assert told(taken_in(tmp_path, "a.csv", *rows)) == (0, 0)


def test_a_claim_whose_provider_lost_a_zero_is_still_its_credits_claim(tmp_path: Path) -> None:
    lost = line(1, agb_declarant="1990001")
    assert told(taken_in(tmp_path, "a.csv", lost, line(2, corrects=1))) == (1, -1_000)


def test_nothing_that_leaves_names_a_claim(tmp_path: Path) -> None:
    checked = taken_in(tmp_path, "a.csv", line(771_001, **BAD), line(2, corrects=771_001))
    assert checked.kept_back.collect()["line_ref"].to_list() == ["01990001|771001"]
    assert "771001" not in repr(checked) + str(accounts([checked], lambda messages: messages))
