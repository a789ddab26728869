"""What a night has to do, and which raw tables its figures are made of."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.deliveries import Register, Status, arrival_named, new_arrivals, raw_inputs
from pipeline.deliveries.due import require_data, settlements_due
from pipeline.errors import NoDataError, ReconciliationError
from pipeline.lake import Step, open_lake, run_step
from tests.unit.lake_world import DAY, LABEL, home_in, publish_delivery, small_table

BEFORE = DAY - dt.timedelta(days=1)


def put_down(inbox: Path, name: str) -> None:
    (inbox / name).mkdir(parents=True)
    (inbox / name / "manifest.json").write_text(json.dumps({"delivered_on": DAY.isoformat()}))


def test_new_is_what_was_not_tried_as_it_is_now(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    for name in ("a", "b"):
        put_down(home.inbox, name)
    assert new_arrivals(home, BEFORE) == []
    assert new_arrivals(home, DAY) == ["a", "b"]
    publish_delivery(home, "a", arrival_digest=arrival_named(home.inbox, "a").digest)
    assert new_arrivals(home, DAY) == ["b"]
    (home.inbox / "a" / "manifest.sig").write_bytes(b"mended")
    assert new_arrivals(home, DAY) == ["a", "b"]


def test_a_night_begins_by_sweeping_what_a_killed_one_left(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    lake = open_lake(home)
    left = small_table(lake)
    assert new_arrivals(home, DAY) == []
    assert not lake.path(left).exists()


def test_settlements_are_due_for_contract_years_with_an_accepted_delivery(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    assert settlements_due(home, DAY) == []
    publish_delivery(home, "baseline", period="2024")
    publish_delivery(home, "stopped", period="2026", status=Status.STOPPED)
    publish_delivery(home, "elsewhere", period="2026", contract="another")
    publish_delivery(home, "tomorrow", period="2026", delivered_on=DAY + dt.timedelta(days=1))
    assert settlements_due(home, DAY) == []
    publish_delivery(home, "hospital", supplier="maasoever")
    publish_delivery(home, "insurer")
    assert settlements_due(home, DAY) == [("maasoever", 2025)]
    assert settlements_due(home, BEFORE) == []
    assert settlements_due(home, DAY + dt.timedelta(days=1)) == [("maasoever", 2025), ("maasoever", 2026)]


def test_a_night_without_data_says_so(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    publish_delivery(home, "one")
    require_data(home, DAY)
    with pytest.raises(NoDataError, match=r"no data for business date 2026-07-14.*a later date"):
        require_data(home, BEFORE)
    with pytest.raises(NoDataError, match="contract another was accepted up to 2026-07-15"):
        raw_inputs(open_lake(home), "another", DAY)


def test_raw_inputs_are_the_published_tables_of_accepted_deliveries(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    for name in ("b", "a"):
        publish_delivery(home, name)
    publish_delivery(home, "stopped", status=Status.STOPPED)
    raw = raw_inputs(open_lake(home), "maasoever", DAY)
    assert [delivery.delivery_id for delivery in raw.deliveries] == ["a", "b"]
    assert [scope for scope, _ in raw.digests] == ["delivery/a", "delivery/b"]
    assert all(set(digests) == {"raw_insured"} for _, digests in raw.digests)
    assert raw.label == LABEL


def test_a_table_that_nobody_delivered_is_empty(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    publish_delivery(home, "a")
    publish_delivery(home, "b")
    raw = raw_inputs(open_lake(home), "maasoever", DAY)

    def work(step: Step) -> None:
        raw.see(step, "raw_insured", "raw_claim_line")
        assert step.read("raw_insured").height == 4, "both deliveries together"
        assert dict(step.read("raw_claim_line").schema) == canonical_table("claim_line").raw_schema
        assert step.read("raw_claim_line").is_empty()
        step.keep("mart", pl.DataFrame({"year": [2025]}), key=["year"])

    run_step(home, "s", DAY, [], work)


def test_pseudonyms_of_two_epochs_never_meet(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    publish_delivery(home, "old")
    publish_delivery(home, "new", pseudonym_label=LABEL[:-1] + "2")
    with pytest.raises(ReconciliationError, match=r"different epochs.*Finish the rotation"):
        raw_inputs(open_lake(home), "maasoever", DAY)
    publish_delivery(home, "not judged", status=Status.LINKED, pseudonym_label="other", contract="another")
    assert len(Register(open_lake(home).catalogue.engine).all()) == 3
