"""A home for a moment: the steps of a night on other deliveries or another version than the OCMO's own.

So a stage of a correction is made by the very steps that make a night, and nothing of it is seen in the OCMO's
own catalogue. Published tables are linked, not copied. It lies on the home's own disk and is gone afterwards.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.contract import Contract
from pipeline.contract.shelf import versions_of
from pipeline.deliveries import Register
from pipeline.home import OcmoHome
from pipeline.lake import Lake, TableFile, open_lake
from pipeline.reporting.correction.claims import LINES, REFERENCE, Mixed


@contextlib.contextmanager
def scratch_home(home: OcmoHome, contract: Contract, deliveries: Sequence[Mixed]) -> Iterator[OcmoHome]:
    """A home in which this version of the contract is the newest, and these deliveries are all there are."""
    home.spill.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.spill, prefix="correction-") as folder:
        root = Path(folder)
        made = replace(
            home,
            root=root,
            inbox=root / "inbox",
            contracts=root / "contracts",
            database_url=f"sqlite:///{root / 'register.sqlite'}",
        )
        _place_versions(home, contract, made.contracts)
        own, lake = open_lake(home), open_lake(made)
        register = Register(lake.catalogue.engine)
        for mixed in deliveries:
            if mixed.tables:
                _publish(mixed, own, lake, register)
        yield made


def _place_versions(home: OcmoHome, contract: Contract, folder: Path) -> None:
    """Copy the contract's versions up to this one."""
    folder.mkdir(parents=True)
    versions = versions_of(home.contracts, contract.id)
    for number in range(1, contract.contract.version + 1):
        shutil.copy(home.contracts / versions.number(number).source, folder)


def _publish(mixed: Mixed, own: Lake, lake: Lake, register: Register) -> None:
    """Publish a delivery's tables and enter it; it replaces none, as those that count were chosen already."""
    delivery = replace(mixed.delivery, replaces="")
    label = str(delivery.pseudonym_label)
    files = [
        lake.write_frame(table, held, sort_by=_key(table, held), label=label)
        if isinstance(held, pl.DataFrame)
        else _linked(held, own, lake)
        for table, held in sorted(mixed.tables.items())
    ]
    day = delivery.delivered_on or dt.date.min
    lake.catalogue.publish(
        delivery.scope, day, "mixed", files, also=lambda connection: register.insert(delivery, connection)
    )


def _key(table: str, frame: pl.DataFrame) -> list[str]:
    """By the reference, then by all else, so that lines that come twice have one order."""
    first = [REFERENCE] if table == LINES else []
    return [*first, *(name for name in frame.columns if name not in first)]


def _linked(file: TableFile, own: Lake, lake: Lake) -> TableFile:
    target = lake.path(file)
    target.parent.mkdir(exist_ok=True)
    if not target.exists():
        target.symlink_to(own.path(file).resolve())
    return file
