"""From published deliveries to the books' differences with their causes, and to completed cost."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline.canonical import canonical_table
from pipeline.claims import book_differences, bucket_reasons, build_claims
from pipeline.claims.books import BookDifferences
from pipeline.claims.reasons import NON_CLAIM_PAYMENT
from pipeline.cli.app import app
from pipeline.completion import build_completion, completed
from pipeline.database import writing
from pipeline.deliveries import Status
from pipeline.deliveries.removed import Removed, RemovedRows
from pipeline.errors import NoDataError
from pipeline.home import OcmoHome
from pipeline.lake import open_lake
from tests.claims_world import PERSONS, claim, period
from tests.unit.lake_world import DAY, home_in, publish_delivery

CONTRACT, YEAR = "maasoever", 2025
OTHER_TABLES = {"insured", "control_total", "non_claim_payment", "provider"}
ALL_CAME = {name: {} for name in OTHER_TABLES}


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=canonical_table(table).raw_schema)


def line(ref: str, month: int, cents: int, **values: Any) -> dict[str, Any]:
    """Hospital care of a month of 2025, invoiced at the end of it."""
    day = dt.date(2025, month, 5)
    return claim(ref, PERSONS[0], day, cents, invoiced_date=day.replace(day=25), **values)


def total(cents: int, lines: int, day: dt.date = dt.date(2026, 6, 30), **values: Any) -> dict[str, Any]:
    return {
        "delivery_id": "",
        "insurer_code": "9991",
        "year_of_loss": 2025,
        "care_type_code": "hospital_product",
        "as_of_date": day,
        "booked_lines": lines,
        "booked_cents": cents,
        **values,
    }


def deliver(
    home: OcmoHome,
    delivery_id: str,
    lines: list[dict[str, Any]],
    totals: list[dict[str, Any]],
    account: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """An insurer's delivery; its account of claim lines is that all was accepted, unless said otherwise."""
    insured = [period(PERSONS[0], dt.date(2025, 1, 1), 12)] if totals else []
    frames = {
        "claim_line": frame("claim_line", lines),
        "insured": frame("insured", insured),
        "control_total": frame("control_total", totals),
    }
    accounts = ALL_CAME | {"claim_line": account or {"rows_rejected": 0, "cents_rejected": 0}}
    publish_delivery(home, delivery_id, frames, accounts=accounts, **values)


def books(home: OcmoHome) -> BookDifferences:
    build_claims(home, CONTRACT, YEAR, DAY)
    return book_differences(home, CONTRACT, YEAR, DAY)


def causes(found: BookDifferences) -> dict[str, tuple[int | None, int | None]]:
    (zilverzorg,) = (one for one in found.suppliers if one.supplier == "zilverzorg")
    return {cause.code: (cause.lines, cause.cents) for cause in zilverzorg.causes}


@pytest.fixture
def home(tmp_path: Path) -> OcmoHome:
    """A home in which the baseline years came, with nothing in them."""
    home = home_in(tmp_path)
    for year in ("2022", "2023", "2024"):
        deliver(home, f"zilverzorg-{year}-01", [], [], period=year)
    return home


def test_books_that_agree_have_no_cause_but_nothing(home: OcmoHome) -> None:
    deliver(home, "zilverzorg-2025-01", [line("1", 3, 100)], [total(100, 1)])
    assert causes(books(home)) == {"unexplained": (0, 0)}


def test_every_part_of_a_difference_has_its_name(home: OcmoHome) -> None:
    """Booked: the lines that came once, those kept back, and 5 cents that nobody can explain."""
    lines = [
        line("1", 3, 100),
        line("orphan", 4, -30, corrected_line_ref="never came"),
        line("later", 5, 9) | {"invoiced_date": dt.date(2026, 7, 2)},
        line("no books", 6, 17, insurer_code="9992"),
    ]
    account = {
        "rows_rejected": 3,
        "cents_rejected": 60,
        "rejected_by_rule": {"bsn": 2, "duplicate": 1},
        "rejected_cents_by_rule": {"bsn": 40, "duplicate": 20},
    }
    deliver(home, "zilverzorg-2025-01", lines, [total(145, 3)], account)
    deliver(home, "zilverzorg-2025-again", [line("1", 3, 100)], [])
    found = books(home)
    assert causes(found) == {
        "rejected_at_supplier": (2, 40),
        "duplicate": (-1, -100),
        "orphan_credit": (-1, 30),
        "after_books": (-1, -9),
        "no_books": (-1, -17),
        "unexplained": (0, 5),
    }
    (supplier,) = (one for one in found.suppliers if one.supplier == "zilverzorg")
    assert supplier.difference_cents == 145 - 196 == sum(cents or 0 for _, cents in causes(found).values())
    assert supplier.unexplained_cents == 5


