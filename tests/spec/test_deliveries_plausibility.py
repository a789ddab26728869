"""Plausibility: a delivery beside its supplier's earlier ones; what is out of proportion is told, with numbers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from pipeline.canonical import canonical_table, canonical_tables
from pipeline.checks.definitions import CHECKS
from pipeline.checks.report import CheckResult, Status
from pipeline.deliveries import Delivery, Register
from pipeline.deliveries.findings import settings
from pipeline.deliveries.plausibility import plausibility
from pipeline.home import OcmoHome
from pipeline.lake import engine_settings, open_lake
from tests.unit.deliveries_world import claims, insured
from tests.unit.lake_world import home_in, publish_delivery

MANY = range(1_000)


@pytest.fixture
def home(tmp_path: Path) -> OcmoHome:
    """In 2024 the supplier delivered a thousand persons with two lines of 100 euros each."""
    home = home_in(tmp_path)
    deliver(home, 2024, insured(MANY, first=dt.date(2024, 1, 1)), claims(MANY, year=2024))
    return home


def deliver(home: OcmoHome, year: int, persons: pl.DataFrame, lines: pl.DataFrame, **said: Any) -> Delivery:
    frames = {"insured": persons, "claim_line": lines}
    said = {"period": str(year), "delivered_on": dt.date(year + 1, 7, 1), **said}
    return publish_delivery(home, said.pop("delivery_id", f"zilverzorg-{year}-01"), frames, **said)


def found(home: OcmoHome, delivery: Delivery) -> dict[str, dict[str, Any]]:
    lake = open_lake(home)
    results = plausibility(lake, Register(lake.catalogue.engine), delivery, engine_settings(home))
    return {result["check"].removesuffix(".plausibility"): result for result in results}


def failed(home: OcmoHome, delivery: Delivery) -> list[str]:
    return [name for name, result in found(home, delivery).items() if result["status"] == "failed"]


def test_a_year_like_the_one_before_passes(home: OcmoHome) -> None:
    results = found(home, deliver(home, 2025, insured(MANY), claims(MANY)))
    assert {result["status"] for result in results.values()} == {"passed"}
    rows = results["claim_line.rows"]
    assert (rows["value"], rows["earlier"], rows["basis"]) == (2000, {"zilverzorg-2024-01": 2000}, "period")
    assert results["claim_line.mean_amount"]["value"] == 100


@pytest.mark.parametrize(
    ("lines", "measures"),
    [
        (claims(range(700)), ["rows"]),
        (claims(MANY, each=3, cents=10_000), ["rows", "rows_per_person"]),
        (claims(MANY, cents=13_000), ["mean_amount"]),
        (claims(MANY, cents=1_000_000), ["mean_amount"]),
        (claims(MANY, kinds=["pharmacy"]), ["mix"]),
        (claims(range(250, 1_250)), ["new_persons"]),
        (claims(range(0)), ["rows", "mix"]),
    ],
    ids=["fewer rows", "more rows", "dearer", "in cents", "one kind", "strangers", "empty"],
)
def test_what_is_out_of_proportion_fails(home: OcmoHome, lines: pl.DataFrame, measures: list[str]) -> None:
    delivery = deliver(home, 2025, insured(MANY), lines)
    assert failed(home, delivery) == [f"claim_line.{measure}" for measure in measures]


def test_a_finding_says_what_was_and_what_is(home: OcmoHome) -> None:
    finding = found(home, deliver(home, 2025, insured(MANY), claims(range(250, 1_250))))[
        "claim_line.new_persons"
    ]
    assert (finding["violated"], finding["denominator"], finding["threshold"]) == (250, 1000, "0.2")
    assert finding["reason"] == "250 of 1,000 persons are new; 20.0% is allowed"
    rows = found(home, deliver(home, 2023, insured(MANY), claims(range(700), year=2023)))
    assert rows["claim_line.rows"]["status"] == "not applicable", "2024 is no earlier period of 2023"


def test_several_earlier_years_span_what_is_usual(home: OcmoHome) -> None:
    deliver(home, 2023, insured(MANY), claims(MANY, each=4, year=2023))
    more = deliver(home, 2025, insured(MANY), claims(MANY, each=5))
    assert "claim_line.rows" not in failed(home, more)
    assert found(home, more)["claim_line.rows"]["limits"] == {"lowest": 0.75, "highest": 1.33}


def test_an_interim_delivery_is_held_against_the_interim_state_of_earlier_years(tmp_path: Path) -> None:
    """Nine months of lines are few beside a whole year's, and just as many beside its first nine months."""
    home = home_in(tmp_path)
    deliver(home, 2024, insured(MANY), claims(MANY, each=12, year=2024))
    nine_months = claims(MANY, each=9)
    delivery = deliver(home, 2025, insured(MANY), nine_months, delivered_on=dt.date(2025, 10, 10))
    assert failed(home, delivery) == []
    assert found(home, delivery)["claim_line.rows"]["earlier"] == {"zilverzorg-2024-01": 9000}


