"""Each deliberate defect, alone: what its line in `defects.yaml` says happens to files and plan, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from pipeline.demo.defects import chosen, defects, with_defects
from pipeline.demo.defects.switchboard import MAKERS
from pipeline.demo.edits import write_edited
from pipeline.demo.files import mapping_path
from pipeline.demo.plan import Plan, PlannedFile, plan_of
from pipeline.demo.region import write_region
from pipeline.demo.streams import Streams
from pipeline.demo.summary import RegionSummary
from pipeline.demo.supplier_plans import write_spoiled
from pipeline.errors import SettingsError, TrailerMismatchError, TruncatedFileError
from pipeline.intake.check import CheckedFile, check_file
from pseudonymisation.bsn import judge


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RegionSummary]:
    out = tmp_path_factory.mktemp("region")
    return out, write_region(out, insured=500, seed=11)


class Spoiled:
    """The region with some defects in it: the plan, and each file as intake finds it."""

    def __init__(self, folder: Path, region: RegionSummary, names: Iterable[str]) -> None:
        self.folder, self.streams = folder, Streams(region.seed)
        self.plan = with_defects(plan_of(region), names)

    @property
    def edited(self) -> list[PlannedFile]:
        files = dict.fromkeys(file for one in self.plan.deliveries for file in one.files if file.edits)
        return list(files)

    def checked(self, file: PlannedFile, period: int) -> CheckedFile:
        path = write_edited(self.folder, file.path, file.mapping, file.edits, self.streams)
        return check_file(
            self.folder / path,
            judge_bsn=lambda numbers: judge(numbers, allow_test_numbers=False),
            period=str(period),
            mapping=mapping_path(file.mapping) if file.mapping else None,
        )

    def before(self, file: PlannedFile, period: int) -> CheckedFile:
        return self.checked(PlannedFile(file.path, file.table, file.mapping, file.rows), period)


def spoiled(made: tuple[Path, RegionSummary], *names: str) -> Spoiled:
    return Spoiled(*made, names)


def ids(plan: Plan, supplier: str, period: int) -> list[tuple[str, str]]:
    return [(one.delivery_id, one.replaces) for one in plan.of(supplier) if one.period == str(period)]


def test_every_described_defect_can_be_made_and_no_other() -> None:
    assert list(MAKERS) == list(defects())


def test_switches() -> None:
    assert chosen("all") == set(defects())
    assert chosen("none") == set()
    assert chosen("late_delivery, orphan_credit") == {"late_delivery", "orphan_credit"}
    with pytest.raises(SettingsError, match="'late' is no defect"):
        chosen("late")


def test_without_defects_nothing_is_edited(made: tuple[Path, RegionSummary]) -> None:
    assert spoiled(made).plan == plan_of(made[1])
    assert write_spoiled(*made, []) == []


def test_the_same_switches_give_the_same_bytes_in_any_order(
    made: tuple[Path, RegionSummary], tmp_path: Path
) -> None:
    folder, region = made
    names, digests = ["orphan_credit", "failing_bsn", "duplicate_lines"], []
    for order in (names, names[::-1]):
        out = tmp_path / str(len(digests))
        for file in region.files:
            (out / file.path).parent.mkdir(parents=True, exist_ok=True)
            (out / file.path).hardlink_to(folder / file.path)
        digests.append({path: (out / path).read_bytes() for path in write_spoiled(out, region, order)})
    assert digests[0] == digests[1]
    assert any("duplicate_lines+orphan_credit" in path for path in digests[0])


def test_the_files_themselves_stay_as_they_were(made: tuple[Path, RegionSummary]) -> None:
    folder, region = made
    before = {file.path: (folder / file.path).read_bytes() for file in region.files}
    write_spoiled(folder, region, defects())
    assert {path: (folder / path).read_bytes() for path in before} == before


def test_failing_bsn(made: tuple[Path, RegionSummary]) -> None:
    found = spoiled(made, "failing_bsn")
    for file in found.edited:
        year = int(file.name.split("-")[1][:4]) if file.table == "insured" else 2025
        checked = found.checked(file, year)
        assert set(checked.rejected["rule"]) == {"bsn"}, file.path
        rows = checked.accounts[file.table]
        assert rows.rows_delivered == found.before(file, year).accounts[file.table].rows_delivered
    assert {file.table for file in found.edited} == {"insured", "claim_line"}


def test_overlapping_periods(made: tuple[Path, RegionSummary]) -> None:
    found = spoiled(made, "overlapping_periods")
    for file in found.edited:
        rows, before = (
            check(file, 2025)
            .tables["insured"]
            .collect()
            .select("bsn", "insurer_code", "from_month", "insured_months")
            for check in (found.checked, found.before)
        )
        added = rows.join(before, on=rows.columns, how="anti")
        assert set(added["from_month"]) == {dt.date(2025, 7, 1)}
        same = added.join(before, on=["bsn", "insurer_code"], suffix="_before")
        end = pl.col("from_month_before").dt.offset_by(pl.format("{}mo", "insured_months_before"))
        assert same.filter(end > pl.col("from_month")).height == added.height > 0


def test_duplicate_lines(made: tuple[Path, RegionSummary]) -> None:
    found = spoiled(made, "duplicate_lines")
    (table,) = (file for file in found.edited if file.mapping)
    assert set(found.checked(table, 2024).rejected["rule"]) == {"duplicate"}
    (message,) = (file for file in found.edited if not file.mapping)
    again = found.checked(message, 2024)
    assert again.rejected.is_empty()
    new = _new_lines(found, message)
    earlier = pl.concat(
        found.before(file, 2023).tables["claim_line"].collect()
        for file in found.plan.files("zilverzorg", 2023)
        if file.name.split("-")[:2] == message.name.split("-")[:2]
    )
    assert new.join(earlier, on=["line_ref", "declared_cents"], how="semi").height == new.height > 0


def test_orphan_credit(made: tuple[Path, RegionSummary]) -> None:
    found = spoiled(made, "orphan_credit")
    assert len(found.edited) == 3
    for file in found.edited:
        assert found.checked(file, 2025).rejected.is_empty()
        new = _new_lines(found, file)
        assert (new["declared_cents"] < 0).all()
        supplier, known = file.path.split("/")[0], set()
        for other in found.plan.files(supplier):
            if other.table == "claim_line" and other.name.startswith("zh308"):
                known |= set(found.before(other, 2025).tables["claim_line"].collect()["line_ref"])
        assert not set(new["corrected_line_ref"]) & known


def test_lost_leading_zeros(made: tuple[Path, RegionSummary]) -> None:
    found = spoiled(made, "lost_leading_zeros")
    (file,) = found.edited
    rejected = found.checked(file, 2024).rejected
    assert set(rejected["field"]) == {"billing_provider_code"}
    assert "leading zero" in rejected["reason"][0]


def test_unknown_provider(made: tuple[Path, RegionSummary]) -> None:
    found = spoiled(made, "unknown_provider")
    assert len(found.edited) == 8
    for file in found.edited:
        supplier = file.path.split("/")[0]
        listed, before = (
            set(check(file, 2025).tables["provider"].collect()["provider_code"])
            for check in (found.checked, found.before)
        )
        (unknown,) = before - listed
        claims = pl.concat(
            found.before(one, 2025).tables["claim_line"].collect()
            for one in found.plan.files(supplier)
            if one.mapping == "primary_care"
        )
        assert unknown in set(claims["billing_provider_code"])


def test_absurd_amount(made: tuple[Path, RegionSummary]) -> None:
    found = spoiled(made, "absurd_amount")
    (file,) = found.edited
    amounts = found.checked(file, 2025).tables["claim_line"].collect()["declared_cents"]
    assert amounts.max() == 543_210_987
    assert (amounts > 100_000_000).sum() == 1
    holding = [one.delivery_id for one in found.plan.deliveries if any(f.edits for f in one.files)]
    assert holding == ["kompas-2025-01"]
    assert ids(found.plan, "kompas", 2025)[1] == ("kompas-2025-02", "kompas-2025-01")


@pytest.mark.parametrize(
    ("name", "supplier", "error"),
    [
        ("truncated_file", "kompas", TruncatedFileError),
        ("wrong_trailer", "zilverzorg", TrailerMismatchError),
    ],
)
def test_first_attempts(
    made: tuple[Path, RegionSummary], name: str, supplier: str, error: type[Exception]
) -> None:
    found = spoiled(made, name)
    (file,) = found.edited
    with pytest.raises(error):
        found.checked(file, 2023)
    assert ids(found.plan, supplier, 2023) == [(f"{supplier}-2023-01", ""), (f"{supplier}-2023-02", "")]
    mended = found.plan.delivery(f"{supplier}-2023-02")
    assert mended.files == plan_of(made[1]).delivery(f"{supplier}-2023-01").files


def test_corrected_delivery(made: tuple[Path, RegionSummary]) -> None:
    found = spoiled(made, "corrected_delivery")
    (file,) = found.edited
    wrong, right = (
        check(file, 2025).tables["clinical_event"].collect()["has_complication"].sum()
        for check in (found.checked, found.before)
    )
    assert wrong > right
    assert ids(found.plan, "maasoever", 2025) == [
        ("maasoever-2025-01", ""),
        ("maasoever-2025-02", "maasoever-2025-01"),
    ]
    assert not any(one.edits for one in found.plan.delivery("maasoever-2025-02").files)


def test_repeated_delivery(made: tuple[Path, RegionSummary]) -> None:
    plan = spoiled(made, "repeated_delivery").plan
    assert ids(plan, "veldzicht", 2025) == [("veldzicht-2025-01", ""), ("veldzicht-2025-02", "")]
    assert plan.delivery("veldzicht-2025-01").files == plan.delivery("veldzicht-2025-02").files
    assert plan.again == ("veldzicht-2025-01",)


def test_late_delivery(made: tuple[Path, RegionSummary]) -> None:
    plan = spoiled(made, "late_delivery").plan
    assert plan.delivery("zuiderpoort-2025-01").delivered_on == dt.date(2026, 7, 20)


def test_missing_delivery(made: tuple[Path, RegionSummary]) -> None:
    plan = spoiled(made, "missing_delivery").plan
    tables = {file.table for file in plan.delivery("berkenhof-2025-01").files}
    assert tables == {"clinical_event", "access_measure", "indicator_return"}


def test_a_defect_where_the_region_has_nothing_is_refused() -> None:
    with pytest.raises(SettingsError, match="the defect cannot be made there"):
        with_defects(Plan(()), ["failing_bsn"])


def _new_lines(found: Spoiled, file: PlannedFile) -> pl.DataFrame:
    """The claim lines that the edited file has more than the file itself."""
    lines, before = (
        check(file, 2025).tables["claim_line"].collect() for check in (found.checked, found.before)
    )
    return lines.join(before, on="line_ref", how="anti")
