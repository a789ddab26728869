"""The official MZ301 example: checked, sealed, and on to the OCMO's tables, with its EUR 400.00."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.demo.roles import State
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pseudonymisation.agreement import Agreement
from tests.e2e.forked import ocmo
from tests.e2e.state import DATE

DELIVERY = "zilverzorg-2009-01"


def test_it_is_what_it_says(sealed: State, reference: Path) -> None:
    path = reference / "vektis" / "examples" / "MZ301_v1.3_example.asc"
    found = json.loads(ocmo(sealed, "supplier", "check", str(path), "--json"))
    assert (found["standard"], found["version"], found["outcome"]) == ("MZ301", "1.3", "accepted")
    assert (found["persons"], found["trailer_cents"]) == (2, 40_000)
    assert found["tables"]["claim_line"]["rows_accepted"] == 4
    assert found["tables"]["claim_line"]["cents_accepted"] == 40_000


def test_it_goes_on_to_the_ocmos_tables(copied: State, reference: Path) -> None:
    allow_two_persons(copied)
    path = reference / "vektis" / "examples" / "MZ301_v1.3_example.asc"
    home = copied.suppliers / "zilverzorg"
    ocmo(
        copied, "supplier", "seal", "--home", str(home), "--delivery", DELIVERY,
        "--period", "2009", "--delivered-on", "2009-08-01", str(path),
    )  # fmt: skip
    ocmo(copied, "ttp", "run")
    assert f"{DELIVERY}: accepted" in ocmo(copied, "night", "run", "--date", DATE)

    lake = open_lake(OcmoHome.open(copied.ocmo))
    snapshot = lake.catalogue.current(f"delivery/{DELIVERY}")
    assert snapshot is not None
    lines = pl.read_parquet(lake.path(snapshot.file("raw_claim_line")))
    assert (lines.height, lines["pid"].n_unique(), lines["pid"].null_count()) == (4, 2, 0)
    assert lines["declared_cents"].sum() == 40_000
    assert lines["care_type_code"].unique().to_list() == ["dental"]
    assert json.loads(ocmo(copied, "reconcile", "--date", DATE, "--json"))["closes"]


def allow_two_persons(state: State) -> None:
    """The example has two insured: every role's copy of the agreement gets that as its minimum."""
    for path in (*state.root.rglob("agreement.json"), *state.root.rglob("agreements/*.json")):
        replace(Agreement.load(path), minimum_persons=2).write(path)