def test_a_replacing_delivery_is_held_against_the_one_it_replaces(home: OcmoHome) -> None:
    """Of the whole year only what could be in the interim delivery counts; there it must be as it was."""
    deliver(home, 2025, insured(MANY), claims(MANY, each=9), delivered_on=dt.date(2025, 10, 10))
    said = {"delivery_id": "zilverzorg-2025-02", "replaces": "zilverzorg-2025-01"}
    whole = deliver(home, 2025, insured(MANY), claims(MANY, each=12), **said)
    rows = found(home, whole)["claim_line.rows"]
    assert (rows["basis"], rows["value"], rows["earlier"]) == ("replaced", 9000, {"zilverzorg-2025-01": 9000})
    assert failed(home, whole) == []
    less = {"delivery_id": "zilverzorg-2025-03", "replaces": "zilverzorg-2025-02"}
    assert failed(home, deliver(home, 2025, insured(MANY), claims(MANY, each=6), **less)) == [
        "claim_line.rows",
        "claim_line.rows_per_person",
    ]


def test_a_person_whom_any_earlier_table_holds_is_not_new(home: OcmoHome) -> None:
    """The insured of 2024 who have their first claims in 2025 were delivered before."""
    deliver(
        home,
        2024,
        insured(range(2_000)),
        claims(MANY, year=2024),
        delivery_id="more",
        replaces="zilverzorg-2024-01",
    )
    assert "claim_line.new_persons" not in failed(
        home, deliver(home, 2025, insured(MANY), claims(range(500, 1_500)))
    )


@pytest.mark.parametrize(
    "other",
    [
        {"supplier": "kompas"},
        {"contract": "polderzorg"},
        {"status": "stopped"},
        {"delivered_on": dt.date(2027, 1, 1)},
    ],
    ids=["another's", "another contract's", "stopped", "later"],
)
def test_only_the_suppliers_own_accepted_earlier_ones_are_held_against(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    home = home_in(tmp_path)
    deliver(home, 2024, insured(MANY), claims(MANY, year=2024), **other)
    results = found(home, deliver(home, 2025, insured(MANY), claims(MANY)))
    assert {result["status"] for result in results.values()} == {"not applicable"}
    assert {result["reason"] for result in results.values()} == {
        "this supplier delivered no such table before"
    }


def test_a_table_that_cannot_be_read_is_an_error_without_a_value(home: OcmoHome) -> None:
    delivery = deliver(home, 2025, insured(MANY), claims(MANY))
    lake = open_lake(home)
    snapshot = lake.catalogue.current(delivery.scope)
    assert snapshot is not None
    lake.path(snapshot.file("raw_claim_line")).write_bytes(b"999900007")
    results = found(home, delivery)
    assert results["insured.rows"]["status"] == "passed"
    assert results["claim_line.rows"]["status"] == "error"
    assert "999900007" not in str(results)


def test_findings_have_the_shape_of_the_gates_results(home: OcmoHome) -> None:
    """So that they stand among them; no finding ever stops a delivery."""
    from pipeline.checks.definitions import check_definitions

    some_check = check_definitions(dt.date(2026, 7, 1))[0]
    of_the_gate = set(CheckResult(some_check, Status.PASSED).as_json())
    statuses = {str(status) for status in Status}
    for result in found(home, deliver(home, 2025, insured(MANY), claims(range(10)))).values():
        assert of_the_gate <= set(result)
        assert result["severity"] == "warn"
        assert result["status"] in statuses


def test_the_limits_are_of_tables_columns_measures_and_outputs_that_there_are() -> None:
    outputs = set(yaml.safe_load(CHECKS.read_text(encoding="utf-8"))["outputs"])
    for name, agreed in settings()["tables"].items():
        table = canonical_table(name)
        columns = set(table.polars_schema)
        assert {agreed.get("day", table.columns[0].name), agreed.get("mix", table.columns[0].name)} <= columns
        assert set(agreed["endangers"]) <= outputs
        for basis in ("period", "replaced"):
            limits = agreed["limits"][basis]
            assert set(limits) <= set(settings()["measures"])
            assert ("mix" in limits) <= ("mix" in agreed)
            assert ("mean_amount" in limits) <= bool(table.money_column)
            assert bool({"new_persons", "rows_per_person"} & set(limits)) <= table.is_personal
            assert all(limit.get("lowest", 0) <= 1 for limit in limits.values())
    left_out = set(canonical_tables()) - set(settings()["tables"])
    assert left_out == {
        "access_measure",
        "agreed_price",
        "consortium_member",
        "control_total",
        "indicator_return",
    }
