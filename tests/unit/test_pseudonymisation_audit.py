"""The audit log: what was changed, taken out, moved or cut off is found; nothing that identifies gets in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pseudonymisation.audit import AuditLog, Entry, Line, noting_refusal
from pseudonymisation.audit_check import check, require_whole
from pseudonymisation.audit_witness import contradicted, not_given
from pseudonymisation.errors import AuditError, BatchRefusedError, StorageError
from pseudonymisation.identity import PublicIdentity
from pseudonymisation.keys import KeyRing

DIGEST = "ab" * 32


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> PublicIdentity:
    return KeyRing.create(tmp_path_factory.mktemp("ring") / "keys", role="ttp", name="notary").identity


@pytest.fixture
def log(tmp_path: Path, owner: PublicIdentity) -> AuditLog:
    """Five lines."""
    log = AuditLog(tmp_path / "audit.jsonl", owner)
    for number in range(1, 6):
        log.append(entry(number))
    return log


def entry(number: int) -> Entry:
    return Entry(
        action="map", delivery=f"insurer-{number}", counts={"persons": number}, digests={"halves": DIGEST}
    )


def lines(log: AuditLog) -> list[bytes]:
    return log.path.read_bytes().splitlines(keepends=True)


def faults(log: AuditLog) -> list[str]:
    return [str(fault) for fault in check(log.path).faults]


def test_lines_are_numbered_and_each_holds_the_hash_of_the_one_before(log: AuditLog) -> None:
    raw = [json.loads(line) for line in lines(log)]
    assert [one["number"] for one in raw] == [1, 2, 3, 4, 5]
    assert raw[0]["previous"] == "0" * 64
    assert [one["previous"] for one in raw[1:]] == [line.head.partition(":")[2] for line in log.lines()[:-1]]
    assert {(one["role"], one["name"]) for one in raw} == {("ttp", "notary")}
    assert faults(log) == []
    assert require_whole(log.path) == tuple(log.lines())
    assert log.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (lambda ls: [*ls[:2], ls[2].replace(b"insurer-3", b"insurer-9"), *ls[3:]], ["line 4: line 3 was changed"]),
        (lambda ls: [*ls[:2], b"{}\n", *ls[3:]], ["line 3: it was changed"]),
        (lambda ls: [*ls[:2], *ls[3:]], ["line 3: it is line 4 of the log: 3 before it is missing"]),
        (lambda ls: [*ls[:1], *ls[3:]], ["line 2: it is line 4 of the log: 2 to 3 before it are missing"]),
        (lambda ls: ls[1:], ["line 1: it is line 2 of the log: 1 before it is missing"]),
        (
            lambda ls: [ls[0], ls[2], ls[1], *ls[3:]],
            ["line 2: it is line 3 of the log", "line 3: it is line 2 of the log, and stands", "line 4: it is line 4"],
        ),
        (lambda ls: [*ls[:3], ls[2], *ls[3:]], ["line 4: it is line 3 of the log, and stands out of its order"]),
    ],
    ids=["changed", "replaced", "one missing", "two missing", "first missing", "moved", "doubled"],
)  # fmt: skip
def test_what_was_done_to_a_line_is_found(
    log: AuditLog, tamper: Callable[[list[bytes]], list[bytes]], found: list[str]
) -> None:
    log.path.write_bytes(b"".join(tamper(lines(log))))
    told = faults(log)
    assert [one.startswith(start) for one, start in zip(told, found, strict=False)] == [True] * len(found)
    assert len(told) == len(found)
    with pytest.raises(AuditError, match="put it back from a backup"):
        require_whole(log.path)


def test_a_line_changed_by_one_digit_with_the_chain_mended_differs_from_what_others_saw(
    log: AuditLog, tmp_path: Path
) -> None:
    """Who rewrites the whole log from a line on cannot rewrite the logs of the others."""
    seen = log.lines()[3].head
    rewritten = AuditLog(tmp_path / "forged.jsonl", log._owner)
    for number in (1, 2, 9, 4, 5):
        rewritten.append(entry(number))
    forged = check(rewritten.path)
    assert forged.faults == ()
    witness = witness_of(tmp_path, seen)
    assert [str(one) for one in contradicted(forged, [witness])] == [
        "line 4: it is another than office wrote down"
    ]
    assert contradicted(check(log.path), [witness]) == []


def test_a_cut_tail_is_found_by_what_others_saw(log: AuditLog, tmp_path: Path) -> None:
    witness = witness_of(tmp_path, log.lines()[4].head)
    log.path.write_bytes(b"".join(lines(log)[:3]))
    assert faults(log) == [], "of itself it is whole"
    assert [str(one) for one in contradicted(check(log.path), [witness])] == [
        "line 5: it is missing: office wrote down that the log had it"
    ]


def witness_of(folder: Path, head: str):  # type: ignore[no-untyped-def]
    office = KeyRing.create(folder / "office", role="ocmo", name="office").identity
    other = AuditLog(folder / "office.jsonl", office)
    other.append(Entry(action="open", heads={"notary": head}))
    return check(other.path)


@pytest.mark.parametrize("kept", [1, 20, -2])
def test_an_append_that_was_broken_off_counts_for_nothing(log: AuditLog, kept: int) -> None:
    whole, before = log.path.read_bytes(), log.lines()
    log.append(entry(6))
    line = log.path.read_bytes()[len(whole) :]
    log.path.write_bytes(whole + line[:kept])
    assert log.lines() == before
    assert faults(log) == []
    log.append(entry(6))
    assert log.path.read_bytes() == whole + line


def test_a_step_that_runs_again_leaves_one_line(log: AuditLog) -> None:
    head = log.append_once(entry(6))
    assert log.append_once(entry(6)) == head
    assert len(log.lines()) == 6


def test_nothing_is_added_to_a_log_that_was_changed(log: AuditLog) -> None:
    log.path.write_bytes(log.path.read_bytes().replace(b'"counts"', b'"count"', 1))
    before = log.path.read_bytes()
    with pytest.raises(AuditError, match="ocmo audit verify"):
        log.append(entry(6))
    assert log.path.read_bytes() == before


@pytest.mark.parametrize(
    "unfit",
    [
        {"action": "map it"},
        {"delivery": "a b"},
        {"supplier": "x/y"},
        {"on": "31-01-2026"},
        {"digests": {"pre": "abc"}},
        {"digests": {"pid": "ab" * 16}},
        {"heads": {"insurer": DIGEST}},
        {"counts": {"persons": "three"}},
        {"counts": {"persons": -1}},
        {"reason": "it was 123456782"},
        {"reason": "it was 1234 567 82"},
        {"reason": "x" * 301},
        {"delivery": "123456782"},
        {"delivery": "insurer-123456782-1"},
        {"contract": "x12345678"},
        {"supplier": "00123456782"},
        {"action": "map-123456782"},
        {"result": "r123456782"},
        {"counts": {"n123456782": 1}},
        {"heads": {"123456782": f"1:{DIGEST}"}},
        {"digests": {"pre": DIGEST}},
        {"digests": {"pid": DIGEST}},
        {"epoch": 123456782},
        {"epoch": "1"},
        {"key_version": 12345678},
        {"key_version": True},
    ],
)
def test_an_entry_has_no_room_for_an_identifier(unfit: dict[str, object]) -> None:
    with pytest.raises(AuditError) as caught:
        Entry(**{"action": "map", **unfit})  # type: ignore[arg-type]
    assert "123456782" not in str(caught.value)


def test_a_refusal_is_noted_and_goes_on_its_way(log: AuditLog) -> None:
    for _ in range(2):
        with pytest.raises(BatchRefusedError), noting_refusal(log, entry(6)):
            raise BatchRefusedError("too few")
    assert [line.entry.result for line in log.lines()[5:]] == ["batch"]
    with noting_refusal(None, entry(7)):
        pass


def test_without_room_it_says_who_must_make_some(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        StorageError, match=r"notary cannot write \(No space left on device\).*notary must make room"
    ):
        log.append(entry(6))


def test_there_must_be_a_log(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="There is no audit log"):
        check(tmp_path / "audit.jsonl")


# Bytes that are no line


HIDDEN = b"somebody has the number 123456782 " * 20


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("ended_with", [b"\r", b"\x0b", b"\x1c", b"\x85", b"\n"])
def test_text_put_before_a_line_is_found_and_destroys_nothing(
    log: AuditLog, place: int, ended_with: bytes
) -> None:
    written = lines(log)
    log.path.write_bytes(b"".join([*written[:place], HIDDEN, ended_with, *written[place:]]))
    before = log.path.read_bytes()
    assert f"line {place + 1}: it was changed: this is no line that a role writes" in faults(log)
    for add in (log.append, log.append_once, AuditLog(log.path, log._owner).append):
        with pytest.raises(AuditError, match="what is no line of it"):
            add(entry(6))
    assert log.path.read_bytes() == before


@pytest.mark.parametrize(
    "text", [HIDDEN, b"\r", b"{", b'{"action":"map"}\r', b'{"number":6', b'{"action":"\x00'], ids=repr
)
def test_text_after_the_last_line_is_found_and_stays(log: AuditLog, text: bytes) -> None:
    log.path.write_bytes(log.path.read_bytes() + text)
    before = log.path.read_bytes()
    if text == b"{":  # so begins a line, and so ends one that was broken off
        assert check(log.path).is_broken_off
        return
    assert faults(log) == ["line 6: it is no line: what stands after the last one was not written by a role"]
    with pytest.raises(AuditError, match="what is no line of it"):
        log.append(entry(6))
    assert log.path.read_bytes() == before


def test_a_line_that_was_broken_off_is_told(log: AuditLog) -> None:
    assert not check(log.path).is_broken_off
    log.path.write_bytes(log.path.read_bytes() + lines(log)[0][:30])
    assert check(log.path).is_broken_off


def test_an_append_reads_what_it_did_not_read_before(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the whole log for each line: that is the square of its length over its life."""
    real, decoded = Line.decode, [0]

    def counting(data: bytes) -> Line:
        decoded[0] += 1
        return real(data)

    monkeypatch.setattr(Line, "decode", counting)
    again = AuditLog(log.path, log._owner)
    for number in range(6, 56):
        again.append(entry(number))
        again.append_once(entry(number))
    assert decoded[0] <= 10
    assert len(again.lines()) == 55
    assert faults(again) == []


