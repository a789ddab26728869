"""The package stands alone: its example runs where nothing but what it asks for can be imported."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLE = CHECKOUT / "pseudonymisation" / "example"

NEEDED = ("cryptography", "numpy", "polars")
"""What the README says that the package needs."""

ALONE = f"""
import importlib.metadata, runpy, sys
from importlib.abc import MetaPathFinder

NEEDED = {{*{NEEDED!r}, "_cffi_backend", "_polars_runtime_32"}}
INSTALLED = set(importlib.metadata.packages_distributions())

class NothingElse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        package = name.split(".")[0]
        if package == "pipeline" or package in INSTALLED - NEEDED - {{"pseudonymisation"}}:
            raise ModuleNotFoundError("not for the package alone: " + name, name=name)
        return None

sys.meta_path.insert(0, NothingElse())
sys.path.insert(0, {str(CHECKOUT)!r})
"""
RUN = ALONE + "runpy.run_module('pseudonymisation.example', run_name='__main__', alter_sys=True)"


def alone(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-c", code, "run"], cwd=folder, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the example printed, and its folder."""
    folder = tmp_path_factory.mktemp("alone")
    result = alone(RUN, folder)
    assert result.returncode == 0, result.stderr
    return result.stdout, folder / "run"


def numbers(supplier: str) -> set[str]:
    frame = pl.read_csv(EXAMPLE / f"{supplier}.csv", schema_overrides={"bsn": pl.String})
    return set(frame["bsn"])


def test_the_example_links_the_people_whom_both_suppliers_know(ran: tuple[str, Path]) -> None:
    shown, _ = ran
    everybody, both = numbers("insurer") | numbers("hospital"), numbers("insurer") & numbers("hospital")
    assert f"{len(everybody)} persons, {len(both)} of them known to both" in shown
    assert shown.startswith("ocp1:hmac-2step-v1:notary:example:1\n")
    assert len(re.findall(r"\b[0-9a-f]{4}\.\.\.", shown)) == len(everybody) == 20


def test_no_number_leaves_the_suppliers_files(ran: tuple[str, Path]) -> None:
    shown, folder = ran
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert len(written) > 30
    for number in numbers("insurer") | numbers("hospital"):
        assert number not in shown
        assert not [data for data in written if number.encode() in data]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    result = alone(RUN, tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "remove it, or name a new folder" in result.stderr


def test_the_guard_stops_what_the_package_does_not_need(tmp_path: Path) -> None:
    for other in ("pipeline.errors", "pyarrow", "sqlalchemy"):
        assert "not for the package alone" in alone(f"{ALONE}import {other}", tmp_path).stderr
