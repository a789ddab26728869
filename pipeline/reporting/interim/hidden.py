"""What may not be shown, because it is about too few persons or because such a figure follows from it.

Shown figures stand in sums, so that what is hidden could be subtracted back:

    use                = its kinds of care                      once the totals are shown
    fixed              = its kinds of care
    cost + truncated   = all kinds of care of both              always: cost is what the report is about

The same sums hold once all claims are in, as the share that is in brings cost and truncated cost there alike. In each
sum, what is hidden must together be about enough persons. One person may have had several kinds of care, so
persons of kinds cannot be added up: a set is about at least as many as its largest part. So with small kinds
the smallest other kind is hidden too (complementary suppression, on frequency and not on cents).

A group of small kinds alone has no other kind: its total is hidden, hence that of the other group, and the
smallest other kind of any group covers the one sum that is left.

Cost cannot be hidden without hiding the report. Truncated cost of too few persons, each of whose year follows
from it and the public ceiling, therefore costs both totals and one kind of care: the smallest that leaves
truncated cost unknown by at least its own size, both in what came and in what is still to come. Hiding the
run-out instead would take away the forecast. Where no kind can cover, all kinds in the domain are hidden.

Source: Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.reporting.interim.state import KindOfCare, Truncated


@dataclass(frozen=True)
class Hidden:
    """Codes of the kinds of care that are hidden, and whether the totals of fixed and use and truncated cost are."""

    kinds: frozenset[str]
    totals: bool = False
    truncated: bool = False


def hidden(kinds: Iterable[KindOfCare], truncated: Truncated, minimum: int) -> Hidden:
    """What may not be shown when a figure is of at least `minimum` persons.

    The sums are of care in the domain; outside it nothing is added up, and only small kinds are hidden.
    """
    listed = sorted(kinds, key=lambda kind: (kind.persons, kind.code))
    small = {kind.code for kind in listed if 0 < kind.persons < minimum}
    domain = [kind for kind in listed if kind.is_in_domain and kind.persons]
    few_truncated = 0 < truncated.persons < minimum
    if not few_truncated:
        groups = [[kind for kind in domain if kind.is_fixed == is_fixed] for is_fixed in (False, True)]
        open_to = [group for group in groups if not small.isdisjoint(kind.code for kind in group)]
        covers = [_large(group, minimum)[:1] for group in open_to]
        if all(covers):
            return Hidden(frozenset(small.union(*covers)))
    fit = [kind for kind in domain if not few_truncated or _blurs(kind, domain, truncated)]
    cover = _large(fit, minimum)[:1]
    if cover:
        return Hidden(frozenset(small.union(cover)), totals=True, truncated=few_truncated)
    return Hidden(frozenset(small.union(kind.code for kind in domain)), totals=True, truncated=True)


def _large(kinds: Iterable[KindOfCare], minimum: int) -> list[str]:
    """The kinds that are about enough persons, in the order given."""
    return [kind.code for kind in kinds if kind.persons >= minimum]


def _blurs(kind: KindOfCare, domain: Collection[KindOfCare], truncated: Truncated) -> bool:
    """Whether not knowing a kind leaves truncated cost unknown by its own size.

    What came: truncated = this kind - what is known. Still to come, both sums taken together: run-out so far x
    truncated = what is still to come of this kind - what is known, the run-out being a share of all cost.
    """
    cost = sum(each.cents_so_far for each in domain)
    to_come = sum(each.completed_cents for each in domain) - cost
    own_to_come = kind.completed_cents - kind.cents_so_far
    return kind.cents_so_far >= truncated.cents and abs(own_to_come * cost) >= abs(to_come) * truncated.cents
