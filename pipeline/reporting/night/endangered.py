"""Which outputs the failed checks endanger, over the deliveries that figures use."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.checks.definitions import outputs
from pipeline.checks.report import FAILED, CheckResult
from pipeline.deliveries import DeliveryState, Standing
from pipeline.reporting.night.summary import Endangered


def endangered(state: Iterable[DeliveryState]) -> tuple[Endangered, ...]:
    """One entry for each output that a failed check of an accepted delivery endangers, in the outputs' order."""
    entries = [
        Endangered(output, str(one.delivery.delivery_id), result.check.id, result.check.says, result.found)
        for one in state
        if one.standing is Standing.ACCEPTED
        for result in map(CheckResult.from_json, (one.delivery.checks or {}).get("results", ()))
        if result.status in FAILED
        for output in result.check.endangers
    ]
    order = list(outputs())
    return tuple(sorted(entries, key=lambda entry: (order.index(entry.output), entry.check, entry.delivery)))
