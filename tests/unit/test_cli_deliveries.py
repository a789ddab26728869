"""`ocmo deliveries`: what came, how it stands on a date, what is missing; and all about one."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.checks import Check, CheckResult
from pipeline.checks import Status as CheckStatus
from pipeline.cli.app import app
from pipeline.cli.failures import failure
from pipeline.deliveries import Delivery, Register, Status
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from tests.unit.deliveries_world import claims, insured, pid, raw_table
from tests.unit.lake_world import LABEL, home_in, publish_delivery

INTERIM, WHOLE, HOSPITAL, COPY, SPOILED = (
    "zilverzorg-2025-01",
    "zilverzorg-2025-02",
    "maasoever-2025-01",
    "copy-of-it",
    "kompas-2025-01",
)
OCTOBER, JULY = "2025-10-15", "2026-07-15"
FINDING = {
    "check": "claim_line.rows.plausibility",
    "table": "claim_line",
    "type": "plausibility",
    "measure": "rows",
    "status": "failed",
    "value": 6.0,
    "earlier": {INTERIM: 4.0},
    "limits": {"lowest": 0.95, "highest": 1.1},
}


def judged(status: str, violated: int) -> dict[str, Any]:
    """A verdict of the gate on six rows, of which it lets none pass."""
    name, says = "claim_line.quantity.between", "too many"
    check = Check(name, "claim_line", "between", ("quantity",), {}, says, Decimal(0), "warn", ("cost",))
    return CheckResult(check, CheckStatus(status), violated, 6).as_json()


CHECKS = {
    "results": [
        judged("passed", 0),
        judged("failed", 3),
        FINDING,
    ]
}


@pytest.fixture
def home(tmp_path: Path) -> OcmoHome:
    """An interim delivery and the whole one that replaces it, a hospital's, a copy of it, and one spoiled."""
    home = home_in(tmp_path)
    home.root.mkdir(parents=True)
    (home.root / "ocmo.yaml").write_text("inbox: ../inbox\n")
    register = {"insured": insured(range(3))}
    publish_delivery(
        home,
        INTERIM,
        {**register, "claim_line": claims(range(2))},
        **told(2),
        delivered_on=dt.date(2025, 10, 10),
    )
    publish_delivery(
        home,
        WHOLE,
        {**register, "claim_line": claims(range(3))},
        **told(3),
        replaces=INTERIM,
        delivered_on=dt.date(2026, 7, 1),
        checks=CHECKS,
    )
    operations = [{"pid": pid(number), "event_ref": str(number)} for number in range(1, 5)]
    publish_delivery(
        home, HOSPITAL, {"clinical_event": raw_table("clinical_event", operations)}, supplier="maasoever"
    )
    rows = Register(open_lake(home).catalogue.engine)
    reason = f"The same contents came before, as {HOSPITAL}; nothing changed."
    said: dict[str, Any] = {
        "contract": "maasoever",
        "delivery_id": HOSPITAL,
        "repeats": HOSPITAL,
        "reason": reason,
    }
    rows.insert(Delivery(COPY, "x", Status.REPEATED, **said))
    rows.insert(Delivery(SPOILED, "x", Status.REFUSED, reason="[signed by nobody]"))
    return home


def told(persons: int) -> dict[str, Any]:
    account = {
        "rows_delivered": 2 * persons + 1,
        "rows_accepted": 2 * persons,
        "rows_rejected": 1,
        "cents_delivered": 20_000 * persons + 100,
        "cents_accepted": 20_000 * persons,
        "cents_rejected": 100,
        "rejected_by_rule": {"bsn": 1},
    }
    return {"accounts": {"claim_line": account}, "persons": persons}


def run(home: OcmoHome, *arguments: str) -> str:
    result = CliRunner().invoke(
        app,
        ["deliveries", *arguments, "--home", str(home.root)],
        catch_exceptions=False,
        env={"COLUMNS": "80"},
    )
    assert result.exit_code == 0
    return result.stdout


def line(text: str, start: str) -> list[str]:
    (found,) = (row.split() for row in text.splitlines() if row.startswith(f"{start} "))
    return found


