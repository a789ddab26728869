"""The gate judges the same tables beside the same known values once, however many tests begin with them.

A night of a small region spends four fifths of its time in the library of the gate. Files are named by their content,
so a verdict holds wherever they are copied to. What a test spoils has other content, and is judged.
"""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.checks import deliveries
from pipeline.checks.definitions import check_definitions
from pipeline.checks.gate import Files, gate
from pipeline.checks.report import GateReport


@dataclass(frozen=True)
class JudgedOnce:
    """To be called in the process: from then on verdicts are kept in `folder`, and taken from there."""

    folder: Path

    def __call__(self) -> None:
        deliveries.gate = self._once  # type: ignore[attr-defined]

    def _once(self, tables: Files, *, earlier: Files, upper_date: Any, **settings: Any) -> GateReport:
        known = {check.known_table for check in check_definitions(upper_date) if check.table in tables}
        looked_at = {table: paths for table, paths in earlier.items() if table in known}
        key = repr((_file_names(tables), _file_names(looked_at), upper_date))
        path = self.folder / hashlib.sha256(key.encode()).hexdigest()
        kept = _kept(path)
        if kept is None:
            kept = gate(tables, earlier=earlier, upper_date=upper_date, **settings)
            path.write_bytes(pickle.dumps(kept))
        return kept


def _kept(path: Path) -> GateReport | None:
    """The verdict that is kept there; none when a process died while it wrote."""
    try:
        found: GateReport = pickle.loads(path.read_bytes())
    except (FileNotFoundError, EOFError, pickle.UnpicklingError):
        return None
    return found


def _file_names(tables: Files) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((table, path.name) for table, paths in tables.items() for path in paths))