def test_what_another_process_added_is_read_before_the_next_line(log: AuditLog) -> None:
    other = AuditLog(log.path, log._owner)
    other.append(entry(6))
    log.append(entry(7))
    head = log.append_once(entry(8))
    assert other.append_once(entry(8)) == head
    assert other.append_once(entry(6)) == head
    assert [line.entry for line in other.lines()] == [entry(number) for number in range(1, 9)]
    assert faults(log) == []


def test_a_log_that_was_cut_meanwhile_is_read_anew(log: AuditLog) -> None:
    log.path.write_bytes(b"".join(lines(log)[:2]))
    log.append_once(entry(5))
    assert [line.entry for line in log.lines()] == [entry(1), entry(2), entry(5)]
    assert faults(log) == []


# A log written anew


def told(entry_: Entry, **more: object) -> Entry:
    return replace(entry_, contract="maasoever", epoch=1, supplier="insurer", **more)  # type: ignore[arg-type]


def test_a_log_written_anew_under_another_name_is_found_by_what_others_saw(
    log: AuditLog, tmp_path: Path
) -> None:
    """The TTP's: a contract has one of them in an epoch, and the OCMO noted whose map it opened."""
    office = KeyRing.create(tmp_path / "office", role="ocmo", name="office").identity
    noted = AuditLog(tmp_path / "office.jsonl", office)
    noted.append(told(Entry(action="open", heads={"notary": log.lines()[4].head})))
    log.path.unlink()
    other_name = replace(log._owner, name="notaris")
    AuditLog(log.path, other_name).append(told(entry(1)))
    logs = [check(log.path), check(noted.path)]
    assert logs[0].faults == ()
    assert [str(one) for one in contradicted(logs[0], logs)] == [
        "line 1: it is of notaris, and office wrote down that notary did what it tells of"
    ]
    assert contradicted(logs[1], logs) == []


