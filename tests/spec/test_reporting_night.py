"""A night's summary: what came and how it stands, what a person must do, and what changed since the night before.

Here no contract has figures; how they change is in `test_reporting_night_contracts`.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.checks import Check, CheckResult, GateReport, Status
from pipeline.checks.deliveries import gate_deliveries
from pipeline.deliveries import Delivery, Register
from pipeline.deliveries.delivery import Status as Came
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from pipeline.reporting.night import NightFiles, NightSummary, night_text, read_text, summarise, write_night
from tests.unit.lake_world import LABEL, home_in

JUNE, JULY = dt.date(2026, 6, 30), dt.date(2026, 7, 15)
MARKER = "Geheim4711"
"""A value that stands in a row, and must stand in no report."""


def account(accepted: int, rejected: int = 0, **rules: int) -> dict[str, Any]:
    return {
        "rows_accepted": accepted,
        "rows_rejected": rejected,
        "cents_accepted": 100 * accepted,
        "cents_rejected": 100 * rejected,
        "rejected_by_rule": rules,
    }


def check(table: str, column: str, kind: str, severity: str, endangers: str) -> Check:
    name, says = f"{table}.{column}.{kind}", "something is wrong"
    return Check(name, table, kind, (column,), {}, says, Decimal(0), severity, (endangers,))


def verdict(*, failed: str = "") -> dict[str, Any]:
    """The gate's report on a delivery: of two checks, one may have failed."""
    checks = [
        check("claim_line", "quantity", "between", "warn", "cost"),
        check("insured", "sex_code", "values_in_set", "stop", "case_mix"),
    ]
    results = [
        CheckResult(check, Status.FAILED if check.id == failed else Status.PASSED, int(check.id == failed), 9)
        for check in checks
    ]
    return GateReport(tuple(results)).as_json()


def delivered(home: OcmoHome, delivery_id: str, **values: Any) -> None:
    """A delivery with two insured in the lake and its row in the register; accepted unless said otherwise."""
    row = Delivery(
        **{
            "arrival": delivery_id,
            "arrival_digest": delivery_id,
            "status": Came.ACCEPTED,
            "delivery_id": delivery_id,
            "contract": "maasoever",
            "supplier": "zilverzorg",
            "period": "2025",
            "delivered_on": JUNE,
            "manifest_digest": f"manifest of {delivery_id}",
            "pseudonym_label": LABEL,
            "persons": 2,
            "accounts": {"claim_line": account(10)},
            "checks": verdict(),
            **values,
        }
    )
    lake = open_lake(home)
    register = Register(lake.catalogue.engine)
    with lake.writing():
        file = lake.write_frame("raw_insured", insured(delivery_id), sort_by=["pid"], label=LABEL)
        lake.catalogue.publish(
            row.scope, JUNE, "inputs", [file], also=lambda connection: register.insert(row, connection)
        )


def insured(delivery_id: str) -> pl.DataFrame:
    """Two persons, one without a pseudonym; what stands as their sex and their practice is no code at all."""
    columns = {
        "pid": [b"A" * 16, None],
        "delivery_id": delivery_id,
        "insurer_code": "9991",
        "birth_year": 1960,
        "sex_code": MARKER,
        "postcode3_code": "531",
        "from_month": dt.date(2025, 1, 1),
        "insured_months": 12,
        "general_practice_code": MARKER,
        "wlz_from_month": None,
    }
    schema = canonical_table("insured").raw_schema
    return pl.DataFrame(dict.fromkeys(schema) | columns, schema=schema)


def refused(home: OcmoHome, arrival: str, reason: str) -> None:
    row = Delivery(arrival, arrival, Came.REFUSED, reason=reason, delivered_on=JUNE)
    Register(open_lake(home).catalogue.engine).insert(row)


@pytest.fixture
def home(tmp_path: Path) -> OcmoHome:
    return home_in(tmp_path)


def summary_of(home: OcmoHome, date: dt.date = JULY) -> NightSummary:
    """The summary, as it is written; it says the same as text, JSON and page."""
    summary = summarise(home, date)
    write_night(home, summary)
    return summary


