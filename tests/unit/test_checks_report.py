"""From counts to a status, from statuses to what becomes of the delivery."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline.checks import Check, CheckResult, GateReport, Outcome, Status


def check(*, threshold: str = "0", severity: str = "stop", endangers: tuple[str, ...] = ("cost",)) -> Check:
    return Check(
        id="claim_line.quantity.between",
        table="claim_line",
        type="between",
        columns=("quantity",),
        parameters={},
        says="a quantity that cannot be",
        threshold=Decimal(threshold),
        severity=severity,
        endangers=endangers,
    )


@pytest.mark.parametrize(
    ("threshold", "violated", "denominator", "status"),
    [
        ("0", 0, 10, Status.PASSED),
        ("0", 1, 10_000_000, Status.FAILED),
        ("0.01", 99, 10_000, Status.PASSED),
        ("0.01", 100, 10_000, Status.PASSED),  # exactly at the threshold
        ("0.01", 101, 10_000, Status.FAILED),
        ("0.07", 7, 100, Status.PASSED),  # 0.07 * 100 is 7.000000000000001 in floats
        ("0.29", 29, 100, Status.PASSED),  # and 0.29 * 100 is 28.999999999999996
        ("0.01", 0, 0, Status.NOT_APPLICABLE),
    ],
)
def test_a_check_fails_above_its_threshold(
    threshold: str, violated: int, denominator: int, status: Status
) -> None:
    result = CheckResult.judged(check(threshold=threshold), violated=violated, denominator=denominator)
    assert result.status is status


@pytest.mark.parametrize(
    ("status", "severity", "outcome"),
    [
        (Status.PASSED, "stop", Outcome.PASSED),
        (Status.NOT_APPLICABLE, "stop", Outcome.PASSED),
        (Status.FAILED, "warn", Outcome.WARNED),
        (Status.FAILED, "stop", Outcome.STOPPED),
        (Status.ERROR, "warn", Outcome.STOPPED),
        (Status.ERROR, "stop", Outcome.STOPPED),
    ],
)
def test_what_becomes_of_the_delivery(status: Status, severity: str, outcome: Outcome) -> None:
    fine = CheckResult(check(), Status.PASSED, 0, 10)
    assert GateReport((fine, CheckResult(check(severity=severity), status), fine)).outcome is outcome


def test_the_severest_outcome_counts() -> None:
    warned = CheckResult(check(severity="warn", endangers=("cost", "case_mix")), Status.FAILED, 1, 2)
    stopped = CheckResult(check(endangers=("cost", "settlement")), Status.FAILED, 1, 2)
    report = GateReport((warned, stopped))
    assert report.outcome is Outcome.STOPPED
    assert report.endangered == ("case_mix", "cost", "settlement")
    assert report.findings == (warned, stopped)


def test_a_result_reads_as_a_line() -> None:
    result = CheckResult(check(threshold="0.001"), Status.FAILED, 1234, 56789)
    assert str(result) == (
        "claim_line.quantity.between failed: a quantity that cannot be (1,234 of 56,789 rows, allowed 0.1%)"
    )


def unlike(status: str) -> dict[str, Any]:
    """A result of `deliveries.plausibility`, with its own numbers beside those of any result."""
    return {
        **CheckResult(check(severity="warn"), Status.PASSED).as_json(),
        "type": "plausibility",
        "status": status,
        "measure": "rows",
        "value": 12.0,
        "earlier": {"zilverzorg-2024-01": 10.0},
        "limits": {"lowest": 0.8, "highest": 1.1},
    }


def test_a_result_of_plausibility_keeps_its_numbers() -> None:
    raw = unlike("failed")
    assert CheckResult.from_json(raw).as_json() == raw


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("passed", "passed"), ("not applicable", "passed"), ("failed", "warned"), ("error", "warned")],
)
def test_plausibility_warns_and_never_stops(status: str, outcome: str) -> None:
    """What is unlike earlier deliveries may be true."""
    assert GateReport((CheckResult.from_json(unlike(status)),)).outcome == outcome


@pytest.mark.parametrize(
    ("violated", "denominator", "reason", "found"),
    [
        (3, 1_000, "", "3 of 1,000 rows, allowed 0.1%"),
        (3, 1_000, "unlike before", "unlike before"),
        (0, 0, "", ""),
    ],
)
def test_what_a_check_found_in_words(violated: int, denominator: int, reason: str, found: str) -> None:
    result = CheckResult(check(threshold="0.001"), Status.FAILED, violated, denominator, reason)
    assert result.found == found
