"""Taking one arrival in: linked, refused, repeated or waiting; each on its own, and nothing twice."""

from __future__ import annotations

import datetime as dt
import importlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.deliveries import Status, raw_inputs
from pipeline.lake import open_lake
from pseudonymisation.errors import AgreementError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import TablesManifest
from tests.unit.linkage_world import (
    FIRST,
    SECOND,
    SUMMER,
    THIRD,
    Linkage,
    canonical,
    claim_lines,
    providers,
)
from tests.unit.pseudonymisation_world import HOSPITAL, INSURER, NUMBERS, TTP, resign


@pytest.fixture
def line(tmp_path: Path) -> Linkage:
    return Linkage.make(tmp_path)


def copy(line: Linkage, name: str, onto: str, *suffixes: str) -> None:
    for suffix in suffixes or ("", ".map"):
        shutil.copytree(line.home.inbox / f"{name}{suffix}", line.home.inbox / f"{onto}{suffix}")


def test_a_delivery_is_linked_and_its_row_says_what_its_manifest_said(line: Linkage) -> None:
    line.send(tables={"claim_line": claim_lines(), "provider": providers()}, replaces="insurer-2025-00")
    assert line.take_in().outcome == Status.LINKED
    row = line.row()
    assert (row.delivery_id, row.contract, row.supplier, row.period) == (FIRST, "maasoever", INSURER, "2025")
    assert (row.replaces, row.delivered_on, row.persons) == ("insurer-2025-00", SUMMER, len(NUMBERS))
    assert (row.total("rows_accepted"), row.total("cents_accepted")) == (len(NUMBERS) + 1, 100 * len(NUMBERS))
    snapshot = open_lake(line.home).catalogue.current(row.scope)
    assert snapshot is not None
    assert {file.table: file.rows for file in snapshot.files} == {
        "raw_claim_line": len(NUMBERS),
        "raw_provider": 1,
    }
    assert line.take_in().outcome == "known"


def test_a_delivery_waits_for_its_map(line: Linkage) -> None:
    line.send(mapped=False)
    assert line.take_in().outcome == "waiting"
    assert line.register.all() == []
    line.world.process(FIRST)
    assert line.take_in().outcome == Status.LINKED


def test_what_cannot_be_opened_is_refused_and_keeps_what_was_signed(line: Linkage) -> None:
    line.send()
    blob = line.home.inbox / FIRST / "claim_line-0001.blob"
    blob.write_bytes(blob.read_bytes()[:-1])
    taken = line.take_in()
    assert (taken.outcome, taken.kind) == (Status.REFUSED, "blob")
    row = line.row()
    assert (row.supplier, row.period, row.reason) == (INSURER, "2025", taken.reason)
    (line.home.inbox / FIRST / "manifest.sig").write_bytes(b"x")
    assert line.take_in().kind == "signature"
    unsigned = next(row for row in line.register.all() if "signed by nobody" in row.reason)
    assert (unsigned.supplier, unsigned.delivered_on) == (None, SUMMER), "a claim of nobody's"


def test_no_delivery_is_refused_for_an_agreement_that_the_ocmo_lacks(line: Linkage) -> None:
    """The signer may stand in the agreement that is missing; what is refused would not be tried again."""
    line.send()
    agreement = line.home.agreements / "maasoever.json"
    agreement.rename(agreement.with_name("held back"))
    other = replace(line.world.agreement, suppliers=line.world.agreement.suppliers[1:])
    other.write(line.home.agreements / "another.json")
    with pytest.raises(AgreementError, match="contracts without an agreement: maasoever"):
        line.take_in()
    assert line.register.all() == []
    agreement.with_name("held back").rename(agreement)
    assert line.take_in().outcome == Status.LINKED


def test_a_copied_folder_is_repeated_and_changes_nothing(line: Linkage) -> None:
    line.send()
    line.accept(FIRST)
    before = raw_inputs(open_lake(line.home), "maasoever", SUMMER)
    copy(line, FIRST, "copy-of-it")
    copy(line, FIRST, "copy-without-map", "")
    for name in ("copy-of-it", "copy-without-map"):
        taken = line.take_in(name)
        assert (taken.outcome, taken.reason) == (
            Status.REPEATED,
            f"The same contents came before, as {FIRST}; nothing changed.",
        )
        assert line.row(name).repeats == FIRST
        assert line.take_in(name).outcome == "known"
    assert raw_inputs(open_lake(line.home), "maasoever", SUMMER) == before


def test_of_a_folder_and_its_copy_the_one_with_another_name_is_the_copy(line: Linkage) -> None:
    """Whichever is looked at first: its name sorts first here."""
    line.send()
    copy(line, FIRST, "a-copy")
    copy(line, FIRST, "a-copy-without-map", "")
    for name in ("a-copy", "a-copy-without-map"):
        assert line.take_in(name).outcome == Status.REPEATED
        assert line.row(name).repeats == FIRST
    assert line.take_in(FIRST).outcome == Status.LINKED


