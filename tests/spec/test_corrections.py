"""A correction says what an issued statement differs from now, and the parts of the causes add up to it.

The region is the even one of `tests.interim_lake`: thirty insured for whom a hospital product of EUR 100 a month
counts, and thirty others to compare with. What is saved is shared half and half, from the first euro. So a hospital
claim more costs the consortium half of it, to the cent.
"""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import (
    ContractError,
    ContractValueError,
    FiguresError,
    NoDataError,
    ReconciliationError,
    SettingsError,
)
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.linkage import keep_out
from pipeline.linkage.blocklist import BlockList, Objection, person_digests
from pipeline.reporting.correction import stages
from pipeline.reporting.correction.correct import Written, draft_correction, issue_correction
from pipeline.reporting.correction.register import IssuedCorrections
from pipeline.reporting.correction.standing import standing_statement
from pipeline.reporting.drafting import draft_statement
from pipeline.reporting.issuing import issue_statement
from pipeline.reporting.texts import texts
from pipeline.settlement import Line, payable
from pipeline.settlement.correction import CAUSES
from tests.interim_lake import FINAL_NIGHT, PERSONS, YEARS, copied, night, redeliver
from tests.pages import Tags, keys
from tests.unit.lake_world import LABEL

AUTUMN, WINTER = dt.date(2026, 10, 15), dt.date(2026, 12, 15)
DELIVERED, REDELIVERED = dt.date(2026, 10, 1), dt.date(2026, 12, 1)
WHY = "Objection of 12 August"
SAVED = round(12 * 10_000 * 0.0455427 * PERSONS)  # the agreed growth, and nothing cost more
LEAVING = """
termination:
  gain:
    clause: "8.1"
    unit: choice
    says: Wie binnen een jaar opzegt, verliest de opbrengst van dat jaar.
    values:
      2025-01-01: forfeited
"""


@pytest.fixture(scope="module")
def issued_home(final_home: OcmoHome, tmp_path_factory: pytest.TempPathFactory) -> OcmoHome:
    """2025 is issued under a contract without quality terms, of which a party that leaves forfeits the gain."""
    home = copied(final_home, tmp_path_factory.mktemp("issued"))
    issue(home)
    return home


def issue(home: OcmoHome, change: tuple[str, str, str] = ("", "", "")) -> None:
    """Issue 2025; `change` is a section, what stands in it, and what is to stand there."""
    path = home.contracts / "maasoever.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("\nquality:"), text.index("\nsharing:")
    section, old, new = change
    changed = text[:start] + text[end:]
    if section:
        place = changed.index(old, changed.index(section))
        changed = changed[:place] + new + changed[place + len(old) :]
    path.write_text(changed + LEAVING, encoding="utf-8")
    night(home, FINAL_NIGHT)
    draft_statement(home, "maasoever", 2025, FINAL_NIGHT)
    issue_statement(home, "maasoever", 2025, FINAL_NIGHT)


@pytest.fixture
def home(issued_home: OcmoHome, tmp_path: Path) -> OcmoHome:
    return copied(issued_home, tmp_path)


def of_2025(lines: pl.DataFrame, person: int) -> pl.DataFrame:
    """A person's hospital claims that opened in January 2025: one."""
    return lines.filter(
        pl.col("pid") == bytes([person]) * 16,
        pl.col("opening_date") == dt.date(2025, 1, 1),
        pl.col("care_type_code") == "hospital_product",
    )


