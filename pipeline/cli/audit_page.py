"""A delivery's way through the roles as a page: each step with its digests, and whether the logs are whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.reporting.house import render
from pseudonymisation.audit import DONE
from pseudonymisation.audit_check import Checked
from pseudonymisation.audit_trail import HALVES, STEPS, Trail
from pseudonymisation.audit_witness import contradicted

OWN_WORDS = {
    "halves": "all sealed bytes of both halves",
    "identifiers": "manifest A, supplier to TTP",
    "tables": "manifest B, supplier to OCMO",
    "map": "manifest C, TTP to OCMO",
    "acknowledgement": "manifest D, OCMO to TTP",
    "arrival": "the folder as it came",
}
"""What a digest is of."""


def rows(found: Trail) -> list[dict[str, Any]]:
    """The lines about a delivery, in order, as plain values for people."""
    return [
        {
            "line": line.number,
            "role": line.role,
            "name": line.name,
            "action": line.entry.action,
            "says": STEPS.get(line.entry.action, line.entry.action),
            "result": line.entry.result,
            "is_done": line.entry.result == DONE,
            "is_of_sealing": found.is_of_sealing(line),
            "key": f"epoch {line.entry.epoch}, key version {line.entry.key_version}"
            if line.entry.epoch
            else "",
            "on": line.entry.on,
            "counts": dict(line.entry.counts),
            "persons": f"{line.entry.counts['persons']:,}" if "persons" in line.entry.counts else "",
            "sealed": line.entry.digests.get(HALVES, ""),
            "digests": [(OWN_WORDS.get(of, of), digest) for of, digest in line.entry.digests.items()],
            "heads": dict(line.entry.heads),
            "reason": line.entry.reason,
            "hash": line.head.partition(":")[2],
        }
        for line in found.lines
    ]


def audit_page(found: Trail, logs: Sequence[Checked]) -> str:
    """The page; equal logs give equal bytes."""
    first = next((line.entry for line in found.lines if line.entry.contract), found.lines[0].entry)
    judged = [
        {
            "owner": log.owner or str(log.path),
            "lines": len(log.lines),
            "faults": [str(fault) for fault in (*log.faults, *contradicted(log, logs))],
        }
        for log in logs
    ]
    return render(
        "audit.html",
        language="en",
        delivery=found.delivery,
        contract=first.contract,
        supplier=first.supplier,
        sealed=found.sealed,
        rows=rows(found),
        missing=[STEPS[step] for step in found.missing],
        logs=judged,
        is_whole=not any(log["faults"] for log in judged),
    )
