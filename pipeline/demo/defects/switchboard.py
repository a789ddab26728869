"""Which defects are on, and the plan with them in it: one function for each name in `defects.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipeline.demo.defects.attempts import truncated_file, wrong_trailer
from pipeline.demo.defects.bsns import failing_bsn
from pipeline.demo.defects.claims import absurd_amount, lost_leading_zeros
from pipeline.demo.defects.description import Defect, defects
from pipeline.demo.defects.hospital_deliveries import (
    corrected_delivery,
    late_delivery,
    missing_delivery,
    repeated_delivery,
)
from pipeline.demo.defects.registers import overlapping_periods, unknown_provider
from pipeline.demo.defects.repeated_lines import duplicate_lines, orphan_credit
from pipeline.demo.plan import Plan
from pipeline.errors import SettingsError

ALL, NONE = "all", "none"

Maker = Callable[[Plan, Defect], Plan]

MAKERS: dict[str, Maker] = {
    maker.__name__: maker
    for maker in (
        failing_bsn, overlapping_periods, duplicate_lines, orphan_credit, lost_leading_zeros, unknown_provider,
        absurd_amount, truncated_file, wrong_trailer, corrected_delivery, repeated_delivery, late_delivery,
        missing_delivery,
    )
}  # fmt: skip
"""What puts a defect into a plan, by the defect's name."""


def chosen(text: str) -> frozenset[str]:
    """The names in 'all', 'none' or 'a,b'.

    Raises:
        SettingsError: when one is no defect.
    """
    if text in (ALL, NONE):
        return frozenset(defects() if text == ALL else ())
    names = [name.strip() for name in text.split(",")]
    return known(names)


def known(names: Iterable[str]) -> frozenset[str]:
    """The same names.

    Raises:
        SettingsError: when one is no defect.
    """
    found = frozenset(names)
    unknown = sorted(found - set(defects()))
    if unknown:
        raise SettingsError(
            f"'{unknown[0]}' is no defect",
            remedy=f"Say {ALL}, {NONE}, or any of {', '.join(defects())}, with commas between.",
        )
    return found


def with_defects(plan: Plan, names: Iterable[str]) -> Plan:
    """The plan with these defects in it, always in the same order.

    Raises:
        SettingsError: when a name is no defect.
    """
    on = known(names)
    for name, defect in defects().items():
        if name in on:
            plan = MAKERS[name](plan, defect)
    return plan
