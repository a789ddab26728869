"""`ocmo privacy assess`: the report in three forms, without a value; its exit code; equal bytes."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import PrivacyRiskError
from pipeline.home import OcmoHome
from pipeline.privacy import Groups
from pipeline.reporting.privacy.bars import size_bar
from pipeline.reporting.privacy.words import share
from tests.browser import NARROW, measured
from tests.pages import Tags
from tests.unit.deliveries_world import pid, raw_table
from tests.unit.lake_world import DAY, home_in, publish_delivery

COMMAND = ["privacy", "assess", "--contract", "maasoever", "--date", DAY.isoformat()]
VALUES = ("1961", "1911", "537", "01995555")


def small_home(root: Path) -> OcmoHome:
    """Twenty insured, of whom one is the only one of a birth year, a postcode and a practice."""
    home = home_in(root)
    usual = {
        "birth_year": 1961,
        "sex_code": "F",
        "postcode3_code": "531",
        "general_practice_code": "01990201",
    }
    rare = {"birth_year": 1911, "sex_code": "F", "postcode3_code": "537", "general_practice_code": "01995555"}
    when = {"insurer_code": "9991", "from_month": DAY.replace(day=1), "insured_months": 1}
    rows = [{"pid": pid(n), **(usual if n else rare), **when} for n in range(20)]
    publish_delivery(home, "insurer", {"insured": raw_table("insured", rows)})
    (home.root / "ocmo.yaml").write_text("inbox: ../inbox\n", encoding="utf-8")
    return home


def run(home: OcmoHome, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*COMMAND, "--home", str(home.root), *more])
    if isinstance(result.exception, PrivacyRiskError):
        return result.exception.exit_code, result.stdout
    assert result.exception is None, result.exception
    return 0, result.stdout


def files(home: OcmoHome) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home.reports / "privacy").rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> OcmoHome:
    """Assessed once; not to be changed."""
    home = small_home(tmp_path_factory.mktemp("privacy"))
    assert run(home)[0] == 0
    return home


def test_within_the_limits_it_says_so_and_where_the_page_is(home: OcmoHome) -> None:
    first = files(home)
    code, shown = run(home)
    assert code == 0
    assert files(home) == first, "run again it writes the same bytes"
    assert sorted(first) == ["assessment.html", "assessment.json", "assessment.txt"]
    assert "20 linked persons, from 1 deliveries. Within all 3 limits" in shown
    assert str(home.reports / "privacy" / "maasoever" / DAY.isoformat() / "assessment.html") in shown


def test_where_a_limit_is_judged_it_says_that_it_is_a_lower_bound(home: OcmoHome) -> None:
    """The lake keeps where somebody lived before and who insured them, and the groups are of the last period."""
    for name in ("assessment.txt", "assessment.html"):
        told = " ".join(files(home)[name].decode().split())
        judged = told[told.lower().index("limits") :]
        assert "At least so many: each person counts by the last insured period." in judged, name
    assert json.loads(files(home)["assessment.json"])["is_lower_bound"] is True


def test_over_a_limit_it_ends_with_a_code_of_its_own(tmp_path: Path) -> None:
    home = small_home(tmp_path)
    rows = [{"pid": pid(90 + n), "birth_year": 1990 + n, "insured_months": 1} for n in range(3)]
    when = {"insurer_code": "9991", "from_month": DAY.replace(day=1)}
    publish_delivery(
        home, "more", {"insured": raw_table("insured", [row | when for row in rows])}, period="2024"
    )
    code, shown = run(home)
    assert code == PrivacyRiskError.exit_code
    assert "Over 1 of 3 limits" in shown
    assert "over its limits" in files(home)["assessment.html"].decode()


def test_the_json_holds_every_count(home: OcmoHome) -> None:
    _, shown = run(home, "--json")
    told = json.loads(shown)
    assert told == json.loads(files(home)["assessment.json"])
    assert told["is_over"] is False
    assert told["all_quasi_identifiers"]["tables"]["insured"] == {
        "persons": 20,
        "groups": 2,
        "persons_in_groups_under_2": 1,
        "persons_in_groups_under_5": 1,
        "persons_in_groups_under_10": 1,
        "mean_risk": "0.100000",
    }
    assert len(told["combinations"]) == 92


def test_no_report_holds_a_value_of_anybody(home: OcmoHome) -> None:
    for name, content in files(home).items():
        digest = json.loads(files(home)["assessment.json"])["contract"]["digest"]
        text = content.decode().replace(digest, "")
        assert not [value for value in VALUES if value in text], name


def test_the_page_is_whole_and_fetches_nothing(home: OcmoHome, tmp_path: Path) -> None:
    html = files(home)["assessment.html"].decode()
    tags = Tags(html)
    assert tags.open == []
    assert {"svg", "rect"} <= tags.names
    assert "script" not in tags.names
    shown = measured(html, NARROW, tmp_path)
    assert (shown["overflow"], shown["fetched"]) == (0, 0)


def test_a_bar_fills_the_row_from_alone_to_many() -> None:
    bar = size_bar("", "", Groups({1: 10, 4: 5, 7: 10}), Decimal("0.2"))
    assert bar.parts == (("loss", 0, 100), ("up", 100, 200), ("baseline", 300, 700))
    assert bar.limit == 200
    assert size_bar("", "", Groups({})).parts == ()


def test_a_share_that_is_not_nothing_never_reads_as_nothing() -> None:
    assert [share(Fraction(n, 10_000)) for n in (0, 1, 5, 123)] == ["0.0%", "under 0.1%", "0.1%", "1.2%"]
