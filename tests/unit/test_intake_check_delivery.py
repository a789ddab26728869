"""Files that are checked together: what one of them says about another, and what is on disk meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import FileRefusedError
from pipeline.intake.check import CheckedDelivery, FileToCheck, check_delivery
from pipeline.intake.delivery_accounts import accounts
from pipeline.intake.files.workspace import Workspace
from tests.intake_messages import BSN, OTHER_BSN, judge_all_but_other, put, zh308


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "work") as made:
        yield made


def check(folder: Path, workspace: Workspace, **messages: list[str]) -> CheckedDelivery:
    for name, lines in messages.items():
        (folder / f"{name}.asc").write_text("\n".join(lines), encoding="ascii")
    files = [FileToCheck(folder / f"{name}.asc") for name in messages]
    return check_delivery(files, judge_bsn=judge_all_but_other, workspace=workspace)


def test_a_line_in_two_files_is_accepted_once_and_every_account_closes(
    tmp_path: Path, workspace: Workspace
) -> None:
    two = zh308(tariffs=[{}, {"line_reference": "R2", "declared_cents": 5}])
    found = check(tmp_path, workspace, one=zh308(), two=two)
    first, second = (file.accounts["claim_line"] for file in found.files)
    assert (first.rows_accepted, first.cents_accepted) == (1, 12_345)
    assert (second.rows_accepted, second.cents_accepted) == (1, 5)
    assert (second.rows_rejected, second.rejected_by_rule) == (1, {"duplicate": 1})
    assert second.rejected_cents_by_rule == {"duplicate": 12_345}
    assert found.tables["claim_line"].collect()["line_ref"].to_list() == ["06990001|R1", "06990001|R2"]
    told = accounts(found.files, lambda messages: messages)["claim_line"]
    assert (told["rows_delivered"], told["rows_accepted"], told["cents_delivered"]) == (3, 2, 24_695)


def test_findings_say_in_which_file_they_are(tmp_path: Path, workspace: Workspace) -> None:
    faulty = zh308()
    faulty[2] = put(faulty[2], "tariff_kind_code", "A2")
    found = check(tmp_path, workspace, one=faulty, two=zh308(), three=zh308())
    places = found.findings.select("file_number", "file", "line_number", "rule", "severity").collect().rows()
    assert places == [(0, "one.asc", 3, "digits", "rejected"), (2, "three.asc", 3, "duplicate", "rejected")]
    assert [file.outcome for file in found.files] == ["refused", "accepted", "refused"]


def test_a_credit_whose_claim_is_not_there_is_accepted_with_a_warning(
    tmp_path: Path, workspace: Workspace
) -> None:
    credit = {"declared_sign": "C", "line_reference": "R2", "corrected_line_reference": "R1"}
    alone = check(tmp_path, workspace, credit=zh308(tariffs=[credit])).files[0]
    assert (alone.outcome, alone.rejected.height) == ("accepted with warnings", 0)
    assert alone.warned["rule"].to_list() == ["credit_without_claim"]
    assert alone.accounts["claim_line"].rows_accepted == 1
    both = check(tmp_path, workspace, credit=zh308(tariffs=[credit]), claim=zh308())
    assert [file.outcome for file in both.files] == ["accepted", "accepted"]


def test_a_file_that_is_refused_after_some_blocks_leaves_nothing(
    tmp_path: Path, workspace: Workspace
) -> None:
    lines = zh308(trailer={"tariff_record_count": 9})
    with pytest.raises(FileRefusedError):
        check(tmp_path, workspace, whole=zh308(), wrong=lines)
    workspace.close()
    assert list((tmp_path / "work").iterdir()) == []


def test_persons_are_counted_over_all_files(tmp_path: Path, workspace: Workspace) -> None:
    bsn = {"bsn": "123456000"}
    other = zh308(performances=[bsn], tariffs=[bsn | {"line_reference": "R2"}])
    rejected = zh308(performances=[{"bsn": OTHER_BSN}], tariffs=[{"bsn": OTHER_BSN, "line_reference": "R3"}])
    found = check(tmp_path, workspace, one=zh308(), two=other, three=rejected)
    assert found.persons == 2
    numbers = pl.concat([file.tables["claim_line"] for file in found.files]).collect()["bsn"]
    assert numbers.to_list() == [BSN, "123456000"]
