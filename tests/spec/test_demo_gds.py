"""The generic claims standard on volume: written of the region's care, read with its answers, equal to the cent."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl
import pytest

from pipeline.demo.claims.standards import STANDARDS
from pipeline.demo.messages import write_standard
from pipeline.intake.check import FileToCheck, check_delivery
from pipeline.intake.files.workspace import Workspace
from tests.intake_messages import judge_all_but_other

INSURED, SEED, MOST_FILES = 6_000, 5, 12


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The region's account and the path of some messages of a practice, and of their answers."""

    def files_of(title):
        out = tmp_path_factory.mktemp(title.replace(" ", "-"))
        files = [file for file, _ in zip(made(out, title), range(MOST_FILES), strict=False)]
        return [(file, out / file.supplier / file.path) for file in files]

    def made(out, title):
        return write_standard(out, STANDARDS[title], insured=INSURED, seed=SEED)

    return {title: files_of(title) for title in ("GDS801 2.0", "GDS802 2.0")}


@pytest.fixture(scope="module")
def delivery(written):
    files = [FileToCheck(path) for title in sorted(written) for _, path in written[title]]
    return check_delivery(files, judge_bsn=judge_all_but_other, workspace=Workspace.temporary())


def amounts(path, element):
    """The amounts of an element, as they stand in the file."""
    return [
        Decimal(text) for text in re.findall(rf"<gds:{element}>([\d.]+)<", path.read_text(encoding="utf-8"))
    ]


def test_every_message_is_taken_in_whole_and_every_answer_is_merged(written, delivery):
    told = [*written["GDS801 2.0"], *written["GDS802 2.0"]]
    accounts = [file.accounts["claim_line"] for file in delivery.files]
    rows = [(account.rows_accepted, account.rows_merged, account.rows_rejected) for account in accounts]
    count = len(written["GDS801 2.0"])
    assert rows[:count] == [(file.rows, 0, 0) for file, _ in told[:count]]
    assert rows[count:] == [(0, file.rows, 0) for file, _ in told[count:]]
    assert [account.cents_accepted for account in accounts[:count]] == [
        file.cents for file, _ in told[:count]
    ]


def test_what_is_declared_and_awarded_is_what_stands_in_the_files(written, delivery):
    lines = delivery.tables["claim_line"].collect()
    declared = awarded = Decimal(0)
    for _, path in written["GDS801 2.0"]:
        declared += sum(amounts(path, "DeclaratieBedragInclBtw"))
        declared -= sum(amounts(path, "ToegekendBedragInclBtwFinancieel"))
    for _, path in written["GDS802 2.0"]:
        awarded += sum(amounts(path, "ToegekendBedragInclBtwFinancieel"))
        awarded -= sum(amounts(path, "ToegekendCreditBedragInclBtwFinancieel"))
    assert (lines["declared_cents"].sum(), lines["awarded_cents"].sum()) == (declared * 100, awarded * 100)
    assert awarded < declared


def test_the_messages_hold_what_the_standard_has(written, delivery):
    lines = delivery.tables["claim_line"].collect()
    assert set(lines["care_type_code"]) == {"physiotherapy", "allied_care", "mental_health"}
    assert lines["corrected_line_ref"].drop_nulls().len() > 0
    assert lines["return_code"].null_count() < lines.height
    mental = lines.filter(
        (pl.col("care_type_code") == "mental_health") & pl.col("corrected_line_ref").is_null()
    )
    assert "withheld" in set(mental["diagnosis_code"])
    assert mental["diagnosis_code"].null_count() == mental["care_trajectory_ref"].null_count() == 0
