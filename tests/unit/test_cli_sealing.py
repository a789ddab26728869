"""A supplier seals: what leaves, what stays, and what a refused or killed seal leaves behind."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from pipeline.cli.supplier.planning import SupplierHome
from pipeline.cli.supplier.sealing import SEALED_BEFORE, seal_planned
from pipeline.errors import FileRefusedError, SettingsError
from pseudonymisation.agreement import Agreement
from pseudonymisation.errors import (
    AgreementError,
    BatchRefusedError,
    DeliveryExistsError,
    KeyRingMissingError,
)
from pseudonymisation.keys import KeyRing
from tests.unit.pseudonymisation_world import files
from tests.unit.sealing_world import PLAN, REGISTER, seal, supplier_home
from tests.unit.test_pseudonymisation_resume import survives


@pytest.fixture
def home(tmp_path: Path) -> SupplierHome:
    """A supplier whose register holds three persons and a row with a number that is none."""
    return supplier_home(tmp_path, PLAN)


def receipt(home: SupplierHome) -> dict[str, object]:
    return json.loads((home.root / "sealed" / "one-2025.json").read_text())


def change_agreement(home: SupplierHome, **changes: object) -> None:
    path = home.root / "agreement.json"
    replace(Agreement.load(path), **changes).write(path)  # type: ignore[arg-type]


def test_what_leaves_names_the_file_under_the_supplier_s_own_key_and_counts_per_table(
    home: SupplierHome,
) -> None:
    sealed = seal(home)
    (sha256,) = receipt(home)["files"]
    (reference,) = KeyRing.open(home.root / "keys").reference_mac([bytes.fromhex(sha256)])
    manifest = json.loads((home.ocmo_outbox / "one-2025" / "manifest.json").read_text())
    account = manifest["accounts"]["insured"]
    assert sealed.accounts == manifest["accounts"]
    assert [set(file) for file in account["files"]] == [{"file_ref", "standard", "version"}]
    assert account["files"][0]["file_ref"] == reference.hex()
    assert (account["rows_accepted"], account["rejected_by_rule"]) == (3, {"bsn": 1})
    for outbox in (home.ttp_outbox, home.ocmo_outbox):
        for content in files(outbox).values():
            assert sha256.encode() not in content
            assert bytes.fromhex(sha256) not in content


def test_the_rejected_rows_stay_with_their_reason(home: SupplierHome) -> None:
    seal(home)
    rejected = pl.read_csv(home.root / "rejected" / "one-2025.csv")
    assert rejected.select("file", "line_number", "rule").rows() == [("register.csv", 5, "bsn")]
    assert "123456789" not in rejected.write_csv()


def test_sealing_again_does_nothing(home: SupplierHome) -> None:
    first, before = seal(home), files(home.root)
    assert seal(home) == replace(first, outcome=SEALED_BEFORE)
    assert files(home.root) == before


def few_persons(home: SupplierHome) -> None:
    change_agreement(home, minimum_persons=4)


def no_ring(home: SupplierHome) -> None:
    (home.root / "keys").rename(home.root / "elsewhere")


def another_s_ring(home: SupplierHome) -> None:
    no_ring(home)
    KeyRing.create(home.root / "keys", role="supplier", name="one").create_shared_secret()


def strict_policy(home: SupplierHome) -> None:
    change_agreement(home, bsn_policy="refuse")


def no_register(home: SupplierHome) -> None:
    (home.root / "register.csv").unlink()


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (few_persons, BatchRefusedError),
        (no_ring, KeyRingMissingError),
        (another_s_ring, AgreementError),
        (strict_policy, FileRefusedError),
        (no_register, FileRefusedError),
    ],
    ids=lambda part: part.__name__,
)
def test_a_refused_seal_leaves_nothing(home: SupplierHome, spoil, error: type[Exception]) -> None:
    """But for a line in the audit log, where it came so far as to be judged for sealing."""
    spoil(home)
    before = files(home.root)
    with pytest.raises(error):
        seal(home)
    left = files(home.root)
    audit = left.pop("audit.jsonl", b"").splitlines()
    assert left == before
    assert [json.loads(line)["result"] for line in audit] == (["batch"] if error is BatchRefusedError else [])


@pytest.mark.parametrize("delivery_id", ["", "../one", "one/2025", "one.part", ".one"])
def test_an_id_that_is_no_file_name_touches_nothing(home: SupplierHome, delivery_id: str) -> None:
    before = sorted(home.root.rglob("*"))
    with pytest.raises(AgreementError, match="delivery id"):
        seal_planned(home, replace(home.planned[0], delivery_id=delivery_id))
    assert sorted(home.root.rglob("*")) == before


@pytest.mark.parametrize("delivery_id", ["2025", "null", "[a]"])
def test_an_id_that_is_no_text_is_refused_with_the_settings(home: SupplierHome, delivery_id: str) -> None:
    (home.root / "supplier.yaml").write_text(PLAN.replace("one-2025", delivery_id))
    with pytest.raises(SettingsError, match="delivery_id is no text"):
        SupplierHome.open(home.root)


def test_another_file_under_a_sealed_id_keeps_what_was_rejected(home: SupplierHome) -> None:
    seal(home)
    (home.root / "register.csv").write_text(REGISTER.replace("1960", "1961").replace("123456789;", "123;"))
    before = files(home.root)
    with pytest.raises(SettingsError, match="sealed from other files"):
        seal(home)
    (home.root / "sealed" / "one-2025.json").unlink()
    with pytest.raises(DeliveryExistsError):
        seal(home)
    del before["sealed/one-2025.json"]
    assert files(home.root) == before


def test_killed_at_any_write_and_run_again(
    home: SupplierHome, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy() -> SupplierHome:
        return SupplierHome.open(shutil.copytree(home.root, tmp_path_factory.mktemp("copy") / "one"))

    def kept(one: SupplierHome) -> list[bytes]:
        return [(one.root / path).read_bytes() for path in ("sealed/one-2025.json", "rejected/one-2025.csv")]

    undisturbed = copy()
    seal(undisturbed)
    for step in range(1, 100):
        killed = copy()
        finished = survives(monkeypatch, step, partial(seal, killed))
        seal(killed)
        assert kept(killed) == kept(undisturbed)
        assert not list(killed.root.rglob("*.part"))
        assert [path.name for path in killed.ocmo_outbox.iterdir() if path.is_dir()] == ["one-2025"]
        if finished:
            break
    assert step > 10
