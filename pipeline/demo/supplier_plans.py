"""What each supplier plans to deliver, written where its own software looks: `supplier.yaml` in its home."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from pipeline.demo.defects import described_digest, with_defects
from pipeline.demo.edits import write_edited
from pipeline.demo.files import mapping_path
from pipeline.demo.homes import write_small
from pipeline.demo.plan import Plan, PlannedDelivery, PlannedFile, plan_of
from pipeline.demo.roles import State
from pipeline.demo.streams import Streams
from pipeline.demo.summary import RegionSummary
from pipeline.errors import SettingsError

DEFECTS_FILE = "defects.json"
"""In the suppliers' folder: which defects their plans were made with."""


def plan_deliveries(state: State, region: RegionSummary, defects: Iterable[str] = ()) -> Plan:
    """Write each supplier's `supplier.yaml`, and the files that defects make; the plan.

    Raises:
        SettingsError: when a name is no defect, or this state was planned with other defects.
    """
    on = sorted(defects)
    _require_same_defects(state, on)
    plan = with_defects(plan_of(region), on)
    delivered = _written(state.suppliers, plan, Streams(region.seed))
    for supplier in plan.suppliers:
        home, planned = state.home("supplier", supplier), plan.of(supplier)
        (home / "mappings").mkdir(exist_ok=True)
        for name in sorted({file.mapping for one in planned for file in one.files if file.mapping}):
            write_small(home / "mappings" / f"{name}.yaml", mapping_path(name).read_text(encoding="utf-8"))
        settings = {
            "name": supplier,
            "ttp_outbox": "../../drop/ttp",
            "ocmo_outbox": "../../drop/ocmo",
            "deliveries": [_entry(state, delivery, delivered) for delivery in planned],
        }
        write_small(home / "supplier.yaml", yaml.safe_dump(settings, sort_keys=False))
    return plan


def write_spoiled(folder: Path, region: RegionSummary, defects: Iterable[str]) -> list[str]:
    """Write only the files that defects make, into the region's folder; their paths from there.

    Raises:
        SettingsError: when a name is no defect, or the region has no place for it.
    """
    written = _written(folder, with_defects(plan_of(region), defects), Streams(region.seed))
    return sorted(path for file, path in written.items() if file.edits)


def _written(folder: Path, plan: Plan, streams: Streams) -> dict[PlannedFile, str]:
    """Where each planned file lies, spoiled as planned; paths are from the suppliers' folder."""
    files = dict.fromkeys(file for delivery in plan.deliveries for file in delivery.files)
    return {file: write_edited(folder, file.path, file.mapping, file.edits, streams) for file in files}


def _entry(state: State, delivery: PlannedDelivery, delivered: dict[PlannedFile, str]) -> dict[str, Any]:
    """A delivery as `supplier.yaml` has it; paths are from the supplier's home."""
    home = state.home("supplier", delivery.supplier)
    return {
        "delivery_id": delivery.delivery_id,
        "period": delivery.period,
        "delivered_on": delivery.delivered_on.isoformat(),
        **({"replaces": delivery.replaces} if delivery.replaces else {}),
        "files": [
            {
                "path": os.path.relpath(state.suppliers / delivered[file], home),
                "mapping": f"mappings/{file.mapping}.yaml" if file.mapping else None,
            }
            for file in delivery.files
        ],
    }


def _require_same_defects(state: State, on: list[str]) -> None:
    path, made = state.suppliers / DEFECTS_FILE, {"defects": on, "described": described_digest()}
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        if before != made:
            raise SettingsError(
                f"The suppliers' plans were made with other defects ({', '.join(before['defects']) or 'none'}),"
                " or with these as they were described before",
                where=str(state.suppliers),
                remedy="Ask for those, choose another state folder, or remove this one (`make clean`).",
            )
    write_small(path, json.dumps(made) + "\n")
