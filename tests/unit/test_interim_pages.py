"""The interim report as JSON and page: held against a golden file, whole in both languages, all of it marked."""

from __future__ import annotations

import dataclasses
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.canonical import canonical_tables
from pipeline.completion.completed import CHAIN_LADDER, NOT_COMPLETED, PARTLY
from pipeline.contract.scope import NonClaimKind
from pipeline.deliveries.missing import Came
from pipeline.errors import SettingsError
from pipeline.reporting.interim import Quarter
from pipeline.reporting.interim.changes import changes
from pipeline.reporting.interim.document import document
from pipeline.reporting.interim.page import page
from pipeline.reporting.interim.state import Gathered, YearState
from pipeline.reporting.interim.store import IssuedReports
from pipeline.reporting.interim.words import in_words
from pipeline.reporting.issued import IssuedStatement
from pipeline.reporting.texts import texts
from tests.interim_world import CONTRACT, DATE, POLDERZORG, expected, polderzorg_state, state
from tests.pages import Tags, keys

GOLDEN = Path(__file__).resolve().parents[1] / "data" / "interim_golden.json"
THIRD = Quarter(2025, 3)


def reported(*states: YearState, contract: Any = CONTRACT, **values: Any) -> dict[str, Any]:
    gathered = Gathered(DATE, states, **{"awaited": (), "issued": (), **values})
    made = document(contract, THIRD, gathered, "0.2.0+abc")
    return json.loads(json.dumps({**made, "since": None, "correction": None}, sort_keys=True))


def every_kind_of_report() -> list[dict[str, Any]]:
    first, later = reported(state()), reported(state(measured=True, cost_cents=1_500_000_000))
    compared = {"quarter": "2025Q2", "business_date": "2025-07-15", "changes": changes(first, later)}
    nothing = dataclasses.replace(state(), payments={}, books=())
    values = {key: figure for key, figure in state().figures.values.items() if key[1] != 2022}
    without = dataclasses.replace(state(), figures=dataclasses.replace(state().figures, values=values))
    issued = IssuedStatement("maasoever", 2024, DATE, 5, "a", "b", "1")
    return [
        first,
        {**later, "since": compared, "correction": {"number": 1, **compared, "changes": []}},
        reported(state(cost_cents=2_500_000_000)),
        reported(nothing),
        reported(without),
        reported(polderzorg_state(), contract=POLDERZORG),
        reported(contract=POLDERZORG, awaited=expected(zilverzorg=Came.REFUSED), issued=(issued,)),
    ]


def test_the_document_is_the_golden_one() -> None:
    """A difference here is a difference in what parties receive: look at it, then replace the file."""
    made = reported(state(measured=True))
    made["contract"].pop("digest")
    assert made == json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_report_is_a_whole_page_that_needs_nothing_from_elsewhere(language: str) -> None:
    for report in every_kind_of_report():
        report["contract"]["language"] = language
        html = page(report)
        tags = Tags(html)
        assert tags.open == []
        assert tags.names.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base", "form"})
        assert tags.attributes.isdisjoint({"src", "href", "srcset", "xlink:href", "action"})
        assert not re.search(r"https?://|url\(|@import", html)


def test_both_languages_have_the_same_keys() -> None:
    assert keys(texts("nl", "interim")) == keys(texts("en", "interim"))
    assert keys(texts("nl", "recomputed")) == keys(texts("en", "recomputed"))


def test_every_code_has_its_words() -> None:
    words = texts("nl", "interim")
    assert set(words["methods"]) == {CHAIN_LADDER, PARTLY, NOT_COMPLETED}
    assert set(words["standings"]) == set(Came)
    assert set(words["payments"]) == set(get_args(NonClaimKind))
    assert set(words["tables"]) == set(canonical_tables())
    codes = {item["code"] for r in every_kind_of_report() for y in r["years"] for item in y["figures"]}
    assert codes == set(words["figures"])