def test_before_the_first_delivery_the_summary_says_so(home: OcmoHome) -> None:
    summary = summary_of(home, dt.date(2020, 1, 1))
    assert (summary.arrivals, summary.todo, summary.deliveries) == ((), (), {})
    assert "Nothing has been delivered up to this day." in night_text(summary)
    assert {state.failure for state in summary.contracts} == {"No delivery over 2025 counts yet."}


def test_link_rates_stand_by_delivery_and_table(home: OcmoHome) -> None:
    delivered(home, "zilverzorg-2025-01")
    assert [vars(one) for one in summary_of(home).linked] == [
        {
            "contract": "maasoever",
            "delivery_id": "zilverzorg-2025-01",
            "table": "insured",
            "rows": 2,
            "linked": 1,
            "known": 1,
        }
    ]


def test_no_value_of_a_row_gets_into_any_report(home: OcmoHome) -> None:
    """The gate itself judges rows full of a marker, and stops them; then every file is searched for it."""
    delivered(home, "zilverzorg-2025-01", status=Came.LINKED, checks=None)
    (judged,) = gate_deliveries(home, JULY)
    assert judged.status == "stopped"
    assert "insured.sex_code.values_in_set failed" in judged.reason
    summary = summary_of(home)
    assert "insured.sex_code.values_in_set" in summary.todo[0].what
    written = [path for path in home.reports.rglob("*") if path.is_file()]
    assert len(written) == 5
    assert not [path for path in written if MARKER in path.read_text()]
    page = (home.reports / "checks" / "zilverzorg-2025-01" / "index.html").read_text()
    assert "insured.general_practice_code.matches_pattern" in page
    assert page.count('<span class="pill failed">') >= 2


def test_what_came_stands_with_its_rows_euros_and_standing(home: OcmoHome) -> None:
    delivered(home, "zilverzorg-2025-01", accounts={"claim_line": account(10, 2, bsn=2)})
    delivered(home, "zilverzorg-2024-01", period="2024")
    delivered(home, "later", delivered_on=JULY + dt.timedelta(1))
    summary = summary_of(home)
    assert [(row.arrival, row.standing, row.rows, row.claim_cents) for row in summary.arrivals] == [
        ("zilverzorg-2024-01", "accepted", 10, 1_000),
        ("zilverzorg-2025-01", "accepted", 10, 1_000),
    ]
    assert summary.deliveries == {"accepted": 2}
    assert (summary.rows, summary.claim_cents) == (
        {"accepted": 20, "rejected": 2},
        {"accepted": 2_000, "rejected": 200},
    )
    assert [(row.supplier, row.table, row.rule, row.rows) for row in summary.rejected] == [
        ("zilverzorg", "claim_line", "bsn", 2)
    ]


def test_euros_of_claims_stand_apart_from_payments_and_from_what_is_no_sum_of_either(home: OcmoHome) -> None:
    tables = {"claim_line": account(10, 2), "non_claim_payment": account(3, 1), "control_total": account(5)}
    delivered(home, "zilverzorg-2025-01", accounts=tables)
    summary = summary_of(home)
    assert summary.rows == {"accepted": 18, "rejected": 3}
    assert summary.claim_cents == {"accepted": 1_000, "rejected": 200}
    assert summary.payment_cents == {"accepted": 300, "rejected": 100}
    claims, payments = (
        next(line.split(maxsplit=1)[1] for line in night_text(summary).splitlines() if line.startswith(start))
        for start in ("Claims ", "Payments ")
    )
    assert claims == "EUR 10.00 accepted, EUR 2.00 kept back by suppliers"
    assert payments == "EUR 3.00 accepted, EUR 1.00 kept back by suppliers"
    assert "EUR 10.00 of claims" in night_text(summary)


