"""No BSN, name, birth date or claim number in anything under the OCMO's home, nor in what it is sent."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from pipeline.demo.roles import State
from pipeline.intake.messages.layouts import identify
from tests.e2e.identifier_matching import Identifiers
from tests.e2e.identifier_scan import scan

FIRST_CARE = dt.date(2022, 1, 1)
"""Who was born later has a birth date on which care was given too, so that date alone shows nothing."""
WLZ_BEGAN = dt.date(2015, 1, 1)
"""From then on the first of a month may be the month of somebody's entry into the Wlz, and shows as little."""


def known_to_suppliers(state: State) -> Identifiers:
    """What the suppliers' own files hold of their patients."""
    people = pl.concat(
        pl.read_csv(path, separator=";", infer_schema=False)
        for path in sorted(state.suppliers.glob("*/files/verzekerden-*.csv"))
    )
    records = pl.concat(
        pl.read_csv(path, separator=";", infer_schema=False)
        for path in sorted(state.suppliers.glob("*/files/operaties-*.csv"))
    )
    born = people["geboortedatum"].str.to_date("%d-%m-%Y").unique()
    return Identifiers(
        bsns=frozenset([*people["burgerservicenummer"], *records["burgerservicenummer"]]),
        names=frozenset(people["geboortenaam"].unique()),
        birth_dates=frozenset(born.filter((born < FIRST_CARE) & ((born.dt.day() > 1) | (born < WLZ_BEGAN)))),
        claim_numbers=frozenset([*claim_numbers(state.suppliers), *records["operatienummer"]]),
    )


def claim_numbers(suppliers: Path) -> set[str]:
    """The reference numbers of all claim lines that came in a message."""
    numbers: set[str] = set()
    for standard, record in (("zh308", "06"), ("ap304", "04"), ("mz301", "04")):
        for path in sorted(suppliers.glob(f"*/files/{standard}-*.asc")):
            lines = path.read_text(encoding="latin-1").splitlines()
            field = identify(lines[0]).field(f"{record}.line_reference")
            numbers |= {
                line[field.start - 1 : field.end].strip() for line in lines if line.startswith(record)
            }
    return numbers


def test_nothing_under_the_ocmos_home_or_on_its_way_there(settled: State) -> None:
    identifiers = known_to_suppliers(settled)
    assert len(identifiers.bsns) > 4_000
    assert len(identifiers.claim_numbers) > 5_000
    assert scan(settled.ocmo, identifiers) == []
    assert scan(settled.ttp, identifiers) == []
    assert scan(settled.drop, identifiers) == []


def test_the_scan_sees_them_where_they_are(settled: State) -> None:
    """The same scan over a supplier's home finds every kind, so that an empty result means something."""
    found = scan(settled.home("supplier", "maasoever"), known_to_suppliers(settled))
    assert {"BSN", "birth date", "claim number"} <= {finding.kind for finding in found}
    register = settled.home("supplier", "zilverzorg") / "files" / "verzekerden-2025.csv"
    assert register.is_file()
