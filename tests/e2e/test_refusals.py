"""Bad input: one clear message with its own exit code, no half-written state, and the others go on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.demo.roles import RoleFailedError, State
from tests.e2e.forked import ocmo
from tests.e2e.state import DATE, hashes, run_night, settle

SUPPLIER, DELIVERY = "maasoever", "maasoever-2025-01"


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def arrived(state: State) -> list[str]:
    """The deliveries in the OCMO's inbox."""
    return [
        path.name
        for path in (state.drop / "ocmo").iterdir()
        if (path / "manifest.json").is_file() and path.suffix != ".map"
    ]


def listed(state: State) -> dict[str, dict[str, str]]:
    rows = json.loads(ocmo(state, "deliveries", "list", "--json"))["deliveries"]
    return {row["arrival"]: row for row in rows}


@pytest.mark.parametrize(
    ("file", "code", "reason"),
    [
        ("manifest.sig", 43, "changed, or signed by nobody who may send it"),
        ("manifest.json", 43, "changed, or signed by nobody who may send it"),
        ("clinical_event-0001.blob", 45, "is not the blob that its manifest lists"),
    ],
)
def test_a_spoiled_delivery_is_refused_and_the_others_go_on(
    copied: State, file: str, code: int, reason: str
) -> None:
    flip_a_byte(copied.drop / "ocmo" / DELIVERY / file)
    with pytest.raises(RoleFailedError, match=f"exit code {code}: 1 of \\d+ deliveries were refused"):
        run_night(copied)
    rows = listed(copied)
    assert rows[DELIVERY]["status"] == "refused"
    assert reason in rows[DELIVERY]["reason"]
    others = [row["status"] for arrival, row in rows.items() if arrival != DELIVERY]
    assert set(others) == {"accepted"}
    assert len(others) == len(arrived(copied)) - 1
    settle(copied)
    (statement,) = (copied.ocmo / "reports" / "statements").rglob("*.json")
    assert json.loads(statement.read_text())["notes"][1:] == [
        f"missing:maasoever 2025 {table}"
        for table in ("access_measure", "clinical_event", "indicator_return", "patient_report")
    ]
    assert not any(DELIVERY in name for name in json.dumps(hashes(copied.ocmo / "lake")))
    assert "Nothing new has arrived" in run_night(copied), "what was refused is not tried again as it is"


def test_a_delivery_put_down_twice_is_repeated_and_changes_nothing(copied_settled: State) -> None:
    inbox = copied_settled.drop / "ocmo"
    for suffix in ("", ".map"):
        shutil.copytree(inbox / f"{DELIVERY}{suffix}", inbox / f"copy-of-it{suffix}")
    assert "copy-of-it: repeated" in run_night(copied_settled)
    assert listed(copied_settled)["copy-of-it"]["repeats"] == DELIVERY
    assert listed(copied_settled)[DELIVERY]["standing"] == "accepted"


def test_a_delivery_without_its_map_waits(copied: State) -> None:
    map_folder = copied.drop / "ocmo" / f"{DELIVERY}.map"
    map_folder.rename(copied.root / "held back")
    assert f"{DELIVERY}: waiting" in run_night(copied)
    assert DELIVERY not in listed(copied)
    (copied.root / "held back").rename(map_folder)
    assert f"{DELIVERY}: linked" in run_night(copied)


def test_a_key_ring_readable_by_others(copied: State) -> None:
    (copied.ocmo / "keys" / "ring.json").chmod(0o644)
    with pytest.raises(RoleFailedError, match=r"exit code 64: .*open to other users"):
        run_night(copied)
    assert listed(copied) == {}, "no delivery is to blame"
    (copied.suppliers / SUPPLIER / "keys" / "ring.json").chmod(0o644)
    (copied.suppliers / SUPPLIER / "sealed" / f"{DELIVERY}.json").unlink()
    with pytest.raises(RoleFailedError, match=r"exit code 64: .*open to other users"):
        ocmo(copied, "supplier", "seal", "--home", str(copied.suppliers / SUPPLIER))


