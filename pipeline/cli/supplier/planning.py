"""A supplier's home, and what it plans to deliver: `supplier.yaml`, read and checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.home import read_settings


@dataclass(frozen=True)
class SourceSpec:
    """A file to deliver, the mapping that reads it when it is a table, and how many rows that should have, if said."""

    path: Path
    mapping: Path | None = None
    rows: int | None = None


@dataclass(frozen=True)
class PlannedDelivery:
    """A delivery as the supplier plans it: which files, over which period, delivered when.

    `replaces` is the id of the supplier's own earlier delivery whose place this one takes; empty when none's.
    """

    delivery_id: str
    period: str
    delivered_on: dt.date
    files: tuple[SourceSpec, ...]
    replaces: str = ""


@dataclass(frozen=True)
class SupplierHome:
    """A supplier's own folder: `supplier.yaml`, `keys/`, `agreement.json`, `sealed/`, `rejected/`.

    It may have a folder `layouts/`, with layouts and code lists besides those of the software.
    """

    root: Path
    name: str
    ttp_outbox: Path
    ocmo_outbox: Path
    planned: tuple[PlannedDelivery, ...]
    outside_period_share: float

    @property
    def layout_folders(self) -> tuple[Path, ...]:
        """The supplier's own folder of layouts and code lists, when there is one."""
        folder = self.root / "layouts"
        return (folder,) if folder.is_dir() else ()

    @classmethod
    def open(cls, root: Path) -> SupplierHome:
        """Read the home's `supplier.yaml`; relative paths in it are relative to the home.

        Raises:
            SettingsError: when it is missing, or has a key that is no setting.
        """
        root = root.resolve()
        settings = read_settings(
            root / "supplier.yaml",
            {
                "name": root.name,
                "ttp_outbox": "drop/ttp",
                "ocmo_outbox": "drop/ocmo",
                "outside_period_share": 0.5,
                "deliveries": [],
            },
        )
        return cls(
            root=root,
            name=settings["name"],
            ttp_outbox=(root / settings["ttp_outbox"]).resolve(),
            ocmo_outbox=(root / settings["ocmo_outbox"]).resolve(),
            planned=_all_planned(root, settings["deliveries"]),
            outside_period_share=_share(root, settings["outside_period_share"]),
        )


def _share(root: Path, raw: object) -> float:
    if isinstance(raw, int | float) and not isinstance(raw, bool) and 0 <= raw <= 1:
        return float(raw)
    raise SettingsError(
        "'outside_period_share' is no share",
        where=str(root / "supplier.yaml"),
        remedy="Give a number from 0 to 1: above this share of rows of other years a delivery is refused.",
    )


def _all_planned(root: Path, raw: object) -> tuple[PlannedDelivery, ...]:
    if not isinstance(raw, list):
        raise SettingsError(
            "'deliveries' is no list",
            where=str(root / "supplier.yaml"),
            remedy="Write each delivery under it, beginning with a dash.",
        )
    return tuple(_planned(root, one) for one in raw)


def _rows(raw: object) -> int | None:
    if raw is None or (isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0):
        return raw
    raise TypeError("rows is no number of rows")


def _planned(root: Path, raw: dict[str, Any]) -> PlannedDelivery:
    try:
        files = tuple(
            SourceSpec(
                root / file["path"],
                root / file["mapping"] if file.get("mapping") else None,
                _rows(file.get("rows")),
            )
            for file in raw["files"]
        )
        replaces = raw.get("replaces", "")
        for name, text in (("delivery_id", raw["delivery_id"]), ("replaces", replaces)):
            if not isinstance(text, str):
                raise TypeError(f"{name} is no text")
        delivered_on = dt.date.fromisoformat(str(raw["delivered_on"]))
        return PlannedDelivery(raw["delivery_id"], str(raw["period"]), delivered_on, files, replaces)
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            f"A planned delivery is incomplete ({error})",
            where=str(root / "supplier.yaml"),
            remedy="Give each delivery_id, period, delivered_on and files (path, and mapping for a table).",
        ) from error
