"""What a validation found, as a table in the terminal and as a page of the documentation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rich.table import Table

from pipeline.demo.validation.trial import Finding

ENOUGH = 0.9
"""The share of seeds in which a truth must lie within its interval."""

_EXPLAINED = (
    "- Cost of the consortium's insured, and of the GP group's: change of cost per insured month from the baseline",
    "  years to the contract year, over the same of the comparison group, at equal age and sex, before truncation;",
    "  all planted effects together.",
    "- Greater need: expected cost by age and sex, over that of the comparison group.",
    "- Quality: complications, observed over expected.",
    "- Spillover: change of cost in care hotels, which lie outside the domain, likewise.",
    "- The price rise, the volume shift and the coding drift are planted too; figures that show them apart come later.",
)


@dataclass(frozen=True)
class Result:
    """What each seed found."""

    insured: int
    found: dict[int, list[Finding]]
    code: str

    def of(self, truth: str) -> dict[int, Finding]:
        """One truth's finding by seed."""
        return {
            seed: next(one for one in findings if one.truth == truth) for seed, findings in self.found.items()
        }

    @property
    def truths(self) -> list[str]:
        """The truths in order."""
        return [finding.truth for finding in next(iter(self.found.values()))]

    def hits(self, truth: str) -> int:
        """In how many seeds the truth lies within its interval."""
        return sum(finding.is_found for finding in self.of(truth).values())

    @property
    def failing(self) -> list[str]:
        """The truths that lie within their interval in too few seeds."""
        return [truth for truth in self.truths if self.hits(truth) < ENOUGH * len(self.found)]


def as_table(result: Result) -> Table:
    """One row a truth."""
    table = Table("truth", "planted", "found, mean", "in its interval")
    for row in _rows(result):
        table.add_row(*row)
    return table


def as_page(result: Result, date: dt.date) -> str:
    """The page in docs/validation."""
    lines = [
        "# Planted truths, found again",
        "",
        f"Made by `make validate` on {date.isoformat()}, with {result.insured:,} insured in each region, code "
        f"{result.code}.",
        "",
        "The region plants what the figures should find; the pipeline never sees it. Below, the truths that the "
        "figures of this stage can see, over ten seeds fixed beforehand. Intervals are of 95 %, with each person's "
        f"years taken together; a truth must lie within its interval in at least {ENOUGH:.0%} of the seeds.",
        "",
        "| truth | planted, mean | found, mean | in its interval |",
        "| --- | ---: | ---: | ---: |",
        *(f"| {' | '.join(row)} |" for row in _rows(result)),
        "",
        *_EXPLAINED,
        "",
        "| seed | truth | planted | found | interval | |",
        "| ---: | --- | ---: | ---: | --- | --- |",
        *(
            f"| {seed} | {one.truth} | {one.planted:.3f} | {one.estimate.value:.3f} "
            f"| {one.estimate.lower:.3f} to {one.estimate.upper:.3f} | {'in' if one.is_found else 'outside'} |"
            for seed, findings in result.found.items()
            for one in findings
        ),
        "",
    ]
    return "\n".join(lines)


def _rows(result: Result) -> list[tuple[str, str, str, str]]:
    rows = []
    for truth in result.truths:
        findings = list(result.of(truth).values())
        planted = sum(one.planted for one in findings) / len(findings)
        value = sum(one.estimate.value for one in findings) / len(findings)
        rows.append((truth, f"{planted:.3f}", f"{value:.3f}", f"{result.hits(truth)} of {len(findings)}"))
    return rows
