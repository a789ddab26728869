"""A cent, a month or a count taken from any one table makes the reconciliation fail, and says where.

The figures of a night are found by a digest of what they were made of, so a changed delivery or claims
table is refused before anything is summed. The sums must notice as well, for the day that a step itself is
wrong: most tests here look past the digests.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from pipeline.canonical import canonical_tables
from pipeline.claims.build import TABLES as CLAIMS
from pipeline.contract import shelf
from pipeline.deliveries import Register
from pipeline.demo.roles import RoleFailedError, State
from pipeline.demo.run import BUSINESS_DATE, CONTRACT_ID, CONTRACT_YEAR
from pipeline.errors import FiguresError, NoDataError, ReconciliationError
from pipeline.home import OcmoHome
from pipeline.indicators.build import TABLES as INDICATORS
from pipeline.lake import Catalogue, Lake, Snapshot, TableFile, open_lake
from pipeline.lake.catalogue import snapshot_file
from pipeline.reporting.drafting import draft_statement, settle_on
from pipeline.reporting.reconciliation import statements_folder, written
from pipeline.reporting.reconciliation.steps import Step
from pipeline.settlement import Statement
from tests.e2e.forked import ocmo
from tests.e2e.state import DATE, copy_of, hashes

NOT_DELIVERED = {"agreed_price", "consortium_member"}
"""Tables that nobody in the region delivers: they have no rows, so that nothing can be missing from them."""
RAW = [f"raw_{name}" for name in canonical_tables() if name not in NOT_DELIVERED]
MADE = {
    **dict.fromkeys(CLAIMS, "claims"),
    **dict.fromkeys(("mart_run_out_cell", "mart_run_out_pattern", "mart_completed_cost"), "completion"),
    **dict.fromkeys(("mart_casemix_cell", "mart_casemix_rate", "mart_expected_cost"), "casemix"),
    **dict.fromkeys((*INDICATORS, "mart_indicator"), "indicators"),
}
UNUSED = {
    ("raw_claim_line", "quantity"),
    ("raw_claim_line", "is_supplementary"),
    ("raw_clinical_event", "charlson_points"),
    ("raw_clinical_event", "is_smoker"),
    ("raw_insured", "has_died_within_30_days"),
    ("raw_insured", "has_died_within_365_days"),
    ("raw_non_claim_payment", "paid_persons"),
    ("raw_access_measure", "waiting_days"),
    ("raw_access_measure", "measured_cases"),
    ("raw_indicator_return", "numerator_count"),
    ("raw_indicator_return", "denominator_count"),
}
"""Columns that no figure is made of, so that no sum can notice: only the digest does."""


@pytest.fixture(scope="module")
def home(settled: State, tmp_path_factory: pytest.TempPathFactory) -> OcmoHome:
    """A settled home in which each test changes one thing and puts it back."""
    return OcmoHome.open(copy_of(settled, tmp_path_factory.mktemp("spoiled") / "var").ocmo)


@pytest.fixture(autouse=True)
def contracts_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "served", cache(shelf.served))


@pytest.fixture
def past_the_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what is published for a scope and date, whatever it was made of."""

    def find(self: Catalogue, scope: str, business_date: dt.date, digest: str) -> Snapshot | None:
        return self.current(scope, business_date)

    monkeypatch.setattr(Catalogue, "find", find)


def published(home: OcmoHome, table: str) -> Snapshot:
    """Where a table of the night lies: with its step, or in the last delivery that holds it and counts."""
    catalogue = open_lake(home).catalogue
    scopes = [f"{MADE[table]}/{CONTRACT_ID}/{CONTRACT_YEAR}"] if table in MADE else []
    if table in RAW:
        counting = Register(catalogue.engine).accepted(CONTRACT_ID, BUSINESS_DATE)
        scopes = [row.scope for row in counting if table.removeprefix("raw_") in row.accounts]
    found = catalogue.current(scopes[-1])
    assert found is not None
    return found


@contextlib.contextmanager
def one_less(home: OcmoHome, table: str, column: str) -> Iterator[None]:
    """The published snapshot names a file with one less in one row of `column`, the largest; then as it was."""
    lake = open_lake(home)
    sound = published(home, table).file(table)
    with lake.writing():
        frame = lessened(pl.read_parquet(lake.path(sound)), column)
        changed = lake.write_frame(table, frame, sort_by=frame.columns)
        assert changed.digest != sound.digest
        name_instead(lake, sound, changed)
        try:
            yield
        finally:
            name_instead(lake, changed, sound)


