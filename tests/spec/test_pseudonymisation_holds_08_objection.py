"""What must hold, 8: who objects is in no table, no older snapshot, no sealed delivery, and nothing brings it back.

Padding hides from the TTP who objects. Statements that were issued stay, and stay checkable from their aggregates.
"""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import make_url

from pipeline import night
from pipeline.deliveries.removed import Removed, RemovedRows
from pipeline.errors import SettingsError
from pipeline.lake import open_lake
from pipeline.linkage import keep_out, persons_objected
from pipeline.linkage.blocklist import BlockList, person_digests
from pseudonymisation.audit_check import require_whole
from pseudonymisation.errors import BatchRefusedError, DeliveryExistsError, NumberRefusedError
from tests.unit.lake_world import DAY
from tests.unit.linkage_world import FIRST, SECOND, THIRD, claim_lines
from tests.unit.pseudonymisation_world import NUMBERS
from tests.unit.rights_world import OBJECTION, Rights, register_of_insured

OBJECTS, OTHERS = NUMBERS[:2], NUMBERS[2:]
DIGESTS = ("blobs", "identifier_blobs", "table_blobs")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Rights:
    """Two years of the insurer's were delivered, with the same 40 persons. Copied before it is used."""
    made = Rights.make(tmp_path_factory.mktemp("delivered"))
    made.deliver(FIRST)
    made.deliver(SECOND, year=2024)
    return made


@pytest.fixture
def rights(delivered: Rights, tmp_path: Path) -> Rights:
    return delivered.copied(tmp_path)


def traces(root: Path, secret: bytes) -> list[str]:
    """Every file below a folder that holds 16 bytes: as they are, in hexadecimals or base64, or in a Parquet column."""
    forms = (secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(secret))
    found = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        data = path.read_bytes()
        columns = pl.read_parquet(path).iter_columns() if path.suffix == ".parquet" else ()
        in_column = any(column.dtype == pl.Binary and secret in column.to_list() for column in columns)
        if in_column or any(form in data for form in forms):
            found.append(str(path.relative_to(root)))
    return found


def test_out_of_every_table_and_every_file(rights: Rights) -> None:
    (pid,) = rights.true_pids(OBJECTS[:1])
    assert traces(rights.world.root, pid), "the search finds a person who is there"
    assert rights.object(OBJECTS).outcome == "carried out"
    assert rights.pids() == rights.true_pids(OTHERS)
    for gone in rights.true_pids(OBJECTS):
        assert traces(rights.world.root, gone) == []


def test_others_rows_stay_as_they_were(rights: Rights) -> None:
    before = rights.stored("raw_claim_line").filter(~pl.col("pid").is_in(list(rights.true_pids(OBJECTS))))
    rights.object(OBJECTS)
    after = rights.stored("raw_claim_line")
    assert after.sort("line_ref").equals(before.sort("line_ref"))


def test_sealed_deliveries_leave_the_inbox(rights: Rights) -> None:
    assert {FIRST, f"{FIRST}.map"} < rights.inbox()
    rights.object(OBJECTS)
    assert rights.inbox() == set()


def test_one_that_waits_for_its_other_half_stays(rights: Rights) -> None:
    rights.send(THIRD, {"claim_line": claim_lines(year=2023)}, period="2023", mapped=False)
    rights.object(OBJECTS)
    assert rights.inbox() == {THIRD}


def test_every_row_and_cent_is_accounted_for(rights: Rights) -> None:
    rights.object(OBJECTS)
    assert RemovedRows(open_lake(rights.home).catalogue.engine).all() == [
        Removed(delivery, table, "objection", 2, cents, cents)
        for delivery in (FIRST, SECOND)
        for table, cents in (("claim_line", 200), ("insured", 0))
    ]