def late(lines: pl.DataFrame) -> pl.DataFrame:
    """What came since: a claim that is another's after all, a new claim of EUR 50, a credit of EUR 20."""
    theirs = of_2025(lines, PERSONS)["line_ref"].item()  # of the first person to compare with
    own = of_2025(lines, 1)
    new = own.with_columns(line_ref=pl.lit("new"), declared_cents=pl.lit(5_000, pl.Int64))
    credit = own.with_columns(
        line_ref=pl.lit("credit"),
        corrected_line_ref=pl.col("line_ref"),
        declared_cents=pl.lit(-2_000, pl.Int64),
    )
    relinked = lines.with_columns(
        pid=pl.when(pl.col("line_ref") == theirs).then(pl.lit(bytes([2]) * 16)).otherwise(pl.col("pid")),
        declared_cents=pl.col("declared_cents").cast(pl.Int64),
    )
    return pl.concat([relinked, new, credit], how="diagonal_relaxed")


def drafted(home: OcmoHome, date: dt.date = AUTUMN, *figures: str) -> tuple[Written, dict[str, Any]]:
    written = draft_correction(home, "maasoever", 2025, date, WHY, figures)
    return written, read(written)


def read(written: Written) -> dict[str, Any]:
    number = written.correction.number
    path = written.folder / f"maasoever-2025-correction-{number:02d}.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def parts(correction: dict[str, Any]) -> dict[str, int]:
    return {cause["cause"]: cause["difference_cents"] for cause in correction["causes"]}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def amended(home: OcmoHome) -> None:
    """Version 2: 55 % in place of 50 %, from the first year on."""
    text = (home.contracts / "maasoever.yaml").read_text(encoding="utf-8")
    more = text.replace("2025-01-01: 0.50\n\n# The malus", "2025-01-01: 0.55\n\n# The malus")
    header = "  version: 2\n  supersedes_from: 2025-01-01\n  because: Het deel gaat omhoog.\n"
    assert more != text
    path = home.contracts / "maasoever-amended.yaml"
    path.write_text(more.replace("  version: 1\n", header), encoding="utf-8")


def test_each_cause_has_its_part_and_they_add_up(home: OcmoHome) -> None:
    redeliver(home, DELIVERED, late)
    _, correction = drafted(home)
    # half of EUR 100 that is theirs after all, of EUR 50 that is new, of EUR 20 that is credited
    assert parts(correction) == {
        "judged_later": 0,
        "persons": -5_000,
        "new_claims": -2_500,
        "credits": 1_000,
        "quality": 0,
        "model": 0,
    }
    assert correction["difference_cents"] == -6_500
    assert correction["payable_cents"] == correction["corrects"]["payable_cents"] - 6_500
    actual = line(correction, "cost_per_insured_year", "2025")
    assert (actual["before"], actual["causes"]) == (120_000, ["persons", "new_claims", "credits"])
    assert Fraction(actual["difference"]).limit_denominator(PERSONS) == Fraction(13_000, PERSONS)
    assert set(line(correction, "target", "2025")["causes"]) == set()
    for each in correction["lines"]:
        if each["difference"] is not None:
            whole = sum(Fraction(part) for part in each["parts"].values())
            assert Fraction(each["after"]) - Fraction(each["before"]) == Fraction(each["difference"]) == whole


def line(correction: dict[str, Any], rule: str, subject: str = "") -> dict[str, Any]:
    return next(item for item in correction["lines"] if (item["rule"], item["subject"]) == (rule, subject))


def test_few_claims_are_not_counted_out(home: OcmoHome) -> None:
    redeliver(home, DELIVERED, late)
    _, correction = drafted(home)
    known = {cause["cause"]: cause.get("claims") for cause in correction["causes"]}
    assert known["new_claims"] == {"lines": None, "cents": None, "minimum_cell": 10}
    many = REDELIVERED
    redeliver(home, many, lambda lines: more_for_all(late(lines)), number=4)
    _, correction = drafted(home, WINTER)
    known = {cause["cause"]: cause.get("claims") for cause in correction["causes"]}
    assert known["new_claims"] == {"lines": 1 + 2 * PERSONS, "cents": 5_000 + 2 * PERSONS, "minimum_cell": 10}