@pytest.mark.parametrize("half", ["", ".map"])
def test_a_whole_copy_of_a_damaged_folder_is_taken_in(line: Linkage, half: str) -> None:
    line.send()
    copy(line, FIRST, "a-copy")
    blob = next((line.home.inbox / f"{FIRST}{half}").glob("*-0001.blob"))
    blob.write_bytes(b"x")
    assert line.take_in(FIRST).outcome == Status.REFUSED
    assert line.take_in("a-copy").outcome == Status.LINKED


def test_the_same_files_under_a_new_id_are_repeated_unless_they_replace(line: Linkage) -> None:
    line.send(files=["a", "b"])
    line.accept(FIRST)
    line.send(SECOND, files=["b"], mapped=False)
    assert line.take_in(SECOND).outcome == Status.REPEATED
    line.send(THIRD, files=["b", "c"], mapped=False)
    assert line.take_in(THIRD).outcome == "waiting", "it holds a file that was not in the first"
    line.send("insurer-2025-04", files=["a", "b"], replaces=FIRST)
    assert line.take_in("insurer-2025-04").outcome == Status.LINKED


def test_the_same_files_for_another_period_or_of_another_supplier_are_not_repeated(line: Linkage) -> None:
    line.send(files=["a"])
    line.accept(FIRST)
    line.send("insurer-2024-01", {"claim_line": claim_lines(year=2024)}, files=["a"], period="2024")
    line.send("hospital-2025-01", supplier=HOSPITAL, files=["a"])
    assert line.take_in("insurer-2024-01").outcome == Status.LINKED
    assert line.take_in("hospital-2025-01").outcome == Status.LINKED


def test_what_was_refused_may_come_again(line: Linkage) -> None:
    line.send()
    blob = line.home.inbox / FIRST / "claim_line-0001.blob"
    whole = blob.read_bytes()
    blob.write_bytes(b"x")
    assert line.take_in().outcome == Status.REFUSED
    blob.write_bytes(whole)
    assert line.take_in().outcome == Status.LINKED


def test_an_id_that_was_opened_before_with_other_contents_is_a_replay(line: Linkage) -> None:
    line.send()
    line.accept(FIRST)
    resign(line.home.inbox / FIRST, TablesManifest, line.world.rings[INSURER], accounts={})
    assert line.take_in().kind == "replay"


@pytest.mark.parametrize(
    ("supplier", "period"), [(HOSPITAL, "2025"), (INSURER, "2024")], ids=["another's", "another period's"]
)
def test_no_other_place_can_be_taken(line: Linkage, supplier: str, period: str) -> None:
    """The TTP would refuse it; the OCMO does not rely on that."""
    line.send()
    line.accept(FIRST)
    line.world.seen._path.unlink()
    tables = {"claim_line": claim_lines(year=int(period))}
    line.send("other", tables, supplier=supplier, period=period, replaces=FIRST)
    taken = line.take_in("other")
    assert taken.outcome == Status.REFUSED
    assert f"It would replace {FIRST}, which is another supplier's" in taken.reason
    assert line.register.accepted("maasoever", SUMMER) == [line.row()]


@pytest.mark.parametrize(("year", "period"), [(2024, "2025"), (2026, "2025"), (2025, "first-half")])
def test_another_periods_delivery_is_refused(line: Linkage, year: int, period: str) -> None:
    line.send(tables={"claim_line": claim_lines(year=year)}, period=period)
    taken = line.take_in()
    assert taken.outcome == Status.REFUSED
    said = (
        f"of claim_line are not of its period {period}" if period == "2025" else "Its period is 'first-half'"
    )
    assert said in taken.reason
    assert line.row().supplier == INSURER


def test_what_replaces_no_calendar_year_is_told_to_replace_none(line: Linkage) -> None:
    """A replacement has the period of what it replaces, so that the TTP would refuse what was advised."""
    line.send(period="first-half")
    assert (
        "insurer must seal a new delivery under its calendar year, replacing none." in line.take_in().reason
    )


def test_a_claim_of_another_year_is_none_of_this_one_though_it_is_invoiced_in_it(line: Linkage) -> None:
    """As at the supplier: a late line is lawful, a whole delivery of them is another period's."""
    late = claim_lines(year=2024).with_columns(invoiced_date=pl.lit(SUMMER))
    line.send(tables={"claim_line": late})
    assert (
        "40 of 40 rows of claim_line are not of its period 2025 by their opening_date"
        in line.take_in().reason
    )


def test_corrections_have_the_date_of_what_they_correct_and_do_not_count(line: Linkage) -> None:
    credits = claim_lines(-100, year=2024).with_columns(corrected_line_ref=pl.lit("x"))
    own = claim_lines().head(3)
    line.send(tables={"claim_line": pl.concat([own, credits])})
    assert line.take_in().outcome == Status.LINKED