def lessened(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """One less in the largest value, no for yes; where no row has a value, a 0 in the first."""
    values = frame[column]
    place = (values.fill_nan(None) if values.dtype.is_float() else values).arg_max()
    less = ~pl.col(column) if values.dtype == pl.Boolean else pl.col(column).fill_null(1) - 1
    return frame.with_columns(
        pl.when(pl.int_range(pl.len()) == (place or 0)).then(less).otherwise(column).cast(values.dtype)
    )


def name_instead(lake: Lake, file: TableFile, other: TableFile) -> None:
    with lake.catalogue.engine.begin() as connection:
        changed = connection.execute(
            sa.update(snapshot_file)
            .where(snapshot_file.c.table_name == file.table, snapshot_file.c.digest == file.digest)
            .values(digest=other.digest)
        )
    assert changed.rowcount == 1


def counted_columns(home: OcmoHome, table: str) -> list[str]:
    """The columns of a table that hold numbers, or yes and no."""
    schema = pl.read_parquet_schema(open_lake(home).path(published(home, table).file(table)))
    return [name for name, kind in schema.items() if kind.is_numeric() or kind == pl.Boolean]


def noticed(home: OcmoHome) -> bool:
    """Whether settling fails, or some sum does not close."""
    try:
        return not settle_on(home, CONTRACT_ID, CONTRACT_YEAR, BUSINESS_DATE).reconciliation.closes
    except FiguresError:
        return True


def test_every_published_table_is_tried(home: OcmoHome) -> None:
    assert {path.parent.name for path in (home.lake / "tables").rglob("*.parquet")} == {*RAW, *MADE}


@pytest.mark.usefixtures("past_the_digests")
@pytest.mark.parametrize("table", [*RAW, *MADE])
def test_the_sums_notice_one_less_in_any_column(home: OcmoHome, table: str) -> None:
    unnoticed = set()
    for column in counted_columns(home, table):
        with one_less(home, table, column):
            if not noticed(home):
                unnoticed.add((table, column))
    assert unnoticed == {known for known in UNUSED if known[0] == table}


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("raw_claim_line", "quantity"),
        ("raw_insured", "birth_year"),
        ("raw_clinical_event", "has_complication"),
        *((table, "year_of_loss") for table in ("core_claim_line", "mart_claim_bucket")),
    ],
)
def test_figures_of_other_tables_are_not_settled_on(home: OcmoHome, table: str, column: str) -> None:
    with one_less(home, table, column), pytest.raises(NoDataError, match="are of other deliveries"):
        settle_on(home, CONTRACT_ID, CONTRACT_YEAR, BUSINESS_DATE)


@pytest.mark.usefixtures("past_the_digests")
def test_nothing_is_written_that_does_not_close(home: OcmoHome) -> None:
    before = hashes(home.reports)
    with (
        one_less(home, "core_person_year", "retained_cents"),
        pytest.raises(ReconciliationError, match="retained"),
    ):
        draft_statement(home, CONTRACT_ID, CONTRACT_YEAR, BUSINESS_DATE)
    assert hashes(home.reports) == before


@pytest.fixture(scope="module")
def statement(home: OcmoHome) -> Statement:
    return settle_on(home, CONTRACT_ID, CONTRACT_YEAR, BUSINESS_DATE).statement


def paper(home: OcmoHome, kind: str) -> Path:
    return statements_folder(home, BUSINESS_DATE) / f"{CONTRACT_ID}-{CONTRACT_YEAR}-draft.{kind}"


@contextlib.contextmanager
def spoiled(path: Path, *marks: str, by: str = "1") -> Iterator[None]:
    """The file with something put in after the marks, the one found after the other; then as it was."""
    text = path.read_text(encoding="utf-8")
    place = 0
    for mark in marks:
        place = text.index(mark, place) + len(mark)
    path.write_text(text[:place] + by + text[place:], encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


def failing(home: OcmoHome, statement: Statement) -> list[Step]:
    return [step for step in written(home, BUSINESS_DATE, statement) if not step.closes]


def test_files_as_they_were_written_close(home: OcmoHome, statement: Statement) -> None:
    sound = list(written(home, BUSINESS_DATE, statement))
    assert [step.scope for step in sound] == [paper(home, kind).name for kind in ("json", "html")]
    assert all(step.closes and step.before > 100 for step in sound)


@pytest.mark.parametrize(
    ("kind", "marks"),
    [
        ("json", ['"payable_cents": ']),
        ("json", ['"name": "actual_cents"', '"value": ']),
        ("json", ['"rule": "cost_per_insured_year"', '"result"', '"value": ']),
        ("json", ['"parameters"', '"value": ']),
        ("json", ['"denominator": ']),
        ("json", ['"mart_indicator": "']),
        ("html", ['class="amount">']),
        ("html", ["</table>"]),
    ],
    ids=str,
)
def test_a_change_in_the_files(home: OcmoHome, statement: Statement, kind: str, marks: list[str]) -> None:
    with spoiled(paper(home, kind), *marks):
        (found,) = failing(home, statement)
    assert found.scope.startswith(f"{paper(home, kind).name}; first: line ")
    assert found.before - found.after == 1


def test_a_missing_page(home: OcmoHome, statement: Statement) -> None:
    page = paper(home, "html")
    kept = page.rename(page.with_suffix(".kept"))
    found = failing(home, statement)
    kept.rename(page)
    assert [step.scope for step in found] == [
        f"{page.name}, missing or empty: draft again; first: line 00001"
    ]


def test_a_statement_of_another_release(home: OcmoHome, statement: Statement) -> None:
    with spoiled(paper(home, "json"), '"code_version": "0.'):
        (found,) = failing(home, statement)
    assert "drafted by another release: draft again" in found.scope


def test_the_command_says_where(copied_settled: State) -> None:
    file = paper(OcmoHome.open(copied_settled.ocmo), "json")
    with (
        spoiled(file, '"payable_cents": '),
        pytest.raises(RoleFailedError, match=r"exit code 50: 1 step does not close in computed = on paper, "),
    ):
        ocmo(copied_settled, "reconcile", "--date", DATE)