def more_for_all(lines: pl.DataFrame) -> pl.DataFrame:
    """And a claim of one cent for everybody, of drugs, which this contract leaves out."""
    drugs = lines.filter(
        pl.col("opening_date") == dt.date(2025, 1, 1), pl.col("care_type_code") == "pharmacy"
    )
    cents = drugs.with_columns(line_ref=pl.format("more-{}", "line_ref"), declared_cents=pl.lit(1, pl.Int64))
    return pl.concat([lines, cents], how="diagonal_relaxed")


def test_the_page_tells_every_cause_in_both_languages(home: OcmoHome) -> None:
    redeliver(home, DELIVERED, late)
    written, _ = drafted(home)
    page = (written.folder / "maasoever-2025-correction-01.html").read_text(encoding="utf-8")
    assert Tags(page).open == []
    assert "Consortium Maasoever betaalt Zilverzorg nog" in page
    for cause in ("persons", "new_claims", "credits"):
        assert texts("nl", "correction")["causes"][cause]["label"] in page
    assert WHY in page
    assert keys(texts("nl", "correction")) == keys(texts("en", "correction"))
    assert tuple(texts("en", "correction")["causes"]) == CAUSES


def test_corrections_follow_one_another_and_change_nothing_that_was_issued(home: OcmoHome) -> None:
    redeliver(home, DELIVERED, late)
    final = contents(home.reports / "issued")
    drafted(home)
    first = issue_correction(home, "maasoever", 2025, AUTUMN, WHY)
    issued = contents(first.folder)
    assert read(first)["state"] == "final"
    with pytest.raises(NoDataError, match="Nothing differs from what stands"):
        drafted(home)

    # In winter the claim of EUR 100 of one insured is withdrawn; the contract's 50 % became 55 %.
    redeliver(home, REDELIVERED, withdrawn, number=4)
    amended(home)
    written, correction = drafted(home, WINTER)
    assert (correction["number"], correction["corrects"]["correction"]) == (2, 1)
    assert parts(correction) | {"terms": 0} == {
        "judged_later": 0,
        "persons": 0,
        "new_claims": 0,
        "credits": 5_000,
        "quality": 0,
        "model": 0,
        "terms": 0,
    }
    saved = Fraction(12 * 10_000 * PERSONS) * Fraction("0.0455427") - 13_000 + 10_000
    assert parts(correction)["terms"] == round(saved * Fraction("0.55")) - round(saved / 2)
    changed = next(cause for cause in correction["causes"] if cause["cause"] == "terms")
    assert changed["terms"] == [
        {"key": "sharing.gain_rate", "clause": "7.3", "before": "0.50", "after": "0.55"}
    ]
    second = issue_correction(home, "maasoever", 2025, WINTER, WHY)
    rows = IssuedCorrections(open_lake(home).catalogue.engine).of("maasoever", 2025)
    assert [row.number for row in rows] == [1, 2]
    paid = json.loads(final["maasoever-2025/maasoever-2025-final.json"])["payable_cents"]
    assert paid + sum(row.difference_cents for row in rows) == rows[-1].payable_cents
    assert (contents(home.reports / "issued"), contents(first.folder)) == (final, issued)
    assert written.folder != second.folder == first.folder.with_name("02")


def withdrawn(lines: pl.DataFrame) -> pl.DataFrame:
    gone = of_2025(lines, 5)["line_ref"].item()
    return late(lines).filter(pl.col("line_ref") != gone)


def test_a_party_that_left_within_the_year_gets_nothing_also_after_later_claims(home: OcmoHome) -> None:
    _, correction = drafted(home, FINAL_NIGHT, "left_within_year=1")
    assert correction["payable_cents"] == 0
    assert parts(correction) == {"judged_later": 0, "stated": -round(Fraction(SAVED, 2))}
    issue_correction(home, "maasoever", 2025, FINAL_NIGHT, WHY, ["left_within_year=1"])

    redeliver(home, DELIVERED, late)
    _, later = drafted(home)
    assert (later["payable_cents"], later["difference_cents"], later["stated"]) == (
        0,
        0,
        {"left_within_year": "1"},
    )
    assert line(later, "insurer_share")["difference"] == -13_000
    _, withdrawn_notice = drafted(home, AUTUMN, "left_within_year=0")
    assert parts(withdrawn_notice)["stated"] == withdrawn_notice["payable_cents"] > 0


