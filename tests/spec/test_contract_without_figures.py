"""A night over a contract that the steps make no figures for says which, and computes nothing in their place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.contract.computed import MEASURED_INDICATORS, require_figures, uncomputed, unmeasured
from pipeline.contract.load import load, parse
from pipeline.contract.standing import StandingVersions
from pipeline.database import open_database, writing
from pipeline.errors import ContractValueError, UncomputedTermsError
from pipeline.home import CHECKOUT, OcmoHome
from pipeline.indicators.results import INDICATORS
from pipeline.lake import open_lake
from pipeline.night import cost
from pipeline.reporting.drafting import settle_on
from tests.interim_lake import FINAL_NIGHT, copied, night

EXAMPLES = CHECKOUT / "contracts" / "examples"
TEXT = (CHECKOUT / "contracts" / "maasoever.yaml").read_text(encoding="utf-8")


def as_maasoever(example: str) -> str:
    """An example contract in the place of the one that the region's deliveries are about."""
    text = (EXAMPLES / f"{example}.yaml").read_text(encoding="utf-8")
    return text.replace(f"  id: {example}\n", "  id: maasoever\n")


@pytest.fixture
def home(final_home: OcmoHome, tmp_path: Path) -> OcmoHome:
    return copied(final_home, tmp_path)


@pytest.mark.parametrize(
    ("example", "says"),
    [
        (
            "longzorg",
            [
                "patient years (unit.counted_in, clause 2.1)",
                "the population by condition (population.conditions, clause 2.3)",
                "share of care at the members (population.attribution, clause 2.5)",
                "risk scores (case_mix.model, clause 4.1)",
            ],
        ),
        (
            "geboortezorg",
            ["episodes (unit.counted_in, clause 2.1)"],
        ),
    ],
)
def test_a_night_names_every_figure_that_is_not_made_yet(
    home: OcmoHome, example: str, says: list[str]
) -> None:
    (home.contracts / "maasoever.yaml").write_text(as_maasoever(example), encoding="utf-8")
    before = open_lake(home).catalogue.current("claims/maasoever/2025", FINAL_NIGHT)
    for step in (
        lambda: cost(home, "maasoever", 2025, FINAL_NIGHT),
        lambda: settle_on(home, "maasoever", 2025, FINAL_NIGHT),
    ):
        with pytest.raises(UncomputedTermsError) as caught:
            step()
        assert [piece for piece in says if piece not in str(caught.value)] == []
        assert "maasoever.yaml" in caught.value.where
        assert "Settle it on figures that the parties agree on" in caught.value.remedy
    assert open_lake(home).catalogue.current("claims/maasoever/2025", FINAL_NIGHT) == before


def test_the_contracts_of_the_region_are_computed_whole() -> None:
    for name in ("maasoever", "polderzorg", "examples/regiozorg"):
        contract = load(CHECKOUT / "contracts" / f"{name}.yaml")
        for year in contract.years:
            require_figures(contract, year)
            terms = contract.for_year(year)
            assert [*uncomputed(terms), *unmeasured(terms)] == []


def changed_terms(home: OcmoHome, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the region's contract, which is then without quality terms and without anybody to compare with."""
    path = home.contracts / "maasoever.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    del raw["quality"], raw["population"]["comparison_area"], raw["parties"]["comparison_providers"]
    change(raw)
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")


def own_history(raw: dict[str, Any]) -> None:
    raw["case_mix"]["model"]["values"] = {dt.date(2025, 1, 1): "own"}


def amount_per_insured_year(raw: dict[str, Any]) -> None:
    del raw["case_mix"], raw["baseline"], raw["trend"]
    parameter = {"clause": "5.1", "says": "Een bedrag per verzekerdejaar."}
    raw["target"] = {
        "method": {**parameter, "unit": "choice", "values": {dt.date(2025, 1, 1): "agreed"}},
        "amount": {**parameter, "unit": "EUR per unit", "values": {dt.date(2025, 1, 1): 1_500}},
    }


# Thirty persons at EUR 1,200 of hospital care a year: EUR 36,000.
@pytest.mark.parametrize(
    ("change", "savings", "payable"),
    [
        # the agreed growth of three years, weighted, and nothing cost more; shared at 50 %
        (own_history, 163_954, 81_977),
        # EUR 45,000 less 36,000; half of it, and at most a tenth of the target
        (amount_per_insured_year, 900_000, 450_000),
    ],
)
def test_a_contract_that_compares_with_nobody_is_computed_whole(
    home: OcmoHome, change: Callable[[dict[str, Any]], None], savings: int, payable: int
) -> None:
    changed_terms(home, change)
    night(home, FINAL_NIGHT)
    settled = settle_on(home, "maasoever", 2025, FINAL_NIGHT)
    assert (settled.statement.savings_cents, settled.statement.payable_cents) == (savings, payable)
    assert settled.reconciliation.closes


def test_what_is_looked_at_and_not_settled_is_told_too() -> None:
    terms = load(EXAMPLES / "longzorg.yaml").for_year(2025)
    found = list(unmeasured(terms))
    assert "the cost of new drugs (adjustments.new_drug, clause 5.6)" in found
    assert "measures of access (access.requirements, clause 6.4)" in found


def test_indicators_that_no_step_makes_are_told_with_the_one_that_was_perhaps_meant() -> None:
    terms = load(EXAMPLES / "longzorg.yaml").for_year(2025)
    told = [item for item in unmeasured(terms) if "quality.indicators" in item]
    assert len(told) == 3
    assert told[0] == "the indicator 'ccq_change' (quality.indicators, clause 6.1)"
    for code, meant in (
        ("eq5d_chnage", ", which may be a slip for 'eq5d_change'"),
        ("patient_happiness", ""),
    ):
        text = TEXT.replace("id: eq5d_change", f"id: {code}", 1)
        found = list(unmeasured(parse(text, source="contract.yaml").for_year(2025)))
        assert found == [f"the indicator '{code}'{meant} (quality.indicators, clause 6.1)"]


def test_the_indicators_that_are_made_are_those_of_the_nightly_step() -> None:
    assert tuple(INDICATORS) == MEASURED_INDICATORS


def test_a_version_that_stands_and_was_changed_stops_the_night(home: OcmoHome) -> None:
    path = home.contracts / "maasoever.yaml"
    register = StandingVersions(open_database(home.database_url))
    with writing(register.engine) as connection, connection.begin():
        register.hold(parse(path.read_text(encoding="utf-8"), source=path.name), 2025, connection)
    cost(home, "maasoever", 2025, FINAL_NIGHT)
    path.write_text(TEXT.replace("2025-01-01: 50000", "2025-01-01: 60000"), encoding="utf-8")
    with pytest.raises(ContractValueError, match="Version 1 of contract 'maasoever' was changed"):
        cost(home, "maasoever", 2025, FINAL_NIGHT + dt.timedelta(days=1))
