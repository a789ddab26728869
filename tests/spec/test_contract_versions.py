"""A version of a contract never changes; a new one supersedes it from a day on."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from pipeline.contract import Contract
from pipeline.contract.load import parse
from pipeline.contract.shelf import contract_of, served, versions_of
from pipeline.contract.standing import StandingVersions
from pipeline.contract.versions import together
from pipeline.database import open_database, writing
from pipeline.errors import ContractError, ContractValueError
from tests.settlement_world import EXAMPLE

TEXT = EXAMPLE.read_text(encoding="utf-8")


def version(number: int, since: str = "", *, gain: str = "0.50", last_year: int = 2027) -> str:
    """The example as a version of its own, with another gain rate."""
    amends = f"  supersedes_from: {since}\n  because: Het deel verandert.\n" if since else ""
    return (
        TEXT.replace("  version: 1\n", f"  version: {number}\n{amends}")
        .replace("2025-01-01: 0.50\n\n# The malus", f"2025-01-01: {gain}\n\n# The malus")
        .replace("last_year: 2027", f"last_year: {last_year}")
    )


def shelf(folder: Path, *texts: str) -> Path:
    for place, text in enumerate(texts):
        (folder / f"file-{place}.yaml").write_text(text, encoding="utf-8")
    return folder


def gain_rates(folder: Path, years: range = range(2025, 2028)) -> list[str]:
    rates = (contract_of(folder, "maasoever", year).for_year(year).sharing_gain_rate for year in years)
    return [str(rate.value) for rate in rates]


# first file, amendment from ...          -> gain rate of 2025, 2026, 2027
@pytest.mark.parametrize(
    ("amendments", "rates"),
    [
        ([], ["0.50", "0.50", "0.50"]),
        ([("2026-01-01", "0.55")], ["0.50", "0.55", "0.55"]),
        ([("2026-01-01", "0.55"), ("2027-01-01", "0.60")], ["0.50", "0.55", "0.60"]),
        # what is agreed in the course of a year holds for the years that begin after it
        ([("2026-07-01", "0.55")], ["0.50", "0.50", "0.55"]),
        # an amendment that goes back changes the past too, and takes the place of what was amended later
        ([("2027-01-01", "0.55"), ("2025-01-01", "0.60")], ["0.60", "0.60", "0.60"]),
    ],
)
def test_the_highest_version_that_holds_on_1_january_is_in_force(
    amendments: list[tuple[str, str]], rates: list[str], tmp_path: Path
) -> None:
    later = [version(n, since, gain=gain) for n, (since, gain) in enumerate(amendments, start=2)]
    assert gain_rates(shelf(tmp_path, version(1), *later)) == rates


def test_what_is_in_force_on_a_day_and_which_is_the_newest(tmp_path: Path) -> None:
    versions = versions_of(shelf(tmp_path, version(1), version(2, "2026-07-01")), "maasoever")
    assert [v.contract.version for v in versions.all] == [1, 2]
    assert versions.newest.contract.version == 2
    on = {day: versions.on(dt.date.fromisoformat(day)).contract.version for day in DAYS}
    assert on == DAYS


DAYS = {"2020-01-01": 1, "2025-01-01": 1, "2026-06-30": 1, "2026-07-01": 2, "2030-01-01": 2}


def test_an_amendment_may_prolong_the_contract_or_end_it(tmp_path: Path) -> None:
    longer = versions_of(shelf(tmp_path, version(1), version(2, "2027-01-01", last_year=2029)), "maasoever")
    assert longer.years == range(2025, 2030)
    assert longer.settling(2029).contract.version == 2
    shorter = re.sub(r" +2027-01-01: .*\n", "", version(2, "2026-01-01", last_year=2026))
    (tmp_path / "file-1.yaml").write_text(shorter, encoding="utf-8")
    with pytest.raises(ContractValueError, match="2027 is outside the term"):
        contract_of(tmp_path, "maasoever", 2027)


def test_an_amendment_leaves_the_digest_of_the_years_before_it(tmp_path: Path) -> None:
    alone = contract_of(shelf(tmp_path, version(1)), "maasoever", 2025).digest
    shelf(tmp_path, version(1), version(2, "2026-01-01", gain="0.55"))
    assert contract_of(tmp_path, "maasoever", 2025).digest == alone
    assert contract_of(tmp_path, "maasoever", 2026).digest != alone


@pytest.mark.parametrize(
    ("texts", "says", "cure"),
    [
        (
            [version(1), version(1)],
            "Version 1 .* stands in two files: file-0.yaml and file-1.yaml",
            "version: 2",
        ),
        ([version(1), version(3, "2026-01-01")], "has a version 3 and no version 2", "write `version: 2`"),
        ([version(2, "2026-01-01")], "has a version 2 and no version 1", "Put the file of version 1 back"),
        (
            [version(1), version(2, "2026-01-01"), version(3, "2026-01-01")],
            "two amendments for 2026-01-01: version 2 in file-1.yaml and version 3 in file-2.yaml",
            "in one amendment",
        ),
        (
            [
                version(1),
                version(2, "2026-01-01").replace("first_year: 2025", "first_year: 2026"),
            ],
            "begins in 2026, version 1 in 2025",
            "`first_year: 2025`",
        ),
    ],
)
def test_versions_that_do_not_fit_are_refused(texts: list[str], says: str, cure: str, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=says) as caught:
        served(shelf(tmp_path, *texts))
    assert cure in caught.value.remedy
    assert "key 'contract." in caught.value.where


def test_one_number_that_is_no_version() -> None:
    versions = together([parse(version(1), source="one.yaml")])
    with pytest.raises(ContractValueError, match="no version 2"):
        versions.number(2)


@pytest.fixture
def register(tmp_path: Path) -> StandingVersions:
    return StandingVersions(open_database(f"sqlite:///{tmp_path / 'register.sqlite'}"))


def issue(register: StandingVersions, contract: Contract, year: int) -> None:
    with writing(register.engine) as connection, connection.begin():
        register.hold(contract, year, connection)


def test_a_version_stands_from_the_first_statement_on(register: StandingVersions) -> None:
    first, changed = (parse(version(1, gain=gain), source="one.yaml") for gain in ("0.50", "0.55"))
    register.refuse_changed(first)
    register.refuse_changed(changed)  # nothing was issued yet: it may still be mended
    issue(register, first, 2025)
    issue(register, first, 2026)
    register.refuse_changed(first)
    with pytest.raises(
        ContractValueError, match=r"Version 1 .* was changed, and the statement of 2025"
    ) as caught:
        register.refuse_changed(changed)
    assert "`version: 2`" in caught.value.remedy


def test_comments_and_a_new_version_change_nothing_that_stands(register: StandingVersions) -> None:
    issue(register, parse(version(1), source="one.yaml"), 2025)
    register.refuse_changed(parse("# a comment\n" + version(1), source="one.yaml"))
    register.refuse_changed(parse(version(2, "2026-01-01", gain="0.55"), source="two.yaml"))