@pytest.mark.parametrize("came_first", [True, False])
def test_what_was_awarded_is_accounted_for_beside_what_was_declared(
    rights: Rights, *, came_first: bool
) -> None:
    """Two of the persons who objected: declared for 200 cents together, of which 160 were awarded."""
    if not came_first:
        rights.object(OBJECTS)
    awarded = claim_lines(year=2023).with_columns(awarded_cents=pl.lit(80, pl.Int64))
    rights.send(THIRD, {"claim_line": awarded}, period="2023")
    rights.accept(THIRD)
    if came_first:
        rights.object(OBJECTS)
    assert RemovedRows(open_lake(rights.home).catalogue.engine).of(THIRD, "claim_line") == (2, 200, 160)


def test_a_later_delivery_brings_nobody_back(rights: Rights) -> None:
    rights.object(OBJECTS)
    rights.deliver(THIRD, year=2023)
    assert rights.pids() == rights.true_pids(OTHERS)
    assert RemovedRows(open_lake(rights.home).catalogue.engine).of(THIRD, "claim_line") == (2, 200, 200)
    assert rights.inbox() == set(), "it holds the person, sealed"


def test_the_same_delivery_put_there_again_brings_nobody_back(rights: Rights) -> None:
    kept = rights.world.root / "kept"
    shutil.copytree(rights.home.inbox, kept)
    rights.object(OBJECTS)
    for name in (FIRST, f"{FIRST}.map"):
        shutil.copytree(kept / name, rights.home.inbox / name)
    assert rights.take_in(FIRST).outcome == "known"
    assert rights.pids() == rights.true_pids(OTHERS)


