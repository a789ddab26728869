"""What differs between two contracts: by parameter, and from which day to which."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.contract_check import check, check_together
from pipeline.cli.contract_words import difference_words
from pipeline.contract import Contract
from pipeline.contract.diff import Difference, differences, held_back
from pipeline.contract.load import parse
from tests.settlement_world import EXAMPLE

TEXT = EXAMPLE.read_text(encoding="utf-8")
GOOD = parse(TEXT, source="one.yaml")
SCORES = "      2025-01-01: 0.40\n      2026-01-01: 0.45\n      2027-01-01: 0.50\n"


def changed(*pairs: tuple[str, str]) -> Contract:
    text = TEXT
    for right, other in pairs:
        assert right in text, "the example changed: mend this test"
        text = text.replace(right, other, 1)
    return parse(text, source="two.yaml")


def spans(found: list[Difference]) -> list[tuple[Any, ...]]:
    return [(one.key, str(one.before), str(one.after), str(one.since), str(one.until)) for one in found]


AGREED = {2025: "0.40", 2026: "0.45", 2027: "0.50"}


# the minimum score by year -> what differs from AGREED: before, after, since, until
@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (AGREED, []),
        (AGREED | {2027: "0.5"}, []),
        (AGREED | {2026: "0.48"}, [("0.45", "0.48", "2026-01-01", "2027-01-01")]),
        (AGREED | {2024: "0.40"}, [("None", "0.40", "2024-01-01", "2025-01-01")]),
        ({2025: "0.40", 2026: "0.45"}, [("0.50", "0.45", "2027-01-01", "None")]),
        (
            {2025: "0.30"},
            [
                ("0.40", "0.30", "2025-01-01", "2026-01-01"),
                ("0.45", "0.30", "2026-01-01", "2027-01-01"),
                ("0.50", "0.30", "2027-01-01", "None"),
            ],
        ),
    ],
)
def test_values_are_compared_on_every_day(scores: dict[int, str], expected: list[tuple[str, ...]]) -> None:
    written = "".join(f"      {year}-01-01: {score}\n" for year, score in sorted(scores.items()))
    found = differences(GOOD, changed((SCORES, written)))
    assert spans(found) == [("quality.minimum_score", *one) for one in expected]


def test_of_an_amendment_values_differ_from_the_day_on_which_it_holds() -> None:
    amended = changed(
        ("  version: 1\n", "  version: 2\n  supersedes_from: 2026-01-01\n  because: Samen besloten.\n"),
        ("2025-01-01: 0.50\n\n# The malus", "2025-01-01: 0.55\n\n# The malus"),
    )
    *facts, rate = differences(GOOD, amended)
    assert [(one.kind, one.key) for one in facts] == [
        ("fact", "contract.version"),
        ("fact", "contract.supersedes_from"),
        ("fact", "contract.because"),
    ]
    assert (rate.key, rate.since, rate.until) == ("sharing.gain_rate", dt.date(2026, 1, 1), None)
    assert difference_words(rate) == "sharing.gain_rate (clause 7.3): 0.50 becomes 0.55, from 2026-01-01 on."


def amendment(since: str, *pairs: tuple[str, str]) -> Contract:
    header = f"  version: 2\n  supersedes_from: {since}\n  because: Samen besloten.\n"
    return changed(("  version: 1\n", header), *pairs)


def test_agreed_growth_of_years_before_the_amendment_is_a_difference_too() -> None:
    """The target of 2025 goes through the growth of 2024, so what is agreed on 2024 moves it."""
    agreed = "      2023-01-01: 0.03\n"
    more = f"{agreed}      2024-01-01: 0.05\n      2025-01-01: 0.03\n"
    found = [one for one in differences(GOOD, amendment("2025-01-01", (agreed, more))) if one.kind == "term"]
    assert spans(found) == [("trend.growth", "0.03", "0.05", "2024-01-01", "2025-01-01")]


def test_what_is_settled_by_whole_years_differs_from_the_next_1_january_on() -> None:
    gain = ("2025-01-01: 0.50\n\n# The malus", "2025-01-01: 0.55\n\n# The malus")
    within = amendment("2025-07-01", gain)
    (rate,) = [one for one in differences(GOOD, within) if one.kind == "term"]
    assert (rate.key, rate.since) == ("sharing.gain_rate", dt.date(2026, 1, 1))
    assert held_back(GOOD, within) == [rate]
    assert held_back(GOOD, amendment("2026-01-01", gain)) == []


def test_the_check_of_a_contract_says_that_an_amendment_counts_later(tmp_path: Path) -> None:
    text = TEXT.replace(
        "  version: 1\n", "  version: 2\n  supersedes_from: 2025-07-01\n  because: Samen besloten.\n"
    ).replace("2025-01-01: 0.50\n\n# The malus", "2025-01-01: 0.55\n\n# The malus")
    for name, content in (("one.yaml", TEXT), ("two.yaml", text)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    checked = [check(tmp_path / name) for name in ("one.yaml", "two.yaml")]
    check_together(checked, None)
    assert (
        "sharing.gain_rate count from 2026-01-01 on, and 2025 is settled as it was" in checked[1].in_words()
    )
    assert checked[0].remarks == []


def test_the_wording_is_told_apart_from_the_terms() -> None:
    found = differences(GOOD, changed(("Boven de drempel wordt gedeeld", "Vanaf de drempel wordt gedeeld")))
    assert [(one.kind, one.key) for one in found] == [("wording", "sharing.starts_at.says")]


def test_what_one_of_the_two_does_not_have() -> None:
    start, end = TEXT.index("\nquality:"), TEXT.index("\nsharing:")
    without = parse(TEXT[:start] + TEXT[end:], source="two.yaml")
    gone = differences(GOOD, without)
    assert {one.key for one in gone} == {"quality.indicators", "quality.minimum_score"}
    assert all(one.after is None for one in gone)
    assert "is no longer agreed" in difference_words(gone[0])
    come = differences(without, GOOD)
    assert "is agreed: 0.40, from 2025-01-01 up to and including 2025-12-31" in difference_words(come[1])


def test_of_a_list_only_what_is_more_and_what_is_less_is_told() -> None:
    found = differences(GOOD, changed(('["531", "532", "533", "534"]', '["531", "532", "534", "535"]')))
    assert [difference_words(one) for one in found] == [
        'population.contracted_area (clause 2.1): adds ["535"], takes out ["533"], from 2025-01-01 on.'
    ]


def test_a_contract_and_itself_are_the_same() -> None:
    assert differences(GOOD, parse("# with a comment\n" + TEXT, source="two.yaml")) == []