def test_what_is_rejected_again_in_a_replacement_counts_once(home: OcmoHome) -> None:
    delivered(home, "zilverzorg-2025-01", accounts={"claim_line": account(10, 2)})
    delivered(
        home, "zilverzorg-2025-02", accounts={"claim_line": account(20, 3)}, replaces="zilverzorg-2025-01"
    )
    summary = summary_of(home)
    assert summary.rows == {"accepted": 20, "rejected": 3, "replaced": 10}
    assert summary.claim_cents == {"accepted": 2_000, "rejected": 300, "replaced": 1_000}


def test_deliveries_of_two_epochs_keep_nothing_else_from_the_summary(home: OcmoHome) -> None:
    """Pseudonyms of two epochs never match: that contract has no link rates, and it stands to do."""
    delivered(home, "zilverzorg-2024-01", period="2024")
    delivered(home, "zilverzorg-2025-01", pseudonym_label=LABEL.replace(":1", ":2"))
    delivered(home, "kompas-2025-01", contract="polderzorg", supplier="kompas")
    summary = summary_of(home)
    assert [(one.contract, one.delivery_id) for one in summary.linked] == [("polderzorg", "kompas-2025-01")]
    (item,) = [item for item in summary.todo if item.where == "maasoever 2025"]
    assert "different epochs" in item.remedy


def test_a_refusal_is_told_once_with_what_to_do(home: OcmoHome) -> None:
    refused(home, "maasoever-2025-01", "The signature is wrong. maasoever must seal it again.")
    first = summary_of(home)
    assert [(item.where, item.remedy) for item in first.todo if item.where == "maasoever-2025-01"] == [
        ("maasoever-2025-01", "The signature is wrong. maasoever must seal it again.")
    ]
    second = summary_of(home, JULY + dt.timedelta(1))
    assert "maasoever-2025-01" not in [item.where for item in second.todo]
    assert [row.standing for row in second.arrivals] == ["refused"]


def test_a_stopped_delivery_stays_on_the_list_until_another_fills_its_place(home: OcmoHome) -> None:
    stopping = "insured.sex_code.values_in_set"
    delivered(
        home,
        "zilverzorg-2025-01",
        status=Came.STOPPED,
        reason=f"{stopping} failed",
        checks=verdict(failed=stopping),
    )
    for date in (JULY, JULY + dt.timedelta(1)):
        (item,) = [item for item in summary_of(home, date).todo if item.where == "zilverzorg-2025-01"]
        assert stopping in item.what
        assert "delivers them again under a new id, as the replacement of zilverzorg-2025-01" in item.remedy
    delivered(home, "zilverzorg-2025-02", replaces="zilverzorg-2025-01")
    summary = summary_of(home, JULY + dt.timedelta(2))
    assert "zilverzorg-2025-01" not in [item.where for item in summary.todo]
    assert summary.endangered == ()  # no figure uses what was stopped


def test_the_replacement_is_of_the_deliverys_id_and_not_of_its_folder(home: OcmoHome) -> None:
    delivered(home, "zilverzorg-2025-01", arrival="sent-by-mail", status=Came.STOPPED, reason="spoiled")
    (item,) = [item for item in summary_of(home).todo if item.where == "sent-by-mail"]
    assert item.remedy.endswith("as the replacement of zilverzorg-2025-01.")


def test_what_is_replaced_or_repeated_is_news_and_names_the_other(home: OcmoHome) -> None:
    delivered(home, "zilverzorg-2025-01")
    summary_of(home)
    delivered(home, "zilverzorg-2025-02", replaces="zilverzorg-2025-01")
    delivered(home, "copy", status=Came.REPEATED, repeats="zilverzorg-2025-02", checks=None)
    summary = summary_of(home, JULY + dt.timedelta(1))
    assert summary.since == JULY.isoformat()
    assert {(row.arrival, row.standing, row.replaced_by, row.repeats) for row in summary.news} == {
        ("zilverzorg-2025-01", "replaced", "zilverzorg-2025-02", ""),
        ("zilverzorg-2025-02", "accepted", "", ""),
        ("copy", "repeated", "", "zilverzorg-2025-02"),
    }
    assert summary.rows == {"accepted": 10, "rejected": 0, "replaced": 10}
    assert summary_of(home, JULY + dt.timedelta(2)).news == ()