def copied_over(source: Path, target: Path) -> None:
    """As a restore does it: what is there and not in the backup stays."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


@pytest.mark.parametrize("whole", [False, True])
def test_a_backup_that_is_put_back_brings_nobody_back(rights: Rights, *, whole: bool) -> None:
    """The lake and the register of before, or all of the home that there was then, over what is there now."""
    root, backup = rights.world.root, rights.world.root / "backup"
    register = Path(str(make_url(rights.home.database_url).database))
    saved = [rights.home.root if whole else rights.home.lake, register]
    for path in saved:
        copied_over(path, backup / path.relative_to(root))
    rights.object(OBJECTS)
    for path in saved:
        copied_over(backup / path.relative_to(root), path)
    assert rights.pids() == rights.true_pids(NUMBERS)
    night.new_arrivals(rights.home, DAY)
    assert rights.pids() == rights.true_pids(OTHERS)


def test_the_night_looks_through_a_table_once(rights: Rights, monkeypatch: pytest.MonkeyPatch) -> None:
    rights.object(OBJECTS)
    looked: list[str] = []
    monkeypatch.setattr("pipeline.linkage.removal.see_published", lambda *a: looked.append(str(a[-1])))
    assert keep_out(rights.home).tables == 0
    assert looked == []


def test_a_person_objects_who_was_never_delivered(rights: Rights) -> None:
    stranger = "999990019"
    rights.object([stranger])
    assert rights.pids() == rights.true_pids(NUMBERS)
    everybody = {"insured": register_of_insured([*NUMBERS, stranger], year=2023)}
    rights.send(THIRD, everybody, period="2023")
    assert rights.take_in(THIRD).outcome == "linked"
    assert rights.pids() == rights.true_pids(NUMBERS)


def test_the_list_holds_no_pseudonym_and_is_closed_to_others(rights: Rights) -> None:
    rights.object(OBJECTS)
    (path,) = (rights.home.root / "objections").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    pids = rights.true_pids(OBJECTS)
    held = json.loads(path.read_text())
    digests = person_digests(pl.Series(sorted(pids), dtype=pl.Binary), rights.world.agreement.label)
    assert held["persons"] == sorted(digests)
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="open to other users"):
        rights.deliver(THIRD, year=2023)


def test_an_objection_counts_for_one_contract_and_epoch(rights: Rights) -> None:
    pids = pl.Series(sorted(rights.true_pids(OBJECTS)), dtype=pl.Binary)
    one, other = (person_digests(pids, rights.world.agreement.label[:-1] + epoch) for epoch in "12")
    assert set(one).isdisjoint(other)


def test_the_ttp_sees_everybody_and_no_mark(rights: Rights) -> None:
    """The delivery is of all 40; neither manifest, nor what the TTP opens, tells two of them apart."""
    rights.send_objection(OBJECTS)
    seen = rights.identifiers(OBJECTION, rights.world.agreement)
    assert (seen.height, seen.columns) == (40, ["ticket", "pre"])
    said = json.loads((rights.world.ttp_inbox / OBJECTION / "manifest.json").read_text())
    assert said["persons"] == 40
    assert "objection" not in json.dumps(
        {key: said[key] for key in said if key not in ("delivery", "period")}
    )


def test_what_the_ttp_is_told_is_the_same_whoever_and_how_many_object(rights: Rights) -> None:
    """Two objections of other persons differ in their name, which the supplier chose, and in what is random."""
    said = []
    for name, objecting in (("insurer-a", OBJECTS), ("insurer-b", OTHERS[:1])):
        rights.send_objection(objecting, delivery_id=name, mapped=False)
        manifest = json.loads((rights.world.ttp_inbox / name / "manifest.json").read_text())
        assert (manifest.pop("delivery"), manifest.pop("period")) == (name, name)
        said.append({key: manifest[key] for key in manifest if key not in DIGESTS})
        assert [sorted(blob) for blob in manifest["blobs"]] == [["chunk", "digest", "of", "rows", "table"]]
    assert said[0] == said[1]
    assert said[0]["persons"] == 40


def test_too_few_to_hide_among(rights: Rights) -> None:
    with rights.world.refused(BatchRefusedError, "holds 2 persons"):
        rights.send_objection(OBJECTS, others=[], mapped=False)


def test_no_more_than_one_delivery_may_hold(rights: Rights) -> None:
    agreed = rights.world.agreement
    small = type(agreed)(**{**vars(agreed), "maximum_persons": 30})
    rights.send_objection(OBJECTS, agreement=small, mapped=False)
    assert rights.identifiers(OBJECTION, small).height == 30


def test_nobody_objects(rights: Rights) -> None:
    with rights.world.refused(NumberRefusedError, "Nobody objects"):
        rights.send_objection([], mapped=False)


def test_sealed_again_it_is_the_same_and_for_others_it_is_refused(rights: Rights) -> None:
    rights.send_objection(OBJECTS, mapped=False)
    rights.send_objection(reversed(OBJECTS), mapped=False)
    with rights.world.refused(DeliveryExistsError, "sealed before with other contents"):
        rights.send_objection(NUMBERS[2:4], mapped=False)


def test_it_waits_for_the_ttp(rights: Rights) -> None:
    rights.send_objection(OBJECTS, mapped=False)
    assert rights.take_in(OBJECTION).outcome == "waiting"
    assert rights.pids() == rights.true_pids(NUMBERS)


def test_carried_out_twice_it_is_carried_out(rights: Rights) -> None:
    rights.send_objection(OBJECTS)
    kept = rights.world.root / "kept"
    shutil.copytree(rights.home.inbox, kept)
    rights.take_in(OBJECTION)
    for name in (OBJECTION, f"{OBJECTION}.map"):
        shutil.copytree(kept / name, rights.home.inbox / name)
    assert rights.take_in(OBJECTION).outcome == "carried out"
    assert len(BlockList(rights.home).objections()) == 1


def test_the_roles_note_it_and_the_ttp_is_told(rights: Rights) -> None:
    rights.object(OBJECTS)
    entries = [line.entry for line in require_whole(rights.home.root / "audit.jsonl")]
    (objected,) = (entry for entry in entries if entry.action == "objected")
    assert (objected.delivery, dict(objected.counts)) == (OBJECTION, {"persons": 2})
    assert (rights.home.ttp_outbox / f"{OBJECTION}.ack").is_dir()


def test_how_many_objected_is_told(rights: Rights) -> None:
    assert persons_objected(rights.home, "maasoever") == 0
    rights.object(OBJECTS)
    rights.object(NUMBERS[1:4], delivery_id="insurer-notice-2")
    assert persons_objected(rights.home, "maasoever") == 4
    assert persons_objected(rights.home, "polderzorg") == 0