@pytest.mark.parametrize("report", every_kind_of_report())
def test_every_figure_on_the_page_is_marked_as_provisional(report: dict[str, Any]) -> None:
    html = page(report)
    figures = re.findall(r'<span class="figure number">(.*?)</span>', html)
    assert all(figure.endswith('<sup title="voorlopig">v</sup>') for figure in figures)
    body = html[html.index("<main>") : html.index("Zo is gerekend")]
    unmarked = re.sub(r'<span class="figure number">.*?</span>', "", body)
    assert "€" not in unmarked
    assert "%" not in unmarked.replace("95%-interval", "").replace("percentage", "")


def test_small_numbers_are_nowhere() -> None:
    html = page(reported(state(measured=True)))
    assert "niet getoond" in html
    assert "120.000" not in html  # intensive care, of six persons
    figures = {
        (f["code"], f["subject"]): f["value"] for f in reported(state(measured=True))["years"][0]["figures"]
    }
    assert figures["indicator", "eq5d_change"] is None  # of seven
    assert figures["indicator_cases", "eq5d_change"] is None
    assert figures["indicator_cases", "complication_ratio"] == 412


def test_the_page_says_it_in_words() -> None:
    html = re.sub(r"<sup.*?</sup>|<[^>]+>", "", page(reported(state())))
    assert "Tussenrapportage, 3e kwartaal 2025" in html
    assert "onder het doel" in html
    assert "Wat wordt betaald hangt nog af van kwaliteit die niet is gemeten" in html
    assert "berkenhof" in html
    loss = re.sub(r"<sup.*?</sup>|<[^>]+>", "", page(every_kind_of_report()[2]))
    assert "boven het doel" in loss
    assert "Consortium Maasoever zou" in loss or "hangt nog af" in loss
    without = re.sub(r"<sup.*?</sup>|<[^>]+>", "", page(reported(polderzorg_state(), contract=POLDERZORG)))
    assert "Dit contract kent geen kwaliteitsafspraken" in without


@pytest.mark.parametrize(
    ("run_out", "said"),
    [
        (Fraction(5, 4), "Van de kosten over deze maanden is naar schatting 80 %v binnen."),
        (Fraction(1000, 997), "naar schatting compleet"),
        (Fraction(1000, 1003), "naar schatting compleet"),
        (Fraction(50, 51), "Er is naar schatting 102 %v binnen van wat deze maanden uiteindelijk kosten"),
    ],
    ids=["to come", "all but all", "all but all, with credits", "credits to come"],
)
def test_the_page_says_how_much_is_in(run_out: Fraction, said: str) -> None:
    given_state = dataclasses.replace(state(), run_out={**state().run_out, "contracted": run_out})
    assert said in re.sub(r"<[^>]+>", "", page(reported(given_state))).replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_says_over_which_months_payments_are() -> None:
    assert "Wat tot nu toe is betaald voor het hele jaar" in page(reported(state()))


def test_texts_from_outside_are_escaped() -> None:
    report = reported(state())
    report["contract"]["name"] = report["contract"]["payer"] = "<script>alert(1)</script>"
    assert "<script" not in page(report)


def test_issued_reports_are_found_again(tmp_path: Path) -> None:
    store = IssuedReports(tmp_path, "maasoever")
    assert (store.latest(THIRD), store.before(THIRD)) == (None, None)
    report = reported(state())
    first = store.issue(Quarter(2025, 1), 0, report, page)
    corrected = store.issue(Quarter(2025, 1), 1, report, page)
    assert first.json.parent == tmp_path / "2025Q1"
    found = store.before(THIRD)
    assert found is not None
    assert (found.json, found.correction) == (corrected.json, 1)
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]
    with pytest.raises(OSError, match="not empty"):
        store.issue(Quarter(2025, 1), 0, {**report, "state": "other"}, page)
    corrected.json.write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be read"):
        store.latest(Quarter(2025, 1))


def test_the_operator_is_told_in_a_few_lines(tmp_path: Path) -> None:
    store = IssuedReports(tmp_path, "maasoever")
    said = in_words(store.issue(THIRD, 0, reported(state()), page))
    assert said.splitlines()[0] == "maasoever 2025Q3, business date 2025-10-15: report issued."
    assert "all provisional: saving EUR " in said
    assert "3 of 7 expected tables came" in said
    empty = in_words(store.issue(THIRD, 1, reported(awaited=expected(zilverzorg=Came.MISSING)), page))
    assert "There are no figures yet; 3 expected tables have not come." in empty