@pytest.mark.parametrize(
    ("from_month", "months", "outcome"),
    [
        (dt.date(2025, 1, 1), 0, Status.LINKED),
        (dt.date(2025, 12, 1), 12, Status.LINKED),
        (dt.date(2024, 2, 1), 12, Status.LINKED),
        (dt.date(2024, 1, 1), 12, Status.REFUSED),
        (dt.date(2026, 1, 1), 1, Status.REFUSED),
    ],
)
def test_who_is_insured_is_of_every_year_with_a_month_of_it(
    line: Linkage, from_month: dt.date, months: int, outcome: str
) -> None:
    insured = {"from_month": from_month, "insured_months": months}
    line.send(tables={"insured": canonical("insured", [{"bsn": number, **insured} for number in NUMBERS])})
    assert line.take_in().outcome == outcome


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("access_measure", "measured_date"),
        ("indicator_return", "survey_month"),
        ("non_claim_payment", "from_month"),
    ],
)
def test_tables_without_persons_have_a_year_too(line: Linkage, name: str, date: str) -> None:
    """What the supplier's intake holds against the period, the OCMO does."""
    row = {date: dt.date(2023, 3, 1)} | ({"paid_cents": 0} if name == "non_claim_payment" else {})
    line.send(tables={"claim_line": claim_lines(), name: canonical(name, [row])})
    assert f"1 of 1 rows of {name} are not of its period 2025 by their {date}" in line.take_in().reason


def test_a_supplier_that_is_no_party_to_the_contract(line: Linkage) -> None:
    """It is one of another contract's, which the OCMO serves too: the refusal says so."""
    stranger = KeyRing.create(line.world.root / "kompas" / "keys", role="supplier", name="kompas")
    other = replace(line.world.agreement, contract="polderzorg", suppliers=(stranger.identity,))
    other.write(line.home.agreements / "polderzorg.json")
    stranger.create_shared_secret()
    line.world.rings["kompas"] = stranger
    for contract, said in (("maasoever", "made for contract maasoever"), ("elsewhere", "contract elsewhere")):
        line.world.agreement = replace(other, contract=contract)
        if contract != "maasoever":
            line.world.rings[TTP].create_pseudonym_key(contract, 1)
        line.send(f"kompas-{contract}", supplier="kompas")
        taken = line.take_in(f"kompas-{contract}")
        assert (taken.outcome, taken.kind) == (Status.REFUSED, "manifest")
        assert said in taken.reason
        assert "kompas delivers for polderzorg, and is no party to" in taken.reason


def test_another_edition_of_a_table_is_refused(line: Linkage) -> None:
    line.send(schema_digests={"claim_line": canonical_table("insured").schema_digest})
    assert "means another table by 'claim_line'" in line.take_in().reason


@pytest.mark.parametrize("moment", ["before it is opened", "after it"])
@pytest.mark.parametrize(
    ("name", "other", "outcome"), [(FIRST, FIRST, "known"), ("a-copy", "b-copy", Status.REPEATED)]
)
def test_another_night_takes_it_in_while_this_one_opens_it(
    line: Linkage, monkeypatch: pytest.MonkeyPatch, name: str, other: str, outcome: str, moment: str
) -> None:
    """The arrival itself, or one with the same contents where neither is named after the delivery."""
    line.send()
    if name != FIRST:
        for onto in (name, other):
            copy(line, FIRST, onto)
        for suffix in ("", ".map"):
            shutil.rmtree(line.home.inbox / f"{FIRST}{suffix}")
    module = importlib.import_module("pipeline.linkage.take_in")
    opener = module._open

    def overtaken(*arguments: object) -> object:
        opened = opener(*arguments) if moment == "after it" else None
        monkeypatch.undo()
        assert line.take_in(other).outcome == Status.LINKED
        return opened or opener(*arguments)

    monkeypatch.setattr(module, "_open", overtaken)
    assert line.take_in(name).outcome == outcome
    assert [row.status for row in line.register.all()].count(Status.LINKED) == 1


def test_nights_that_start_at_once_take_an_arrival_in_once(line: Linkage) -> None:
    """One wins, the others find it known; whoever holds a copy of it finds it repeated."""
    line.send()
    copy(line, FIRST, "a-copy")
    with ThreadPoolExecutor(4) as pool:
        outcomes = [taken.outcome for taken in pool.map(line.take_in, [FIRST, "a-copy"] * 4)]
    assert outcomes.count(Status.LINKED) == 1
    assert outcomes.count(Status.REPEATED) >= 1
    assert (line.row(FIRST).status, line.row("a-copy").status) == (Status.LINKED, Status.REPEATED)
    assert set(outcomes) <= {Status.LINKED, Status.REPEATED, "known"}
    assert sorted(row.status for row in line.register.all()) == [Status.LINKED, Status.REPEATED]
    (linked,) = (row for row in line.register.all() if row.status == Status.LINKED)
    snapshot = open_lake(line.home).catalogue.current(linked.scope)
    assert snapshot is not None
    assert snapshot.file("raw_claim_line").rows == len(NUMBERS)
