"""The pictures of an interim report: bars in per mille of a row, whole numbers for equal bytes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from pipeline.reporting.interim.shown import Shown
from pipeline.reporting.picture import WIDTH


@dataclass(frozen=True)
class CostBar:
    """One level of cost per insured year: its label's key, its figure, and the parts of its bar by tone."""

    label: str
    value: Markup
    parts: tuple[tuple[str, int, int], ...]


def cost_bars(shown: Shown) -> list[CostBar]:
    """Cost per insured year as it came in, once all is in, and the target; each part is (tone, start, width)."""
    so_far, completed, target = (
        shown.amount(code) or Fraction(0)
        for code in ("cost_per_insured_year", "cost_completed_per_insured_year", "target_per_insured_year")
    )
    largest = max(so_far, completed, target, Fraction(1))
    came, whole, aim = (_place(amount, largest) for amount in (so_far, completed, target))
    found = [
        CostBar("bar_so_far", shown("cost_per_insured_year"), (("actual", 0, came),)),
        CostBar(
            "bar_completed",
            shown("cost_completed_per_insured_year"),
            (("actual", 0, min(came, whole)), ("to_come", min(came, whole), max(whole - came, 0))),
        ),
    ]
    if target:
        found.append(CostBar("bar_target", shown("target_per_insured_year"), (("target", 0, aim),)))
    return found


def largest_kind(shown: Shown) -> Fraction:
    """The most that a kind of care that is shown costs, so far or once all is in; at least a cent."""
    amounts = (
        shown.amount(name, code) for name in ("kind", "kind_completed") for code in shown.subjects("kind")
    )
    return max((amount for amount in amounts if amount is not None), default=Fraction(1)) or Fraction(1)


def kind_bar(shown: Shown, code: str, largest: Fraction) -> tuple[int, int] | None:
    """What came in of a kind of care, and what is still to come, in per mille; None when it is hidden."""
    so_far, completed = shown.amount("kind", code), shown.amount("kind_completed", code)
    if so_far is None or completed is None:
        return None
    came, whole = _place(so_far, largest), _place(completed, largest)
    return min(came, whole), max(whole - came, 0)


def _place(amount: Fraction, largest: Fraction) -> int:
    return min(max(round(amount / largest * WIDTH), 0), WIDTH)
