"""Before signing: what past years would have paid, and what chance alone pays, where theory says what that is."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.contract import Contract, load
from pipeline.contract.shelf import contract_of
from pipeline.errors import FiguresError
from pipeline.home import CHECKOUT, OcmoHome
from pipeline.reporting.gather import gather_figures
from pipeline.reporting.notation import Notation
from pipeline.reporting.simulated import document, simulation_page
from pipeline.reporting.texts import texts
from pipeline.settlement import plan
from pipeline.simulation import Assumed, Simulation, people_from, simulate
from pipeline.simulation.assumed import NOUGHT
from pipeline.simulation.chance import chance
from pipeline.simulation.drawing import drawings
from pipeline.simulation.given import read_given
from pipeline.simulation.table import read_people
from pipeline.simulation.variant import with_ceiling, with_threshold
from pipeline.simulation.year import AsIf
from tests.interim_lake import HOSPITAL_CENTS, PERSONS, copied, night, redeliver
from tests.pages import Tags
from tests.people_drawn import person_years, the_same
from tests.settlement_world import contract_from, raw_contract

ONE_YEAR = {
    "baseline.weights": {2024: Decimal(1)},
    "trend.growth": Decimal(0),
    "case_mix": None,
    "quality": None,
    "population.minimum_insured_years": 0,
    "truncation.ceiling": 100_000_000,
}
"""A contract in which this year is held against last year, and nothing else matters."""
EVEN = {
    **ONE_YEAR,
    "sharing.minimum_savings": ({"from": 0, "rate": Decimal(0)},),
    "loss.minimum_loss": None,
    "sharing.gain_rate": Decimal("0.5"),
    "loss.rate": Decimal("0.5"),
    "loss.rate_floor": None,
    "loss.rate_ceiling": None,
    "limits.cap": Decimal(1),
    "limits.collar": Decimal(1),
}
"""Every saving and every loss is shared by halves, so that what is paid is half of chance."""


def agreed(terms: dict[str, Any]) -> Contract:
    return contract_from(raw_contract(terms))


def simulated(
    contract: Contract, table: pl.DataFrame, assumed: Assumed | None = None, **asked: Any
) -> Simulation:
    bounds = contract.for_year(2025).case_mix_age_bounds
    people = people_from(table, bounds.value if bounds else (0,), where="persons.csv")
    few: dict[str, Any] = {"years": 200, "sizes": (), "ceilings": (), "thresholds": (), "paths": ()}
    return simulate(contract, 2025, people, assumed or Assumed(), **{**few, **asked})


# Chance, where theory says what it is.


def test_chance_moves_a_saving_as_theory_says() -> None:
    """Two independent years of n persons whose cost varies by its own mean: standard deviation sqrt(2 / n)."""
    found = simulated(agreed(EVEN), person_years(2_000), years=600).as_agreed
    assert found.spread == pytest.approx(math.sqrt(2 / 2_000), rel=0.15)


def test_four_times_the_persons_halve_it() -> None:
    by_size = simulated(agreed(EVEN), person_years(2_000), years=600, sizes=(500, 8_000)).by_size
    spread = {item.value: item.chance.spread for item in by_size}
    assert set(spread) == {500, 2_000, 8_000}
    assert [item.is_agreed for item in by_size] == [False, True, False]
    assert spread[500] / spread[2_000] == pytest.approx(2, rel=0.15)
    assert spread[2_000] / spread[8_000] == pytest.approx(2, rel=0.15)


def test_without_an_effect_a_contract_that_is_even_pays_nothing_on_average() -> None:
    """Though these persons did save in the table: that is taken out."""
    table = person_years(2_000)
    cheaper = pl.when(pl.col("year") == 2025).then(pl.col("cost_cents") // 2).otherwise(pl.col("cost_cents"))
    found = simulated(agreed(EVEN), table.with_columns(cost_cents=cheaper), years=600)
    error = found.as_agreed.spread / 2 * 2_000 * 100_000 / math.sqrt(600)
    assert abs(found.as_agreed.payable.mean) < 4 * error
    assert found.as_agreed.gain + found.as_agreed.loss == pytest.approx(1)
    assert found.past[-1].settled.payable > 10**7  # and in the table's own year the saving is paid


ALIKE = {2024: 100_000, 2025: 100_000}
"""Ten thousand persons of EUR 1,000 each, in whom chance can do nothing: a target of EUR 10 million before anything."""


@pytest.mark.parametrize(
    ("terms", "given", "lost"),
    [
        ({}, {}, 0),
        ({"target.path": Decimal("0.98")}, {}, 200_000),  # 2 % of 10 million
        ({"target.path": Decimal("1.01")}, {}, -100_000),
        ({"adjustments.amounts": ({"id": "a", "name": "A", "amount": -400_000},)}, {}, 400_000),
        (
            {"adjustments.price": Decimal(1)},
            {"price_effect_cents": 50_000_00},
            0,
        ),  # the target moves as cost does
        ({"adjustments.price": Decimal("0.5")}, {"price_effect_cents": 50_000_00}, 25_000),  # it moves half
        (
            {
                "target.path": Decimal("0.98"),
                "adjustments.amounts": ({"id": "a", "name": "A", "amount": 50_000},),
            },
            {},
            150_000,
        ),
    ],
)
def test_who_does_nothing_loses_what_path_and_sums_ask(
    terms: dict[str, Any], given: dict[str, int], lost: int
) -> None:
    """Half of it is borne; in the table cost was a tenth lower, which is taken out."""
    table = the_same(10_000, {2024: 100_000, 2025: 90_000})
    assumed = Assumed(given=given)  # type: ignore[arg-type]
    found = simulated(agreed({**EVEN, **terms}), table, assumed, years=20).as_agreed
    assert set(found.all_payable) == {-lost * 50}
    assert (found.gain, found.loss) == (float(lost < 0), float(lost > 0))
    target = 10_000_000 - lost + (given.get("price_effect_cents", 0) // 100)
    assert found.asked == pytest.approx(lost / target)


def test_half_the_persons_lose_half_of_it() -> None:
    """Of a path; an agreed sum does not depend on their number."""
    sums = ({"id": "a", "name": "A", "amount": -400_000},)
    for terms, half in (
        ({"target.path": Decimal("0.98")}, 100_000),
        ({"adjustments.amounts": sums}, 400_000),
    ):
        found = simulated(agreed({**EVEN, **terms}), the_same(10_000, ALIKE), years=20, sizes=(5_000,))
        (tried,) = [item for item in found.by_size if item.value == 5_000]
        assert set(tried.chance.all_payable) == {-half * 50}


def test_what_a_path_asks_can_be_negotiated() -> None:
    contract = agreed({**EVEN, "target.path": Decimal("0.99")})
    paths = (Decimal(1), Decimal("0.98"))
    tried = simulated(contract, the_same(10_000, ALIKE), years=20, paths=paths).by_path
    assert [(item.value, item.is_agreed, item.chance.payable.mean) for item in tried] == [
        (Decimal("0.98"), False, -10_000_000),
        (Decimal("0.99"), True, -5_000_000),
        (Decimal(1), False, 0),
    ]


def test_a_payment_for_quality_is_no_gain() -> None:
    """EUR 12.50 for each of 2,000 insured years, whatever is saved: half of the years still share a loss."""
    contract = agreed({**EVEN, "quality_payment.amount": Decimal("12.5")})
    plain, beside = (simulated(each, person_years(2_000)).as_agreed for each in (agreed(EVEN), contract))
    assert (beside.gain, beside.loss) == (plain.gain, plain.loss)
    assert beside.loss > 0.3
    assert (plain.quality_payment, beside.quality_payment) == (0, 2_500_000)
    assert beside.payable.mean == plain.payable.mean + 2_500_000


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_is_left_out_or_assumed_is_said(language: str) -> None:
    """A limit of revenue without revenue, a disaster that nobody told of, a path, and a payment beside."""
    terms = {
        "limits.cap_of_revenue": Decimal("0.01"),
        "adjustments.disaster": "amount",
        "target.path": Decimal("0.98"),
        "quality_payment.amount": Decimal("12.5"),
    }
    contract = agreed({**EVEN, **terms})
    table = the_same(10_000, {2024: 100_000, 2025: 90_000})
    simulation = simulated(contract, table, years=20)
    told, html, words = (
        document(simulation),
        simulation_page(simulation, language),
        texts(language, "simulation"),
    )
    assert told["notes"] == ["limit_of_revenue_unknown"]
    assert told["assumed"]["taken_for_nothing"] == ["disaster_relief_cents"]
    assert texts(language)["notes"]["limit_of_revenue_unknown"] in html
    assert words["figures"]["disaster_relief_cents"] in html
    assert words["asked_more"].split("{")[0] in html
    assert words["quality_payment"].partition("}")[2] in html

    given = Assumed(given={"revenue_cents": 10**12, "disaster_relief_cents": 0})  # type: ignore[dict-item]
    silent = document(simulated(contract, table, given, years=20))
    assert (silent["notes"], silent["assumed"]["taken_for_nothing"]) == ([], [])


def test_a_statistical_threshold_of_1_645_is_passed_by_one_year_in_twenty() -> None:
    """Of a saving whose standard deviation is what the contract says it is."""
    bounds = {"z": Decimal("1.645"), "variation": Decimal("1.4142"), "least": 0, "most": Decimal("0.5")}
    terms = {**EVEN, "sharing.minimum_savings": None, "sharing.statistical": bounds}
    found = simulated(agreed(terms), person_years(3_000), years=1_000).as_agreed
    assert 0.025 < found.gain < 0.08
    assert 0.025 < found.loss < 0.08


def test_chance_has_a_price_where_only_a_bonus_is_agreed() -> None:
    terms = {**EVEN, "loss": None, "limits.collar": None, "loss.rate": None}
    terms.pop("loss.minimum_loss")
    found = simulated(
        agreed({key: value for key, value in terms.items() if not key.startswith("loss.")}),
        person_years(1_000),
    )
    # half of the mean of the positive half of a normal saving: target x spread x 0.3989 x rate of 50 %
    expected = 1_000 * 100_000 * found.as_agreed.spread * 0.3989 * 0.5
    assert found.as_agreed.payable.mean == pytest.approx(expected, rel=0.2)
    assert found.as_agreed.loss == 0


def test_a_comparison_group_adds_its_own_chance() -> None:
    terms = {**EVEN, "trend.method": "benchmark"}
    small = simulated(agreed(terms), person_years(2_000, comparison=500), years=400).as_agreed.spread
    assert small == pytest.approx(math.sqrt(2 / 2_000 + 2 / 500), rel=0.2)


# What can be negotiated.


def test_a_higher_threshold_pays_chance_less_often() -> None:
    rates = [Decimal(rate) for rate in ("0", "0.01", "0.02", "0.04")]
    tried = simulated(agreed(EVEN), person_years(1_000), thresholds=rates).by_threshold
    gains = [item.chance.gain for item in tried]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > gains[-1]
    assert [item.value for item in tried if item.is_agreed] == [0]


def test_what_is_agreed_stands_among_the_thresholds_where_it_is_no_single_share() -> None:
    """Brackets by size: 2 % below 20,000 and 1.5 % above are no one threshold."""
    brackets = (
        {"from": 0, "below": 20_000, "rate": Decimal("0.02")},
        {"from": 20_000, "rate": Decimal("0.015")},
    )
    contract = agreed({**EVEN, "sharing.minimum_savings": brackets})
    found = simulated(contract, person_years(200), years=20, thresholds=(Decimal("0.03"),))
    assert [(item.value, item.is_agreed) for item in found.by_threshold] == [
        (None, True),
        (Decimal("0.03"), False),
    ]
    assert found.by_threshold[0].chance == found.as_agreed
    assert document(found)["by_threshold"][0]["value"] is None
    assert texts("nl", "simulation")["as_agreed"] in simulation_page(found, "nl")


def test_a_lower_truncation_leaves_chance_less_to_do() -> None:
    tried = simulated(agreed(EVEN), person_years(1_000), ceilings=(500, 1_000, 5_000)).by_ceiling
    spread = [item.chance.spread for item in tried]
    assert spread == sorted(spread)
    assert spread[0] < 0.8 * spread[-1]


def test_a_contract_with_another_term_is_that_contract() -> None:
    contract = agreed({})
    other = with_ceiling(with_threshold(contract, Decimal("0.03")), 25_000)
    terms, same = other.for_year(2025), contract.for_year(2025)
    assert [bracket.rate for bracket in terms.sharing_minimum_savings.value] == [Decimal("0.03")]  # type: ignore[union-attr]
    assert terms.truncation_ceiling.value == 25_000
    assert terms.quality_indicators == same.quality_indicators
    assert terms.linkage_suppliers == same.linkage_suppliers


# Past years.


def test_each_past_year_is_settled_on_the_years_before_it() -> None:
    """Ten thousand persons; per person EUR 1,000 then 900, 950 and 912: against last year +100, -50 and +38."""
    table = the_same(10_000, {2022: 100_000, 2023: 90_000, 2024: 95_000, 2025: 91_200})
    past = simulated(agreed(EVEN), table, years=20).past
    assert [(each.year, each.settled.payable) for each in past] == [
        (2023, 10_000 * 5_000),
        (2024, -10_000 * 2_500),
        (2025, 10_000 * 1_900),
    ]
    assert [each.rests_on for each in past] == [(2022,), (2023,), (2024,)]
    assert {each.settled.reason for each in past} == {"gain", "loss"}


def test_where_baseline_years_are_lacking_the_others_weigh_more() -> None:
    """Weights 10, 30 and 60 %: of 2024 only 2022 and 2023 lie before it, which then weigh 1/3 and 2/3."""
    weights = {2022: Decimal("0.1"), 2023: Decimal("0.3"), 2024: Decimal("0.6")}
    table = the_same(10_000, {2022: 90_000, 2023: 120_000, 2024: 100_000, 2025: 100_000})
    past = simulated(agreed({**EVEN, "baseline.weights": weights}), table, years=20).past
    by_year = {each.year: each for each in past}
    assert by_year[2024].lacking == (2021,)
    assert round(by_year[2024].settled.target) == 10_000 * 110_000
    assert by_year[2025].lacking == ()
    assert round(by_year[2025].settled.target) == 10_000 * 105_000


def test_quality_is_what_was_assumed() -> None:
    table = the_same(10_000, {2024: 100_000, 2025: 90_000})
    with_quality = {key: value for key, value in EVEN.items() if key != "quality"}
    paid = {
        share: simulated(agreed(with_quality), table, Assumed(Decimal(share)), years=20)
        .past[-1]
        .settled.payable
        for share in ("1", "0.5", "0.3")
    }
    assert paid == {"1": 50_000_000, "0.5": 25_000_000, "0.3": 0}


# The same again.


def test_neither_names_nor_the_order_of_rows_matter_and_the_seed_does() -> None:
    contract, table = agreed(EVEN), person_years(300, comparison=200)
    first = document(simulated(contract, table, years=50, sizes=(100,)))
    renamed = table.with_columns(person=pl.col("person").hash(seed=3).cast(pl.String)).sample(
        fraction=1, shuffle=True, seed=5
    )
    assert json.dumps(document(simulated(contract, renamed, years=50, sizes=(100,)))) == json.dumps(first)
    assert document(simulated(contract, table, years=50, sizes=(100,), seed=2)) != first


def test_the_same_persons_are_drawn_whatever_the_truncation() -> None:
    people = people_from(person_years(200), (0,), where="")
    low, high = (drawings(people, ceiling, 5, 1, 200) for ceiling in (50_000, 10**9))
    assert [draw.contracted.months.tolist() for draw in low] == [
        draw.contracted.months.tolist() for draw in high
    ]
    assert all(
        (one.contracted.cents < other.contracted.cents).all() for one, other in zip(low, high, strict=True)
    )


# What cannot be simulated is said.


@pytest.mark.parametrize(
    ("terms", "changed", "told"),
    [
        ({}, pl.lit("x").alias("cost_cents"), "no whole number"),
        ({}, pl.lit(1.5).alias("cost_cents"), "no whole number"),
        ({}, pl.lit("X").alias("sex_code"), "sex_code that is neither F nor M"),
        ({}, pl.lit(0).alias("insured_months"), "without insured months"),
        ({}, pl.lit("elsewhere").alias("group_code"), "the group 'elsewhere'"),
        ({}, pl.lit(None, pl.Int64).alias("age_years"), "empty cell"),
        ({}, pl.lit("one").alias("person"), "more than once"),
        ({}, pl.lit(0).alias("cost_cents"), "no target above zero"),
        ({"trend.method": "benchmark"}, pl.col("year"), "compares with a group"),
        ({"trend.method": "national"}, pl.col("year"), "'national_index'"),
        (
            {"baseline.weights": {2021: Decimal(1)}},
            pl.col("year"),
            "the years that lie 4 before it",
        ),
    ],
)
def test_what_is_missing_is_named(terms: dict[str, Any], changed: pl.Expr, told: str) -> None:
    table = person_years(20).with_columns(changed)
    with pytest.raises(FiguresError) as refused:
        simulated(agreed({**EVEN, **terms}), table)
    assert told in str(refused.value)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(FiguresError, match="no column 'cost_cents'"):
        simulated(agreed(EVEN), person_years(20).drop("cost_cents"))


def test_the_cell_that_is_no_number_is_named_by_its_row_and_column_without_what_stands_in_it() -> None:
    """The third row, under the header: what stands in a wrong column may be something that no message may show."""
    years = (
        pl.when(pl.int_range(pl.len()) == 2).then(pl.lit("2O22")).otherwise(pl.col("year").cast(pl.String))
    )
    with pytest.raises(FiguresError) as refused:
        simulated(agreed(EVEN), person_years(20).with_columns(year=years))
    assert "persons.csv, row 3 under the header, column year" in str(refused.value)
    assert "2O22" not in str(refused.value)


def test_v_and_f_are_the_same_sex() -> None:
    table = person_years(50, comparison=50)
    other = table.with_columns(sex_code=pl.col("sex_code").replace("V", "F"))
    one, two = (document(simulated(agreed({}), each, years=20)) for each in (table, other))
    assert one == two


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_whatever_stands_between_its_columns(separator: str, tmp_path: Path) -> None:
    table, path = person_years(3), tmp_path / "persons.csv"
    table.write_csv(path, separator=separator)
    assert read_people(path).columns == table.columns


def test_a_contract_that_counts_episodes_is_not_simulated_on_persons() -> None:
    contract = load(CHECKOUT / "contracts" / "examples" / "geboortezorg.yaml")
    with pytest.raises(FiguresError, match="counts episodes") as refused:
        simulated(contract, person_years(20))
    assert "clause" in refused.value.where
    assert "insured years" in refused.value.remedy


def test_all_that_must_be_given_is_named_at_once() -> None:
    terms = {**EVEN, "trend.method": "national", "sharing.own_choice_from": 1}
    with pytest.raises(FiguresError) as refused:
        simulated(agreed(terms), person_years(20))
    assert "'national_index' and 'chosen_minimum_rate'" in str(refused.value)


def test_a_figure_that_the_contract_asks_nothing_about_is_not_taken_in_silence() -> None:
    given = Assumed(given={"revenue_cents": 10**12})  # type: ignore[dict-item]
    with pytest.raises(FiguresError, match="asks for no 'revenue_cents'"):
        simulated(agreed(EVEN), person_years(20), given)


@pytest.mark.parametrize("text", ["90.000", "{2025: 90.5}", "1e9"])
def test_amounts_are_given_in_whole_cents(text: str, tmp_path: Path) -> None:
    path = tmp_path / "figures.yaml"
    path.write_text(f"revenue_cents: {text}\n", encoding="utf-8")
    with pytest.raises(FiguresError, match="'revenue_cents' is no whole number of cents"):
        read_given(path)


def test_given_figures_are_used() -> None:
    """An index that rose by a tenth raises the target by a tenth."""
    contract = agreed({**EVEN, "trend.method": "national"})
    index = {"national_index": {2022: 100, 2023: 100, 2024: 100, 2025: 110}}
    table = the_same(10_000, {2024: 100_000, 2025: 100_000})
    assumed = Assumed(given=index)  # type: ignore[arg-type]
    assert simulated(contract, table, assumed, years=20).past[-1].settled.target == 10_000 * 110_000


def test_a_drawing_of_a_contract_as_it_stands() -> None:
    """The whole example, with comparison group, case mix, quality and truncation."""
    contract = agreed({"population.minimum_insured_years": 0})
    bounds = contract.for_year(2025).case_mix_age_bounds
    assert bounds is not None
    people = people_from(person_years(500, comparison=500), bounds.value, where="")
    as_if = AsIf(contract, 2025, people, 2025, Assumed())
    found = chance(as_if, drawings(people, as_if.ceiling_cents, 100, 1, 500), 500)
    assert 0 < found.gain < 0.6
    assert 0 < found.loss < 0.6


# The page.


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_needs_nothing_from_elsewhere(language: str) -> None:
    simulation = simulated(
        agreed(EVEN),
        person_years(300),
        years=100,
        sizes=(100,),
        ceilings=(500,),
        thresholds=(Decimal("0.02"),),
        paths=(Decimal("0.98"),),
    )
    html = simulation_page(simulation, language)
    tags = Tags(html)
    assert tags.open == []
    assert tags.names.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base", "form"})
    assert tags.attributes.isdisjoint({"src", "href", "srcset", "xlink:href", "action"})
    assert html == simulation_page(simulation, language)
    assert html.count("<rect") >= 100
    words = texts(language, "simulation")
    assert all(
        words[name] in html for name in ("curve", "past", "by_size", "by_threshold", "by_ceiling", "by_path")
    )


@pytest.mark.parametrize("language", ["nl", "en"])
def test_years_in_which_nothing_is_paid_are_told_and_so_is_a_mean_outside_the_range(language: str) -> None:
    """A threshold that one year in many passes: the picture is empty, and the mean above the range of 0 to 0."""
    terms = {**EVEN, "loss": None, "limits.collar": None}
    terms = {key: value for key, value in terms.items() if not key.startswith("loss.")}
    bounds = {"z": Decimal("2.1"), "variation": Decimal("1.4142"), "least": 0, "most": Decimal("0.5")}
    terms |= {"sharing.minimum_savings": None, "sharing.statistical": bounds}
    simulation = simulated(agreed(terms), person_years(1_000), years=400)
    html, words = simulation_page(simulation, language), texts(language, "simulation")
    assert simulation.as_agreed.payable.high == 0 < simulation.as_agreed.payable.mean
    assert words["mean_outside"] in html
    empty = sum(not cents for cents in simulation.as_agreed.all_payable) / 400
    assert words["curve_nothing"].format(share=Notation(language).percent(Fraction(empty), 1)) in html


def test_patients_are_said_to_be_all_in_the_table() -> None:
    contract = load(CHECKOUT / "contracts" / "examples" / "longzorg.yaml")
    scores = Assumed(given={"risk_score": Fraction(1), "demographic_score": Fraction(1)})
    found = simulated(contract, person_years(20, comparison=20), scores, years=20)
    assert texts("en", "simulation")["patients_only"] in simulation_page(found, "en")


def test_both_languages_have_the_same_words() -> None:
    assert list(texts("nl", "simulation")) == list(texts("en", "simulation"))
    assert list(texts("nl", "simulation")["figures"]) == list(texts("en", "simulation")["figures"])
    assert set(NOUGHT) == set(texts("en", "simulation")["figures"])


# From the OCMO's own night.


def test_the_table_of_a_night_is_that_nights_own_sums(final_home: OcmoHome, tmp_path: Path) -> None:
    """Pseudonyms are bytes and no text; the past year is that of the even region, and its target the settlement's."""
    home, delivered, date = copied(final_home, tmp_path), dt.date(2026, 10, 1), dt.date(2026, 10, 15)

    def as_bytes(frame: pl.DataFrame) -> pl.DataFrame:
        pids = [bytes([0xFF - pid[0], *pid[1:]]) for pid in frame["pid"].to_list()]
        return frame.with_columns(pid=pl.Series(pids))

    redeliver(home, delivered, as_bytes, as_bytes)
    night(home, date)
    (home.root / "ocmo.yaml").write_text(f"contracts: {home.contracts}\n", encoding="utf-8")
    command = ["contract", "simulate", "maasoever", "--date", str(date), "--times", "20", "--json"]
    done = CliRunner().invoke(app, [*command, "--home", str(home.root)])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    contract = contract_of(home.contracts, "maasoever", 2025)
    target = plan(contract, 2025).up_to("target").settle(gather_figures(home, contract, 2025, date))
    now = told["past"][-1]
    assert (now["year"], now["lacking"]) == (2025, [])
    assert now["actual_cents"] == PERSONS * 12 * HOSPITAL_CENTS
    assert now["target_cents"] == round(target.value("target"))
