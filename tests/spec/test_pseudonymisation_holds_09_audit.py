"""9. Each role keeps a hash-chained log without identifiers; what was done to it is found; a delivery can be followed.

What exactly is found in a log: tests/unit/test_pseudonymisation_audit.py.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.app import app
from pseudonymisation.audit import AuditLog
from pseudonymisation.errors import AuditError, BatchRefusedError
from pseudonymisation.supplier import Delivery, seal
from pseudonymisation.ttp_home import TtpHome
from pseudonymisation.ttp_inbox import process_inbox
from tests.unit.linkage_world import FIRST, SUMMER, Linkage, account, canonical_table, claim_lines
from tests.unit.pseudonymisation_world import INSURER, NUMBERS, OCMO, TTP, World, claims, flip

STEPS = ["seal", "map", "open", "acknowledge", "forget"]


@pytest.fixture
def line(tmp_path: Path) -> Linkage:
    """A delivery went its whole way: sealed, mapped, opened, acknowledged, forgotten."""
    line = Linkage.make(tmp_path)
    line.home = line.home.__class__(**{**vars(line.home), "ttp_outbox": line.world.ttp_inbox})
    ttp = tmp_path / TTP
    (ttp / "agreements").mkdir()
    line.world.agreement.write(ttp / "agreements" / "maasoever.json")
    (ttp / "ttp.json").write_text(json.dumps({"inbox": "../to-ttp", "outbox": "../to-ocmo"}))
    sealed(line.world, FIRST)
    process_inbox(TtpHome.open(ttp))
    line.take_in()
    process_inbox(TtpHome.open(ttp))
    return line


def sealed(world: World, delivery: str) -> None:
    tables = {"claim_line": claim_lines()}
    seal(
        agreement=world.agreement,
        ring=world.rings[INSURER],
        delivery=Delivery(delivery, INSURER, "maasoever", "2025", SUMMER),
        tables=tables,
        schema_digests={"claim_line": canonical_table("claim_line").schema_digest},
        accounts={"claim_line": account("claim_line", tables["claim_line"])},
        ttp_outbox=world.ttp_inbox,
        ocmo_outbox=world.ocmo_inbox,
        audit=log(world, INSURER),
    )


def log(world: World, role: str) -> AuditLog:
    return AuditLog.of_home(world.root / role, world.rings[role].identity)


def ocmo_audit(line: Linkage, *arguments: str, roles: tuple[str, ...] = (INSURER, TTP, OCMO)) -> Result:
    logs = [option for role in roles for option in ("--log", str(line.world.root / role))]
    return CliRunner().invoke(app, ["audit", *arguments, *logs])


def test_each_role_writes_what_it_did_with_counts_digests_and_key_version(line: Linkage) -> None:
    entries = {
        one.entry.action: one.entry for role in (INSURER, TTP, OCMO) for one in log(line.world, role).lines()
    }
    assert [step for step in STEPS if step in entries] == STEPS
    for step in STEPS:
        entry = entries[step]
        assert (entry.contract, entry.epoch, entry.key_version) == ("maasoever", 1, 1)
        assert (entry.supplier, entry.delivery, entry.on) == (INSURER, FIRST, SUMMER.isoformat())
        assert (entry.counts["persons"], entry.result) == (40, "done")
    assert len({entries[step].digests["halves"] for step in STEPS}) == 1, "the same sealed bytes in all logs"


def test_no_line_holds_an_identifier_pseudonym_ticket_or_key(line: Linkage) -> None:
    world = line.world
    text = "".join(log(world, role).path.read_text() for role in (INSURER, TTP, OCMO))
    world.assert_no_secret(text)
    for number in NUMBERS:
        assert number not in text
        assert world.true_pid(number).hex() not in text


def test_a_refusal_is_a_line_too(line: Linkage) -> None:
    few = {"insured": claims(NUMBERS[:2]).select("bsn")}
    with pytest.raises(BatchRefusedError):
        seal(
            agreement=line.world.agreement,
            ring=line.world.rings[INSURER],
            delivery=Delivery("few", INSURER, "maasoever", "2024", dt.date(2026, 1, 1)),
            tables=few,
            schema_digests={"insured": "x"},
            accounts={},
            ttp_outbox=line.world.ttp_inbox,
            ocmo_outbox=line.world.ocmo_inbox,
            audit=log(line.world, INSURER),
        )
    sealed(line.world, "changed")
    flip(line.world.ttp_inbox / "changed" / "manifest.json", 40)
    process_inbox(TtpHome.open(line.world.root / TTP))
    assert log(line.world, INSURER).lines()[1].entry.result == "batch"
    assert log(line.world, TTP).lines()[-1].entry.result == "signature"


def test_verify_on_an_untouched_log(line: Linkage) -> None:
    done = ocmo_audit(line, "verify")
    assert done.exit_code == 0
    assert [one.split(";")[0] for one in done.stdout.splitlines()] == [
        f"{INSURER}: 1 lines, whole",
        f"{TTP}: {len(log(line.world, TTP).lines())} lines, whole",
        f"{OCMO}: 2 lines, whole",
    ]


def test_a_line_that_nobody_was_told_of_yet_can_be_cut(line: Linkage) -> None:
    """Said in the trust model: it is the line after the last thing that the role signed."""
    path = log(line.world, TTP).path
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert ocmo_audit(line, "verify").exit_code == 0


@pytest.mark.parametrize("role", [INSURER, TTP, OCMO])
def test_verify_on_a_log_whose_tail_was_cut(line: Linkage, role: str) -> None:
    """Of itself it is whole, unless nothing is left of it; but the heads went out with what was signed."""
    path = log(line.world, role).path
    kept = path.read_bytes().splitlines(keepends=True)
    last = {INSURER: 1, TTP: 2, OCMO: 1}[role]
    path.write_bytes(b"".join(kept[:-last]))
    whole_of_itself = len(kept) > last
    assert (ocmo_audit(line, "verify", roles=(role,)).exit_code == 0) == whole_of_itself
    done = ocmo_audit(line, "verify")
    assert isinstance(done.exception, AuditError)
    assert f": {len(kept) - last} lines, WRONG" in done.stdout
    assert "it is missing:" in done.stdout


def test_verify_on_a_log_with_a_changed_line(line: Linkage) -> None:
    path = log(line.world, OCMO).path
    path.write_text(path.read_text().replace('"persons":40', '"persons":41', 1))
    done = ocmo_audit(line, "verify", "--json")
    assert isinstance(done.exception, AuditError)
    found = {one["owner"]: one["faults"] for one in json.loads(done.stdout)}
    assert found[INSURER] == []
    assert "line 2: line 1 was changed after this one was written, or this one was" in found[OCMO]


def test_show_follows_a_delivery_through_the_three_roles(line: Linkage, tmp_path: Path) -> None:
    page = tmp_path / "way.html"
    done = ocmo_audit(line, "show", "--delivery", FIRST, "--html", str(page))
    assert done.exit_code == 0
    shown = [one.split() for one in done.stdout.splitlines()[2:]]
    assert [(one[1], one[2], one[3]) for one in shown] == [
        (INSURER, "seal", "done"),
        (TTP, "map", "done"),
        (OCMO, "open", "done"),
        (OCMO, "acknowledge", "done"),
        (TTP, "forget", "done"),
    ]
    assert len({one[5] for one in shown}) == 1
    html = page.read_text()
    sealed_bytes = log(line.world, INSURER).lines()[0].entry.digests["halves"]
    assert html.count(sealed_bytes) == 1 + len(STEPS)
    assert "The TTP removed its identifiers" in html
    assert "whole, and as the other roles wrote it down" in html
    line.world.assert_no_secret(html)


def test_show_says_which_step_is_missing(line: Linkage) -> None:
    done = ocmo_audit(line, "show", "--delivery", FIRST, roles=(INSURER, TTP))
    assert done.stdout.splitlines()[-2:] == ["Not there: open", "Not there: acknowledge"]


def test_show_without_a_delivery_names_all(line: Linkage) -> None:
    assert ocmo_audit(line, "show").stdout == f"{FIRST}\n"