def test_a_stopped_delivery_is_a_cause_until_another_stands_in_for_it(home: OcmoHome) -> None:
    lines = [line("1", 3, 100), line("2", 4, 11), line("3", 5, 7) | {"invoiced_date": dt.date(2026, 7, 2)}]
    deliver(home, "zilverzorg-2025-01", [], [total(111, 2)], period="2024")
    deliver(home, "zilverzorg-2025-02", lines, [], status=Status.STOPPED)
    found = books(home)
    assert causes(found)["stopped"] == (2, 111)
    assert causes(found)["unexplained"] == (0, 0)
    deliver(home, "zilverzorg-2025-03", lines[:2], [], replaces="zilverzorg-2025-02")
    assert causes(books(home)) == {"unexplained": (0, 0)}


def test_a_credit_whose_claim_was_kept_back_leaves_nothing_unexplained(home: OcmoHome) -> None:
    """Booked: a claim of 60 and its credit. The claim stayed with the supplier, so that the credit is an orphan."""
    account = {"rows_rejected": 1, "cents_rejected": 60, "credits_of_rejected": {"rows": 1, "cents": -60}}
    lines = [line("credit", 3, -60, corrected_line_ref="kept back")]
    deliver(home, "zilverzorg-2025-01", lines, [total(0, 2)], account)
    assert causes(books(home)) == {
        "rejected_at_supplier": (1, 60),
        "orphan_credit": (-1, 60),
        "credit_of_rejected": (1, -60),
        "unexplained": (0, 0),
    }


def test_lines_of_persons_who_left_are_named(home: OcmoHome) -> None:
    """Booked: three claims. Of one the person objected, of another a rotation left the person behind."""
    deliver(home, "zilverzorg-2025-01", [line("1", 3, 100)], [total(111, 3)])
    lake = open_lake(home)
    left = RemovedRows(lake.catalogue.engine)
    with writing(left.engine) as connection, connection.begin():
        for why, cents in (("objection", 7), ("rotation", 4)):
            left.add([Removed("zilverzorg-2025-01", "claim_line", why, 1, cents, cents)], connection)
        left.add([Removed("zilverzorg-2025-01", "insured", "objection", 1, 0, 0)], connection)
        left.add([Removed("replaced-2025", "claim_line", "objection", 5, 500, 500)], connection)
    found = books(home)
    assert causes(found) == {"removed": (2, 11), "unexplained": (0, 0)}
    assert found.suppliers[0].causes[0].about == ("zilverzorg-2025-01",)


def test_what_a_stopped_delivery_kept_back_is_named_too(home: OcmoHome) -> None:
    """Its credits came in no delivery that counts, so that they are no orphans: they are among its lines."""
    account = {"rows_rejected": 1, "cents_rejected": 60, "credits_of_rejected": {"rows": 1, "cents": -60}}
    lines = [line("1", 3, 100), line("credit", 3, -60, corrected_line_ref="kept back")]
    stopped = {"account": account, "status": Status.STOPPED}
    deliver(home, "zilverzorg-2025-01", [], [total(100, 3)], period="2024")
    deliver(home, "zilverzorg-2025-02", lines, [], **stopped)
    expected = {"rejected_at_supplier": (1, 60), "stopped": (2, 40), "unexplained": (0, 0)}
    assert causes(books(home)) == expected
    deliver(home, "zilverzorg-2025-03", lines, [], replaces="zilverzorg-2025-02", **stopped)
    found = books(home)
    assert causes(found) == expected, "of a place that was stopped twice the last holds all"
    assert found.suppliers[0].causes[1].about == ("zilverzorg-2025-03",)
    whole = [*lines, line("kept back", 3, 60)]
    deliver(home, "zilverzorg-2025-04", whole, [], replaces="zilverzorg-2025-03")
    assert causes(books(home)) == {"unexplained": (0, 0)}


def test_a_stopped_delivery_explains_nothing_of_a_year_that_is_not_booked(home: OcmoHome) -> None:
    """The newest books are those of the period before: they hold nothing of 2026, whatever their day."""
    account = {"rows_rejected": 1, "cents_rejected": 60}
    deliver(home, "zilverzorg-2025-01", [line("1", 3, 100)], [total(100, 1)])
    early = line("2", 3, 11) | {"opening_date": dt.date(2026, 1, 5)}
    deliver(home, "zilverzorg-2026-01", [early], [], account, period="2026", status=Status.STOPPED)
    assert causes(books(home)) == {"unexplained": (0, 0)}