def test_what_the_comparison_group_claims_later_is_a_cause_of_its_own(
    final_home: OcmoHome, tmp_path: Path
) -> None:
    """With growth by benchmark: EUR 3,000 more for the thirty others makes the target as much higher."""
    home = copied(final_home, tmp_path)
    issue(home, ("\ntrend:", "2025-01-01: agreed", "2025-01-01: benchmark"))
    redeliver(home, DELIVERED, dearer_comparison)
    _, correction = drafted(home)
    assert correction["corrects"]["payable_cents"] == 0
    assert parts(correction) == {
        "judged_later": 0,
        "persons": 0,
        "new_claims": 0,
        "credits": 0,
        "quality": 0,
        "model": 150_000,
    }
    assert line(correction, "payable")["causes"] == ["model"]
    assert line(correction, "counting_result")["after"] == "gain"


def dearer_comparison(lines: pl.DataFrame) -> pl.DataFrame:
    theirs = of_2025(lines, PERSONS)
    new = theirs.with_columns(line_ref=pl.lit("new"), declared_cents=pl.lit(300_000, pl.Int64))
    return pl.concat([lines, new], how="vertical_relaxed")


def test_another_program_is_a_cause(home: OcmoHome, monkeypatch: pytest.MonkeyPatch) -> None:
    due = payable.payable

    def a_cent_less(*inputs: Any) -> Line:
        line = due(*inputs)
        return line._replace(result=line.result._replace(value=int(line.amount) - 1))

    monkeypatch.setattr(payable, "payable", a_cent_less)
    monkeypatch.setattr(stages, "code_version", lambda: "another")
    _, correction = drafted(home, FINAL_NIGHT)
    assert parts(correction) == {"program": -1}


def test_whoever_objected_since_is_a_cause(home: OcmoHome) -> None:
    """One of thirty, who all cost the same: the target and what is saved are a thirtieth less."""
    digests = person_digests(pl.Series([bytes([1]) * 16]), LABEL)
    BlockList(home).add(Objection("objection-1", "zilverzorg", LABEL, frozenset(digests)))
    assert keep_out(home).rows > 0
    _, correction = drafted(home, FINAL_NIGHT)
    (cause,) = correction["causes"]
    assert cause["cause"] == "removed"
    assert cause["claims"]["lines"] == 2 * 12 * len(YEARS)  # a hospital product and a drug, every month
    assert abs(cause["difference_cents"] + Fraction(SAVED, 2 * PERSONS)) <= 1
    assert line(correction, "insured_years", "2025")["parts"] == {"removed": -1}


def test_nobody_is_told_as_removed_who_was_so_before_it_was_issued(
    final_home: OcmoHome, tmp_path: Path
) -> None:
    home = copied(final_home, tmp_path)
    digests = person_digests(pl.Series([bytes([1]) * 16]), LABEL)
    BlockList(home).add(Objection("objection-1", "zilverzorg", LABEL, frozenset(digests)))
    keep_out(home)
    issue(home)
    redeliver(home, DELIVERED, late)
    assert parts(drafted(home)[1])["judged_later"] == 0


def test_causes_that_do_not_add_up_are_not_written(home: OcmoHome, monkeypatch: pytest.MonkeyPatch) -> None:
    redeliver(home, DELIVERED, late)
    monkeypatch.setattr(stages.Deliveries, "as_of_now", stages.Deliveries.with_persons)
    with pytest.raises(ReconciliationError, match="do not add up"):
        drafted(home)
    assert not list((home.reports / "corrections").rglob("*.json"))