def add_to_total(text: bytes) -> bytes:
    """The closing record with one cent more."""
    start = text.rindex(b"\r\n99") + 2 + 45
    return text[:start] + b"%011d" % (int(text[start : start + 11]) + 1) + text[start + 11 :]


def test_the_ocmos_own_fault_is_no_refusal(copied: State) -> None:
    """Without its agreement the OCMO can open nothing: it says so, and goes on when the file is back."""
    agreement = copied.ocmo / "agreements" / "maasoever.json"
    agreement.rename(copied.root / "held back")
    with pytest.raises(RoleFailedError, match="exit code 61"):
        run_night(copied)
    taken = listed(copied).values()
    assert {(row["contract"], row["status"]) for row in taken} == {("polderzorg", "accepted")}
    (copied.root / "held back").rename(agreement)
    run_night(copied)
    rows = listed(copied)
    assert {row["status"] for row in rows.values()} == {"accepted"}
    assert sorted(rows) == sorted(arrived(copied))


def test_an_odd_folder_stops_nothing(copied: State) -> None:
    """A folder within a delivery, a link to nowhere: that delivery is refused, the others go on."""
    (copied.drop / "ocmo" / DELIVERY / "extra").mkdir()
    (copied.drop / "ocmo" / "berkenhof-2025-01" / "link").symlink_to(copied.root / "nowhere")
    number = len(arrived(copied))
    with pytest.raises(RoleFailedError, match=f"exit code 42: 2 of {number} deliveries were refused"):
        run_night(copied)
    assert sum(row["status"] == "accepted" for row in listed(copied).values()) == number - 2


def message(state: State) -> Path:
    return state.suppliers / "zilverzorg" / "files" / "zh308-06990005-2022-2022k1.asc"


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda text: text[: len(text) // 2 // 612 * 612], 11, "truncated|ends without|closing record"),
        (lambda text: text.replace(b"\r\n06", b"X\r\n06", 1), 12, "611 characters instead of 610"),
        (lambda text: b"01999" + text[5:], 13, "ZH308"),
        (lambda text: text[:3] + b"1" + b"99" + text[6:], 13, "ZH308"),
        (add_to_total, 14, "total|counted|says"),
    ],
    ids=["truncated", "record length", "unknown standard", "unknown version", "trailer"],
)
def test_a_message_that_cannot_be_what_it_says(copied: State, spoil, code: int, said: str) -> None:
    path = message(copied)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(RoleFailedError, match=f"exit code {code}: .*({said})"):
        ocmo(copied, "supplier", "check", str(path))


def test_a_spoiled_file_seals_nothing(copied: State) -> None:
    home = copied.suppliers / "zilverzorg"
    for outbox in (copied.drop / "ttp", copied.drop / "ocmo"):
        shutil.rmtree(outbox / "zilverzorg-2022-01")
    (home / "sealed" / "zilverzorg-2022-01.json").unlink()
    path = message(copied)
    path.write_bytes(path.read_bytes()[:-612])
    before = hashes(copied.drop)
    with pytest.raises(RoleFailedError, match="exit code 11"):
        ocmo(copied, "supplier", "seal", "--home", str(home))
    assert hashes(copied.drop) == before
    assert not (home / "sealed" / "zilverzorg-2022-01.json").exists()


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("gain_rate:", "gain_rat:", 21, "did you mean|'gain_rate'"),
        ("2025-01-01: 0.50", "2025-01-01: 1.50", 22, "gain_rate"),
    ],
)
def test_a_contract_that_cannot_be(
    copied: State, tmp_path: Path, old: str, new: str, code: int, said: str
) -> None:
    from pipeline.demo.homes import CONTRACT

    text = CONTRACT.read_text(encoding="utf-8")
    assert old in text
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "maasoever.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with (copied.ocmo / "ocmo.yaml").open("a") as settings:
        settings.write(f"contracts: {folder}\n")
    with pytest.raises(RoleFailedError, match=f"(?i)exit code {code}: .*({said})"):
        ocmo(copied, "contract", "check", str(folder / "maasoever.yaml"))
    with pytest.raises(RoleFailedError, match=f"exit code {code}"):
        ocmo(copied, "night", "run", "--date", DATE)
