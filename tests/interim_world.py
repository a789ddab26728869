"""A made-up state of a contract year for tests of the interim report: small numbers, all of them chosen."""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction

from pipeline.contract import Contract, load
from pipeline.deliveries.missing import Came, Expected
from pipeline.reporting.interim.state import Book, Deliveries, Exposure, KindOfCare, Replaced, YearState
from pipeline.settlement import Figure, Figures, IndicatorFigure
from pipeline.settlement.figures import UNITS
from tests.settlement_world import EXAMPLE

CONTRACT = load(EXAMPLE)
POLDERZORG = load(EXAMPLE.with_name("polderzorg.yaml"))
SEPTEMBER = dt.date(2025, 9, 1)
DATE = dt.date(2025, 10, 15)


def figures(contract: Contract = CONTRACT, *, measured: bool = False) -> Figures:
    """10,000 insured years before; 9,000 in the months up to September, which cost 13.5 million so far."""
    values = {}
    for year in (2022, 2023, 2024, 2025):
        now = year == 2025
        stated = {
            "insured_months": 120_000,
            "insured_months_without_cell": 0,
            "actual_cents": 1_350_000_000 if now else 2_400_000_000,
            "truncated_cents": 20_000_000,
            "expected_cents": 1_300_000_000.5,
            "comparison_observed_cents": 1_600_000_000 if now else 2_500_000_000,
            "comparison_expected_cents": 1_600_000_000.0,
        }
        values |= {(name, year): Figure(value, UNITS[name]) for name, value in stated.items()}
    indicators = (
        {
            "complication_ratio": IndicatorFigure(0.91, 412, 0.83, 1.0, "ratio", 38),
            "eq5d_change": IndicatorFigure(0.18, 7, 0.05, 0.31, "utility"),
        }
        if measured
        else {}
    )
    return Figures(
        contract.id,
        2025,
        values,
        indicators,
        {"mart_expected_cost": "ab" * 32},
        ("valued_as_declared",),
        DATE,
    )


KINDS = (
    KindOfCare("hospital_product", True, False, 4_120, 1_210_000_000, 1_742_400_000, 0.6944, "chain_ladder"),
    KindOfCare("other_hospital", True, False, 2_200, 140_000_000, 147_000_000, 0.9524, "chain_ladder"),
    KindOfCare("addon_intensive_care", True, False, 6, 12_000_000, 14_000_000, 0.857, "chain_ladder"),
    KindOfCare("geriatric_rehabilitation", True, False, 31, 8_000_000, 8_000_000, None, "not_completed"),
    KindOfCare("pharmacy", False, False, 6_300, 205_000_000, 211_000_000, 0.9716, "chain_ladder"),
    KindOfCare("gp_registration", False, True, 8_900, 61_000_000, 61_000_000, 1.0, "chain_ladder"),
    KindOfCare("dental", False, False, 4, 120_000, 120_000, 1.0, "chain_ladder"),
)


def expected(**standings: Came) -> tuple[Expected, ...]:
    """What is expected over 2025 of three suppliers; `standings` by supplier, `came` when not said."""
    tables = {
        "zilverzorg": ("claim_line", "control_total", "insured"),
        "maasoever": ("clinical_event", "patient_report"),
        "berkenhof": ("clinical_event", "patient_report"),
    }
    return tuple(
        Expected(supplier, 2025, table, standings.get(supplier, Came.CAME))
        for supplier, names in tables.items()
        for table in names
    )


def state(*, measured: bool = False, cost_cents: int | None = None) -> YearState:
    """The example contract's 2025 on claims up to September."""
    given = figures(measured=measured)
    if cost_cents is not None:
        values = {**given.values, ("actual_cents", 2025): Figure(cost_cents, "cents")}
        given = dataclasses.replace(given, values=values)
    return YearState(
        contract=CONTRACT,
        year=2025,
        through=SEPTEMBER,
        figures=given,
        exposure={"contracted": Exposure(120_000, 91_000), "comparison": Exposure(130_000, 98_000)},
        run_out={"contracted": Fraction(5, 4), "comparison": Fraction(6, 5)},
        truncated_persons=25,
        kinds=KINDS,
        deliveries=Deliveries(
            expected(maasoever=Came.STOPPED, berkenhof=Came.MISSING),
            (Replaced("zilverzorg-2023-01", "zilverzorg-2023-02"),),
        ),
        payments={"availability": 240_000_000, "ceiling_settlement": -31_000_000},
        books=(
            Book(
                "zilverzorg",
                9_812_345_600,
                9_800_000_000,
                {
                    "rejected_at_supplier": 14_000_000,
                    "duplicate": -1_654_400,
                    "missing": None,
                    "unexplained": 0,
                },
            ),
        ),
    )


def polderzorg_state() -> YearState:
    """The second contract's 2025: bonus only, no quality terms."""
    given = state()
    small = dataclasses.replace(figures(POLDERZORG), notes=())
    return dataclasses.replace(given, contract=POLDERZORG, figures=small, payments={}, books=())
