"""A replay over facts made up by hand: the rules of 2022 and 2023, which the published table does not reach."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import ContractError, FiguresError
from pipeline.home import CHECKOUT
from pipeline.settlement.replay import agreement_of, replay
from pipeline.settlement.replay.mapping import load_map

TERMS = CHECKOUT / "contracts" / "reference" / "mssp"
PLAIN = {
    "performance_year": "2023",
    "aco_id": "A0001",
    "track": "ENHANCED",
    "beneficiaries": "10000",
    "person_years": "9800",
    "benchmark_total": "100000000",
    "expenditure_total": "90000000",
    "updated_benchmark_per_capita": "10204",
    "revenue_loss_limit_flag": "0",
    "published_minimum_savings_rate": "0.01",
    "quality_score": "0.8",
    "met_quality_standard": "1",
    "disaster_adjustment": "",
    "met_alternative_quality_standard": "0",
    "mid_year_termination": "0",
    "earned_savings_losses": "",
}
GAIN, LOSS = "90000000", "110000000"  # 10,000,000 below and above a benchmark of 100,000,000
ONE_SIDED = {"track": "BASIC A", "published_minimum_savings_rate": ""}
SMALL = {"beneficiaries": "4999", "published_minimum_savings_rate": "0.039"}
NEITHER = {"met_quality_standard": "0", "met_alternative_quality_standard": ""}

MADE_UP = [
    # Gains of 10,000,000; 2 % is kept back after the rate.
    ("the standard is met: the full rate of 75 %", {}, "7350000.00"),
    ("2022 as 2021: the full rate", {"performance_year": "2022"}, "7350000.00"),
    (
        "2022 knows no alternative standard",
        {
            "performance_year": "2022",
            "met_quality_standard": "0",
            "met_alternative_quality_standard": "1",
        },
        "0.00",
    ),
    (
        "only the alternative is met: 75 % x 0.8",
        {"met_quality_standard": "0", "met_alternative_quality_standard": "1"},
        "5880000.00",
    ),
    ("both are failed: nothing", {"met_quality_standard": "0"}, "0.00"),
    ("an empty alternative is a failed one", NEITHER, "0.00"),
    ("BASIC A: 40 %, by the table of sizes", ONE_SIDED, "3920000.00"),
    (
        "BASIC E: 50 % x 0.8 by the alternative standard",
        {"track": "BASIC E", "met_quality_standard": "0", "met_alternative_quality_standard": "1"},
        "3920000.00",
    ),
    ("who leaves within the year earns nothing", {"mid_year_termination": "1"}, "0.00"),
    ("the same in 2022", {"performance_year": "2022", "mid_year_termination": "1"}, "0.00"),
    ("the cap of 10 % of the benchmark", {**ONE_SIDED, "expenditure_total": "60000000"}, "10000000.00"),
    ("at the chosen minimum of 1 %", {"expenditure_total": "99000000"}, "735000.00"),
    ("one dollar below it", {"expenditure_total": "99000001"}, "0.00"),
    ("at the table's 3 % of 10,000 persons", {**ONE_SIDED, "expenditure_total": "97000000"}, "1176000.00"),
    ("one dollar below the table's", {**ONE_SIDED, "expenditure_total": "97000001"}, "0.00"),
    # Losses of 10,000,000.
    (
        "ENHANCED at a score of 0.8: one minus 0.6, at the floor",
        {"expenditure_total": LOSS},
        "-4000000.00",
    ),
    (
        "by the alternative standard at 0.5: one minus 0.375",
        {
            "expenditure_total": LOSS,
            "quality_score": "0.5",
            "met_quality_standard": "0",
            "met_alternative_quality_standard": "1",
        },
        "-6250000.00",
    ),
    (
        "both are failed: the highest loss rate",
        {"expenditure_total": LOSS, "met_quality_standard": "0"},
        "-7500000.00",
    ),
    ("BASIC C: 30 %, at most 1 % of the benchmark", {"track": "BASIC C", "expenditure_total": LOSS}, "-1000000.00"),
    ("BASIC D: at most 2 %", {"track": "BASIC D", "expenditure_total": LOSS}, "-2000000.00"),
    ("BASIC E: 30 %, below its 4 %", {"track": "BASIC E", "expenditure_total": LOSS}, "-3000000.00"),
    ("less what a disaster takes off", {"expenditure_total": LOSS, "disaster_adjustment": "-1500000"}, "-2500000.00"),
    ("a disaster larger than the loss", {"expenditure_total": LOSS, "disaster_adjustment": "-4500000"}, "0.00"),
    ("leaving does not undo a loss", {"expenditure_total": LOSS, "mid_year_termination": "1"}, "-4000000.00"),
    ("BASIC A bears no loss", {**ONE_SIDED, "expenditure_total": LOSS}, "0.00"),
    (
        "below 5,000 persons the table holds, whatever was chosen: 3.9 % at 4,999",
        {**SMALL, "expenditure_total": "96100001"},
        "0.00",
    ),
    ("and at it", {**SMALL, "expenditure_total": "96100000"}, "2866500.00"),
]  # fmt: skip


def facts(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "facts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(PLAIN))
        writer.writeheader()
        writer.writerows({**PLAIN, **row} for row in rows)
    return path


def run(*arguments: object) -> tuple[int, str]:
    ended = CliRunner().invoke(app, ["settlement", "replay", *map(str, arguments)])
    return ended.exit_code, ended.output


@pytest.mark.parametrize(
    ("row", "payable"), [case[1:] for case in MADE_UP], ids=[case[0] for case in MADE_UP]
)
def test_the_rules_of_2022_and_2023(row: dict[str, str], payable: str, tmp_path: Path) -> None:
    path, out = facts(tmp_path, {**row, "earned_savings_losses": payable}), tmp_path / "out.csv"

    code, told = run("--terms", TERMS, "--facts", path, "--out", out)

    with out.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [one["payable"] for one in written] == [payable]
    assert list(written[0])[:3] == ["performance_year", "aco_id", "payable"]
    assert (code, "1 of 1 settlements agree" in told) == (0, True)


def test_what_differs_is_named_and_ends_with_a_code_of_its_own(tmp_path: Path) -> None:
    path = facts(tmp_path, {"earned_savings_losses": "7350000"}, {"earned_savings_losses": "7350002"})
    page = tmp_path / "page.md"
    code, told = run("--terms", TERMS, "--facts", path, "--out", tmp_path / "out.csv", "--page", page)
    assert code == 1
    assert "1 of 2 settlements agree" in told
    assert "differs: 2023 A0001 (line 3): 7350000.00 against 7350002.00" in told
    text = page.read_text(encoding="utf-8")
    assert "| 2023 | ENHANCED | 2 | 2 | 0 | 0 | 1 | 0 | 1 |" in text
    assert "7350002.00" in text


def test_without_published_results_nothing_is_said_to_agree(tmp_path: Path) -> None:
    code, told = run("--terms", TERMS, "--facts", facts(tmp_path, {}), "--out", tmp_path / "out.csv")
    assert code == 0
    assert "0 of 0 settlements agree" in told
    assert "1 have no published result" in told


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"track": "TRACK 9"}, "'TRACK 9' in column 'track' names no terms"),
        ({"benchmark_total": "a lot"}, "'a lot' in column 'benchmark_total' is no number"),
        ({"benchmark_total": ""}, "There is no 'target_cents' of 2023"),
        ({"benchmark_total": "0"}, "no target above zero"),
        ({"quality_score": ""}, "Indicator 'quality_score' of 2023 was not measured"),
        ({"performance_year": "later"}, "There is no year in column 'performance_year'"),
        ({"performance_year": "2031"}, "2031 is outside the term of contract 'enhanced'"),
        ({"beneficiaries": "0"}, "'persons' of 2023 is 0"),
    ],
)
def test_a_row_that_cannot_be_settled_is_told_and_the_others_are(
    row: dict[str, str], says: str, tmp_path: Path
) -> None:
    path, out, page = facts(tmp_path, {}, row, {}), tmp_path / "out.csv", tmp_path / "page.md"
    made = replay(TERMS, path)
    assert len(made.settled) == 2
    (apart,) = made.not_settled
    assert says in str(apart.error)
    assert apart.error.remedy
    assert "facts.csv, line 3" in apart.error.where

    code, told = run("--terms", TERMS, "--facts", path, "--out", out, "--page", page)

    assert code == 1
    assert "1 could not be settled" in told
    assert apart.error.what in told.replace("\n", "")
    assert "1 more could not be settled" in page.read_text(encoding="utf-8")
    assert apart.error.what in page.read_text(encoding="utf-8")
    with out.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [one["payable"] for one in written] == ["7350000.00", "", "7350000.00"]
    assert written[1]["reason"] == f"not settled: {apart.error.what}"


def test_a_published_result_that_is_no_number_is_told(tmp_path: Path) -> None:
    path = facts(tmp_path, {"earned_savings_losses": "7350000"}, {"earned_savings_losses": "plenty"})
    agreement = agreement_of(replay(TERMS, path))
    assert [one.verdict for one in agreement.held] == ["agrees"]
    assert [one.row.line for one in agreement.not_settled] == [3]
    assert not agreement.holds


def test_many_rows_that_cannot_be_settled_are_counted(tmp_path: Path) -> None:
    path = facts(tmp_path, *[{"quality_score": ""}] * 23)
    code, told = run("--terms", TERMS, "--facts", path, "--out", tmp_path / "out.csv")
    assert code == 1
    assert "23 could not be settled" in told
    assert told.count("not settled: 2023") == 20
    assert "and 3 more" in told


BASIC_C_LOSS = {
    "track": "BASIC C",
    "performance_year": "2021",
    "expenditure_total": LOSS,
    "revenue_loss_limit_flag": "1",
}


@pytest.mark.parametrize(
    ("row", "paid", "verdict"),
    [
        ("our loss is 1,000,000; the limit of revenue made it smaller", "-400000", "known"),
        ("it may leave nothing", "0", "known"),
        ("a limit makes no loss larger", "-1000002", "differs"),
        ("nor a gain of a loss", "500", "differs"),
        ("where the table says that the limit does not apply", "-400000", "differs"),
        ("where the contract has no limit of revenue", "-400000", "differs"),
        ("a gain has no limit of revenue", "4000000", "differs"),
    ],
)
def test_a_limit_of_revenue_explains_a_smaller_loss_and_nothing_else(
    row: str, paid: str, verdict: str, tmp_path: Path
) -> None:
    changed = {
        "where the table says that the limit does not apply": {"revenue_loss_limit_flag": "0"},
        "where the contract has no limit of revenue": {"track": "ENHANCED"},
        "a gain has no limit of revenue": {"expenditure_total": GAIN},
    }.get(row, {})
    path = facts(tmp_path, {**BASIC_C_LOSS, **changed, "earned_savings_losses": paid})
    (one,) = agreement_of(replay(TERMS, path)).held
    assert one.verdict == verdict


@pytest.mark.parametrize(
    ("year", "per_head", "payable"),
    [
        ("2019", "10204", "-2500000.00"),  # 9,800 x 10,204 is 100 million: a whole year, relief whole
        ("2019", "20408", "-3250000.00"),  # twice the total: half a year, half the relief
        ("2020", "20408", "-2500000.00"),  # only 2019 had half years
        ("2019", "", "-2500000.00"),  # a table that does not show it
    ],
)
def test_half_a_year_has_half_the_relief(year: str, per_head: str, payable: str, tmp_path: Path) -> None:
    """ENHANCED at 0.8 bears 40 % of a loss of 10,000,000, less relief of 1,500,000."""
    row = {
        "performance_year": year,
        "expenditure_total": LOSS,
        "disaster_adjustment": "-1500000",
        "updated_benchmark_per_capita": per_head,
    }
    track = {"track": "TRACK 3" if year == "2019" else "ENHANCED"}
    path, out = facts(tmp_path, {**row, **track}), tmp_path / "out.csv"
    run("--terms", TERMS, "--facts", path, "--out", out)
    with out.open(encoding="utf-8", newline="") as file:
        assert [one["payable"] for one in csv.DictReader(file)] == [payable]


def test_a_table_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(FiguresError, match="cannot be read"):
        replay(TERMS, tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("performance_year,aco_id\n", encoding="utf-8")
    with pytest.raises(FiguresError, match="has no rows"):
        replay(TERMS, tmp_path / "empty.csv")
    (tmp_path / "ragged.csv").write_text("a,b\n1,2,3\n", encoding="utf-8")
    with pytest.raises(FiguresError, match=r"3 cells under a header of 2 in ragged\.csv, line 2"):
        replay(TERMS, tmp_path / "ragged.csv")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("  persons: {column", "  persosn: {column", "no figure 'persosn'"),
        ("about:", "abuot:", "cannot be used"),
        ("  result: payable", "  result: payabel", "has no rule 'payabel'"),
        ("ENHANCED: enhanced", "ENHANCED: nowhere", "cannot be read"),
    ],
)
def test_a_map_that_cannot_be_used(before: str, after: str, says: str, tmp_path: Path) -> None:
    terms = tmp_path / "terms"
    terms.mkdir()
    for path in TERMS.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (terms / path.name).write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=says):
        replay(terms, facts(tmp_path, {}))


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    path = facts(tmp_path, {}, {"track": "BASIC A"}, {"expenditure_total": LOSS})
    for name in ("one.csv", "two.csv"):
        run("--terms", TERMS, "--facts", path, "--out", tmp_path / name)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_the_table_of_sizes_is_the_same_in_every_track() -> None:
    from pipeline.contract.reference import load_reference

    tracks = [load_reference(TERMS / f"{name}.yaml") for name in load_map(TERMS).contract.terms.values()]
    brackets = {track.for_year(2020).sharing_minimum_savings for track in tracks}
    assert len({term.value for term in brackets if term is not None}) == 1
    assert len(tracks) == 10


def test_what_is_printed_rounded_agrees_within_what_that_can_make(tmp_path: Path) -> None:
    """A score of 0.8 in 2020 may be 0.79995 to 0.80005: of 10,000,000 at 75 % that is 375 either way."""
    year = {"performance_year": "2020"}
    rows = [{**year, "earned_savings_losses": str(paid)} for paid in (6_000_001, 6_000_376, 6_000_377)]
    held = agreement_of(replay(TERMS, facts(tmp_path, *rows))).held
    assert [one.verdict for one in held] == ["agrees", "within printed rounding", "differs"]