def test_only_what_was_drafted_and_read_is_issued(home: OcmoHome) -> None:
    redeliver(home, DELIVERED, late)
    with pytest.raises(NoDataError, match="is not there"):
        issue_correction(home, "maasoever", 2025, AUTUMN, WHY)
    drafted(home)
    with pytest.raises(NoDataError, match="is not what these figures, reason and facts give"):
        issue_correction(home, "maasoever", 2025, AUTUMN, "Another reason")
    made = issue_correction(home, "maasoever", 2025, AUTUMN, WHY)
    (made.folder / "maasoever-2025-corrected.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReconciliationError, match="is not what was issued"):
        drafted(home)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("actual_cents=1", "is measured, so it cannot be stated"),
        ("weather=1", "states no fact of a settlement"),
        ("left_within_year", "states no fact of a settlement"),
        ("left_within_year=half", "is no number"),
        ("left_within_year=2", "'left_within_year' is 2"),
        ("revenue_cents=100", "No line of the statement takes in 'revenue_cents'"),
    ],
)
def test_a_fact_that_cannot_be_stated_is_refused(issued_home: OcmoHome, fact: str, said: str) -> None:
    with pytest.raises(FiguresError, match=said):
        drafted(issued_home, FINAL_NIGHT, fact)


def test_a_correction_needs_a_reason_a_statement_and_a_later_date(issued_home: OcmoHome) -> None:
    with pytest.raises(SettingsError, match="needs a reason"):
        draft_correction(issued_home, "maasoever", 2025, FINAL_NIGHT, " ")
    with pytest.raises(SettingsError, match="lies before it"):
        draft_correction(issued_home, "maasoever", 2025, dt.date(2026, 7, 14), WHY)
    with pytest.raises(NoDataError, match="there is nothing to correct"):
        draft_correction(issued_home, "polderzorg", 2025, FINAL_NIGHT, WHY)


def test_an_issued_amount_is_explained_at_the_command_line(issued_home: OcmoHome) -> None:
    (issued_home.root / "ocmo.yaml").write_text(f"contracts: {issued_home.contracts}\n", encoding="utf-8")
    about = ["settlement", "explain", "--home", str(issued_home.root), "--contract", "maasoever"]
    told = CliRunner().invoke(app, [*about, "--year", "2025", "--language", "en"])
    assert told.exit_code == 0
    assert told.output.startswith("maasoever 2025, final on the figures of 2026-07-15, contract version 1")
    assert f"mart_expected_cost   {cited(issued_home)}" in told.output
    own = CliRunner().invoke(app, [*about, "--year", "2025"])
    assert own.output.startswith("maasoever 2025, vastgesteld op de cijfers van 15-07-2026, contractversie 1")
    drafted_tree = CliRunner().invoke(
        app, [*about, "--year", "2025", "--date", str(FINAL_NIGHT), "--line", "termination_gate", "--json"]
    )
    amount = json.loads(drafted_tree.output)["amount"]
    assert (amount["value"], amount["terms"][0]["clause"]) == ("met", "8.1")


def test_a_contract_that_is_not_there_and_a_year_outside_its_term_are_told_as_that(
    issued_home: OcmoHome,
) -> None:
    with pytest.raises(ContractError, match="There is no contract 'maasover'"):
        standing_statement(issued_home, "maasover", 2025)
    with pytest.raises(ContractValueError, match="2024 is outside the term"):
        standing_statement(issued_home, "maasoever", 2024)
    with pytest.raises(NoDataError, match="to correct or explain"):
        standing_statement(issued_home, "maasoever", 2026)


def cited(home: OcmoHome) -> str:
    path = home.reports / "issued" / "maasoever-2025" / "maasoever-2025-final.json"
    digest: str = json.loads(path.read_text(encoding="utf-8"))["sources"]["mart_expected_cost"]
    return digest