def test_the_list_shows_how_each_stands_and_what_counts(home: OcmoHome) -> None:
    listed = run(home, "list", "--date", JULY)
    table, _, below = listed.partition("\nknown: ")
    assert line(table, INTERIM) == [INTERIM, "replaced", "2025-10-10", "2", "4", "400.00"]
    assert line(table, WHOLE) == [WHOLE, "accepted", "2026-07-01", "3", "6", "600.00", "100.0%"]
    assert line(table, HOSPITAL) == [HOSPITAL, "accepted", "2026-07-15", "50.0%"], "two of four are insured"
    assert f"{INTERIM} replaced by {WHOLE}" in below
    assert f"{COPY} repeated: The same contents came before, as {HOSPITAL}; nothing changed." in below
    assert f"{SPOILED} refused: [signed by nobody]" in below


def test_a_date_shows_how_things_stood(home: OcmoHome) -> None:
    listed = run(home, "list", "--date", OCTOBER)
    assert line(listed, INTERIM)[1] == "accepted"
    assert WHOLE not in listed
    assert HOSPITAL not in listed.replace(f"as {HOSPITAL}", "")


def test_the_list_ends_with_what_is_missing_by_contract_and_year(home: OcmoHome) -> None:
    listed = run(home, "list", "--date", JULY)
    expected = json.loads(run(home, "list", "--date", JULY, "--json"))["expected"]
    of_it = [one for one in expected if (one["contract"], one["settlement_year"]) == ("maasoever", 2025)]
    came = [one["table"] for one in of_it if one["standing"] == "came"]
    assert came == ["claim_line"], "as the accounts say"
    assert f"maasoever 2025: 1 of {len(of_it)} expected tables came." in listed
    (lacking,) = (row for row in listed.splitlines() if row.startswith("  zilverzorg 2022: "))
    assert "claim_line" in lacking
    assert lacking.endswith(" missing")


def test_the_json_holds_the_whole_register(home: OcmoHome) -> None:
    rows = json.loads(run(home, "list", "--json"))["deliveries"]
    assert {row["arrival"]: row["standing"] for row in rows} == {
        INTERIM: "replaced",
        WHOLE: "accepted",
        HOSPITAL: "accepted",
        COPY: "repeated",
        SPOILED: "refused",
    }
    assert [row["replaced_by"] for row in rows if row["arrival"] == INTERIM] == [WHOLE]


def test_one_delivery_in_full(home: OcmoHome) -> None:
    shown = run(home, "show", WHOLE)
    assert f"{WHOLE} accepted, replaces {INTERIM}" in shown
    assert "From zilverzorg for contract maasoever, period 2025, delivered on 2026-07-01" in shown
    accounted, beside = (row.split()[2:] for row in shown.splitlines() if row.startswith("claim_line rows "))
    assert accounted == ["7", "6", "1", "bsn", "1"]
    assert beside == ["failed", "6", "4", "0.95", "to", "1.1", "times"]
    assert "EUR 601.00 EUR 600.00 EUR 1.00" in " ".join(shown.split())
    assert "Checks of the gate: 1 failed, 1 passed" in shown
    assert "claim_line.quantity.between failed: too many (3 of 6 rows, allowed 0%)" in shown


def test_every_arrival_of_an_id_is_shown_with_its_folder(home: OcmoHome) -> None:
    shown = run(home, "show", HOSPITAL)
    assert f"{HOSPITAL} (folder {COPY}) repeated" in shown
    assert f"{HOSPITAL} accepted" in shown
    assert json.loads(run(home, "show", COPY, "--json"))[0]["repeats"] == HOSPITAL


def test_a_delivery_that_never_came(home: OcmoHome) -> None:
    result = CliRunner().invoke(app, ["deliveries", "show", "nobodys", "--home", str(home.root)])
    told = failure(result.exception)  # type: ignore[arg-type]
    assert told is not None
    assert told.exit_code == 30
    assert "No delivery 'nobodys' has come" in told.message


def test_deliveries_of_two_epochs_are_listed_without_shares(home: OcmoHome) -> None:
    publish_delivery(home, "zilverzorg-2024-01", period="2024", pseudonym_label=LABEL.replace(":1", ":2"))
    listed = run(home, "list", "--date", JULY)
    assert line(listed, WHOLE) == [WHOLE, "accepted", "2026-07-01", "3", "6", "600.00"]
    assert "No shares are known of contract maasoever: Deliveries of contract maasoever carry" in listed


def test_before_anything_came_the_first_year_is_awaited(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    home.root.mkdir(parents=True)
    (home.root / "ocmo.yaml").write_text("inbox: ../inbox\n")
    listed = run(home, "list")
    assert listed.startswith("Nothing has come yet.")
    assert "maasoever 2025: 0 of" in listed