def test_a_supplier_s_log_under_another_name_is_found_by_its_sealed_bytes(
    tmp_path: Path, log: AuditLog
) -> None:
    """There are many suppliers; but of one sealing there is one."""
    insurer = KeyRing.create(tmp_path / "insurer", role="supplier", name="insurer").identity
    sealed = told(Entry(action="seal", delivery="d", digests={"halves": "cd" * 32}))
    renamed = AuditLog(tmp_path / "x.jsonl", replace(insurer, name="x"))
    renamed.append(sealed)
    true = AuditLog(tmp_path / "insurer.jsonl", insurer)
    log.append(replace(sealed, action="map", heads={"insurer": true.append(sealed)}))
    logs = [check(one.path) for one in (renamed, log)]
    assert "notary wrote down that insurer did" in str(contradicted(logs[0], logs)[0])
    assert contradicted(check(true.path), [check(log.path)]) == []
    stranger = AuditLog(tmp_path / "y.jsonl", replace(insurer, name="y"))
    stranger.append(replace(sealed, digests={"halves": "ef" * 32}))
    assert contradicted(check(stranger.path), logs) == [], (
        "another supplier, with the same id for another sealing"
    )


def test_whose_log_was_not_given_is_told_with_its_last_head(log: AuditLog, tmp_path: Path) -> None:
    witness = witness_of(tmp_path, log.lines()[4].head)
    assert not_given(witness, [witness]) == {"notary": log.lines()[4].head}
    assert not_given(witness, [witness, check(log.path)]) == {}


def test_a_log_in_a_home_is_its_ring_s(tmp_path: Path) -> None:
    for role, name in (("ttp", "notary"), ("ttp", "notaris"), ("ocmo", "notary")):
        home = tmp_path / f"{role}-{name}"
        identity = KeyRing.create(home / "keys", role="ttp", name="notary").identity
        AuditLog.of_home(home, replace(identity, role=role, name=name)).append(entry(1))
        is_own = (role, name) == ("ttp", "notary")
        told = [str(one) for one in check(home / "audit.jsonl").faults]
        assert told == ([] if is_own else ["line 1: it is of another role than the key ring beside it"])
    (home / "keys" / "ring.json").write_text("{")
    assert check(home / "audit.jsonl").faults == (), "who may not read the ring cannot tell"


def test_a_line_of_the_same_name_in_another_role_is_found(tmp_path: Path, log: AuditLog) -> None:
    AuditLog(log.path, replace(log._owner, role="ocmo")).append(entry(6))
    assert faults(log) == ["line 6: it is of another role's log"]