def test_claims_that_did_not_come_are_named_without_an_amount(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    deliver(home, "zilverzorg-2025-01", [line("1", 3, 100)], [total(150, 2)])
    found = books(home)
    assert causes(found) == {"missing": (None, None), "unexplained": (1, 50)}
    about = found.suppliers[0].causes[0].about
    assert about == tuple(f"zilverzorg {year} claim_line" for year in (2022, 2023, 2024))


def test_as_json_holds_no_date_or_number_that_json_does_not_know(home: OcmoHome) -> None:
    deliver(home, "zilverzorg-2025-01", [line("1", 3, 100)], [total(100, 1)])
    told = books(home).as_json()
    assert told["suppliers"][0]["as_of_date"] == "2026-06-30"
    assert told["rows"][0]["booked_cents"] == 100


def test_nothing_is_told_of_a_night_that_did_not_run(home: OcmoHome) -> None:
    deliver(home, "zilverzorg-2025-01", [line("1", 3, 100)], [total(100, 1)])
    for ask in (book_differences, completed):
        with pytest.raises(NoDataError, match="no figures"):
            ask(home, CONTRACT, YEAR, DAY)


def test_cost_is_completed_once_and_found_again(home: OcmoHome) -> None:
    """Half of each month is invoiced in it and half in the next; December's second half is still to come."""
    halves = [
        line(f"{month} {part}", month, 500) | {"invoiced_date": dt.date(2025, month + part, 25)}
        for month in range(1, 13)
        for part in (0, 1)
        if month + part <= 12
    ]
    deliver(home, "zilverzorg-2025-01", halves, [total(11_500, 23)])
    made = build_completion(home, CONTRACT, YEAR, DAY)
    assert build_completion(home, CONTRACT, YEAR, DAY, published_only=True) == made
    found = completed(home, CONTRACT, YEAR, DAY)
    columns = ("care_type_code", "method", "cents_so_far", "completed_cents", "run_out_months")
    assert found.select(columns).rows() == [("hospital_product", "chain_ladder", 11_500, 12_000, 0)]


def test_every_bucket_has_its_reason_in_the_order_of_the_rule() -> None:
    claims, payments = bucket_reasons(), bucket_reasons(NON_CLAIM_PAYMENT)
    assert list(claims) == [
        *("duplicate", "unlinked", "orphan_credit", "outside_years", "outside_population"),
        *("out_of_domain", "in_domain"),
    ]
    assert list(payments) == [
        *("duplicate", "outside_years", "outside_payer", "outside_providers", "out_of_domain", "in_domain"),
    ]
    assert all(reason.dutch and reason.english for reason in [*claims.values(), *payments.values()])


def told(home: OcmoHome, *options: str) -> tuple[int, str]:
    """What `ocmo books` says on the terminal about the home."""
    (home.root / "ocmo.yaml").write_text("threads: 1\n")
    line = ["books", "--contract", CONTRACT, "--date", str(DAY), "--home", str(home.root), *options]
    result = CliRunner().invoke(app, line)
    return result.exit_code, result.output


def test_the_command_tells_each_cause_and_where_they_differ(home: OcmoHome) -> None:
    twice = [line("1", 3, 100_000)]
    deliver(home, "zilverzorg-2025-01", twice, [total(100_500, 2)])
    deliver(home, "zilverzorg-2025-again", twice, [])
    build_claims(home, CONTRACT, YEAR, DAY)
    code, said = told(home)
    assert code == 0
    assert "zilverzorg, books up to 2026-06-30" in said
    assert re.search(r"came more than once +-1 +-1,000\.00", said)
    assert re.search(r"unexplained +1 +5\.00", said)
    assert re.search(r"9991 +2025 +hospital_product +1,005\.00 +2,000\.00 +-995\.00", said)
    assert json.loads(told(home, "--json")[1])["suppliers"][0]["unexplained_cents"] == 500


def test_the_command_says_when_there_is_nothing_to_hold_against_the_books(home: OcmoHome) -> None:
    (home.root / "ocmo.yaml").write_text("threads: 1\n")
    line = ["books", "--contract", "unheard-of", "--date", str(DAY), "--home", str(home.root)]
    assert isinstance(CliRunner().invoke(app, line).exception, NoDataError)
