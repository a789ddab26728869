"""The mutations: each a rule of the settlement as somebody might get it wrong, as edits of the source.

A piece of source must stand exactly once in its module, so that a mutation which no longer fits the code is told.
"""

from __future__ import annotations

from typing import NamedTuple


class Edit(NamedTuple):
    """In a module, one piece of source in place of another."""

    module: str
    now: str
    wrong: str


class Mutation(NamedTuple):
    """A rule got wrong: its name, and the edits that do it."""

    name: str
    edits: tuple[Edit, ...]


def mutation(name: str, module: str, now: str, wrong: str) -> Mutation:
    """A mutation of one edit, in a module below `pipeline`."""
    return Mutation(name, (Edit(f"pipeline.{module}", now, wrong),))


SHARING, GATES, TARGET = (
    "settlement.sharing",
    "pipeline.settlement.quality_gates",
    "settlement.target_per_unit",
)

MUTATIONS = (
    mutation(
        "no interpolation between a bracket's ends",
        "contract.values",
        "return rate + per_one * min(quantity - self.starts[place], most)",
        "return rate",
    ),
    mutation(
        "1,000 instead of 999 as the width of a band",
        "contract.values",
        "end = bracket.end if bracket.at is None else bracket.at",
        "end = bracket.end",
    ),
    mutation(
        "the cap before the deduction",
        SHARING,
        '            ("gates",),\n            lambda at: deduction',
        '            ("limited_share",),\n            lambda at: deduction',
    ),
    mutation(
        "a share only above the threshold", SHARING, 'if starts_at.value == "above_threshold":', "if True:"
    ),
    mutation("the maximum rate always", SHARING, "exact(agreed.value) * score, ", "exact(agreed.value), "),
    Mutation(
        "no quality gate",
        (
            Edit(GATES, '"met" if score >= exact(minimum.value) else "not_met"', '"met"'),
            Edit(GATES, 'part if gate == "met" else Fraction(0)', "part"),
        ),
    ),
    mutation(
        "a symmetric loss rate",
        SHARING,
        "mirrored = 1 - exact(agreed.value) * score",
        "mirrored = exact(agreed.value) * score",
    ),
    mutation(
        "no floor under the loss rate",
        SHARING,
        "min(max(mirrored, exact(floor.value)), exact(ceiling.value))",
        "min(mirrored, exact(ceiling.value))",
    ),
    mutation(
        "no ceiling over the loss rate",
        SHARING,
        "min(max(mirrored, exact(floor.value)), exact(ceiling.value))",
        "max(mirrored, exact(floor.value))",
    ),
    mutation(
        "a deduction from losses too",
        SHARING,
        'when="gain",\n            moves=True',
        'when="shared",\n            moves=True',
    ),
    mutation(
        "the threshold itself does not count",
        "settlement.thresholds",
        'outcome = "gain" if savings >= least.amount',
        'outcome = "gain" if savings > least.amount',
    ),
    mutation("no cap", "settlement.limits", "limited = min(amount, bound) if", "limited = amount if"),
    mutation("no collar", "settlement.limits", "else max(amount, -bound)", "else amount"),
    mutation(
        "the larger of two limits", "settlement.limits", "return min(bound, exact", "return max(bound, exact"
    ),
    mutation(
        "demography capped as coding is",
        "settlement.case_mix",
        'Quantity("case_mix_ratio", demographic * coding, ',
        'Quantity("case_mix_ratio", min(demographic, 1 + exact(cap.value)) * coding, ',
    ),
    mutation(
        "baseline years of equal weight",
        TARGET,
        "sum((exact(weight) * updated[then] for then, weight in weights.value.items()), Fraction(0))",
        "sum(updated.values(), Fraction(0)) / len(updated)",
    ),
    mutation(
        "growth of one year too few", "settlement.trend", "range(then + 1, year + 1)", "range(then + 1, year)"
    ),
    mutation(
        "care that moved out forgotten",
        "settlement.target",
        "saved if moved_out is None else saved - moved_out",
        "saved",
    ),
    mutation(
        "access missed and paid all the same",
        SHARING,
        'if access == "nothing_shared" or (access == "no_gain" and gain):',
        "if False:",
    ),
    mutation(
        "a small population shares",
        SHARING,
        'if population == "nothing_shared" or (population == "no_bonus" and gain):',
        "if False:",
    ),
    mutation(
        "who left keeps the gain",
        SHARING,
        'if gain and termination != "met":',
        "if False:",
    ),
    mutation(
        "a loss set off twice",
        "settlement.carry_over",
        "still = max(before - used, Fraction(0))",
        "still = before",
    ),
    mutation(
        "a member above its cap",
        "settlement.division",
        "if limit is not None and parts[code]",
        "if False and limit is not None and parts[code]",
    ),
    mutation(
        "compensation above a member's cap",
        "settlement.division",
        "min(cents, most) for code, cents in asked.items()",
        "cents for code, cents in asked.items()",
    ),
    mutation(
        "a member's cap gives way unasked",
        "settlement.division",
        'if beyond is not None and beyond.value == "cap_gives_way":',
        "if True:",
    ),
    mutation(
        "a loss vanishes where a gain is set against it",
        "settlement.carry_over",
        '_taken(at.line("loss_set_off"))',
        'at.value("shared_amount")',
    ),
    mutation(
        "a total of size one",
        "settlement.thresholds",
        "    return INSURED_YEAR\n",
        "    return agreed.unit\n",
    ),
    mutation(
        "late indicators one by one",
        "settlement.settle",
        "{**course.assumed, **goals}",
        "{**course.assumed, **dict(list(goals.items())[:1])}",
    ),
    mutation(
        "a loss carried over a gap",
        "settlement.settle",
        "statements.get(year - 1)",
        "next(reversed(list(statements.values())), None)",
    ),
    mutation(
        "half a cent to the even side",
        "money",
        "whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)",
        "whole = round(abs(amount))",
    ),
)
"""The first eight are those that the project set itself; the others are the next that people get wrong."""
