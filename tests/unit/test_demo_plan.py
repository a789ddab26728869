"""The plan of deliveries: one a period, an interim one of the contract year, and what each of them holds."""

from __future__ import annotations

import datetime as dt

import pytest

from pipeline.demo.edits import Edit
from pipeline.demo.files import RegionFile
from pipeline.demo.plan import Plan, plan_of
from pipeline.demo.summary import RegionSummary


def file(supplier: str, name: str, table: str, year: int, last: str = "") -> RegionFile:
    return RegionFile(supplier, f"{supplier}/files/{name}", table, "", year, 0, 0, "", last, last)


REGION = RegionSummary(
    0,
    1,
    "",
    (
        file("kompas", "insured-2024.csv", "insured", 2024, "2025-06-30"),
        file("kompas", "claims-2024.asc", "claim_line", 2024, "2025-03-31"),
        file("kompas", "insured-2025-interim.csv", "insured", 2025, "2025-09-30"),
        file("kompas", "insured-2025.csv", "insured", 2025, "2026-06-30"),
        file("kompas", "claims-2025-q3.asc", "claim_line", 2025, "2025-09-30"),
        file("kompas", "claims-2025-q4.asc", "claim_line", 2025, "2025-12-31"),
        file("kompas", "providers-2025.csv", "provider", 2025, "2025-01-01"),
        file("linde", "operations-2025.csv", "clinical_event", 2025),
    ),
)


@pytest.fixture
def plan() -> Plan:
    return plan_of(REGION)


def names(plan: Plan, delivery_id: str) -> set[str]:
    return {one.name for one in plan.delivery(delivery_id).files}


def test_ids_days_and_what_replaces_what(plan: Plan) -> None:
    assert [(one.delivery_id, one.delivered_on, one.replaces) for one in plan.deliveries] == [
        ("kompas-2024-01", dt.date(2025, 7, 1), ""),
        ("kompas-2025-01", dt.date(2025, 10, 10), ""),
        ("kompas-2025-02", dt.date(2026, 7, 1), "kompas-2025-01"),
        ("linde-2025-01", dt.date(2026, 7, 1), ""),
    ]


def test_the_interim_delivery_holds_what_was_invoiced_by_the_end_of_september(plan: Plan) -> None:
    interim = {"insured-2025-interim.csv", "claims-2025-q3.asc", "providers-2025.csv"}
    assert names(plan, "kompas-2025-01") == interim


def test_the_whole_holds_every_claim_and_of_each_state_the_newest(plan: Plan) -> None:
    whole = {"insured-2025.csv", "claims-2025-q3.asc", "claims-2025-q4.asc", "providers-2025.csv"}
    assert names(plan, "kompas-2025-02") == whole


def test_an_edit_concerns_every_delivery_of_the_file_or_one_of_them(plan: Plan) -> None:
    edit = Edit("defect", lambda material: material.content)
    path = "kompas/files/claims-2025-q3.asc"

    def edited(changed: Plan) -> list[str]:
        return [one.delivery_id for one in changed.deliveries for f in one.files if f.edits]

    assert edited(plan.edited(path, edit)) == ["kompas-2025-01", "kompas-2025-02"]
    assert edited(plan.edited(path, edit, only_in="kompas-2025-02")) == ["kompas-2025-02"]


def test_deliveries_can_be_put_in_the_place_of_one(plan: Plan) -> None:
    first = plan.delivery("linde-2025-01")
    changed = plan.put("linde-2025-01", first, first)
    assert [one.delivery_id for one in changed.of("linde")] == ["linde-2025-01", "linde-2025-01"]
    with pytest.raises(KeyError):
        plan.put("nobody-2025-01")