def test_what_did_not_come_is_asked_for_when_its_year_has_ended(home: OcmoHome) -> None:
    """In 2025 the hospitals' records over 2025 are missing and may still come; in 2026 somebody must ask."""
    delivered(home, "zilverzorg-2025-01", delivered_on=dt.date(2025, 10, 10))
    during, after = (summary_of(home, dt.date(year, 12, 1)) for year in (2025, 2026))
    assert ("maasoever", "de-linde", 2025) in {
        (one.contract, one.supplier, one.year) for one in during.missing
    }
    assert "de-linde" not in " ".join(item.what for item in during.todo if "2025:" in item.what)
    assert "de-linde" in " ".join(item.what for item in after.todo if "2025:" in item.what)


def test_failed_checks_stand_with_the_outputs_that_they_endanger(home: OcmoHome) -> None:
    failed = "claim_line.quantity.between"
    delivered(home, "zilverzorg-2025-01", checks=verdict(failed=failed))
    summary = summary_of(home)
    assert [(one.output, one.delivery, one.check, one.found) for one in summary.endangered] == [
        ("cost", "zilverzorg-2025-01", failed, "1 of 9 rows, allowed 0%")
    ]
    assert summary.arrivals[0].warnings == 1


def test_a_half_that_waits_for_the_other_is_told(home: OcmoHome) -> None:
    folder = home.inbox / "berkenhof-2025-01"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"delivered_on": "2026-07-01"}')
    assert [item.remedy for item in summary_of(home).todo if item.where == "berkenhof-2025-01"] == [
        "Ask the TTP what its log says of `berkenhof-2025-01`; refused, the supplier must seal a new delivery."
    ]


def test_what_could_not_be_opened_is_told(home: OcmoHome) -> None:
    """Both halves are there and the register knows nothing of them: the night could not even refuse it."""
    for half in ("berkenhof-2025-01", "berkenhof-2025-01.map"):
        (home.inbox / half).mkdir(parents=True)
    (item,) = [item for item in summary_of(home).todo if item.where == "berkenhof-2025-01"]
    assert item.what == "It came and could not be taken in."


def test_the_same_night_again_leaves_every_file_as_it_is(home: OcmoHome) -> None:
    delivered(home, "zilverzorg-2025-01")
    summary_of(home)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in home.reports.rglob("*.*")}
    summary_of(home, JULY + dt.timedelta(1))  # a later night changes nothing of it either
    summary_of(home)
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before}
    assert after == before
    assert {path.relative_to(home.reports).as_posix() for path in before} == {
        "checks/index.html",
        "checks/zilverzorg-2025-01/index.html",
        "nights/2026-07-15/summary.html",
        "nights/2026-07-15/summary.json",
        "nights/2026-07-15/summary.txt",
    }


def test_the_summary_is_read_as_it_was_written(home: OcmoHome) -> None:
    summary = summary_of(home)
    assert read_text(home, JULY) == night_text(summary)
    assert json.loads(NightFiles.of(home, JULY).json.read_text()) == json.loads(json.dumps(summary.as_json()))
    with pytest.raises(NoDataError, match=r"2026-06-30 has no summary.*ocmo night run --date 2026-06-30"):
        read_text(home, JUNE)


def test_the_page_is_whole_in_itself(home: OcmoHome) -> None:
    """No script, nothing from elsewhere; every link leads to a page that is there."""
    delivered(home, "zilverzorg-2025-01", checks=verdict(failed="claim_line.quantity.between"))
    page = NightFiles.of(home, JULY).html
    summary_of(home)
    text = page.read_text()
    assert "<script" not in text
    assert "http" not in text
    links = {part.split('"')[0] for part in text.split('href="')[1:]}
    assert {"../../checks/index.html", "../../checks/zilverzorg-2025-01/index.html"} == links
    assert all((page.parent / link).resolve().is_file() for link in links)
