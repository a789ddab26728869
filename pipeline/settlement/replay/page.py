"""What a replay proves, as a page for people: how many settlements agree, and every one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pipeline.settlement.replay.agreement import Agreement
from pipeline.settlement.replay.mapping import Exceptional, FactsMap
from pipeline.settlement.replay.markdown import as_table, opening
from pipeline.settlement.replay.run import Replay
from pipeline.settlement.replay.table import money


def page(made: Replay, agreement: Agreement, command: str) -> str:
    """The page of a replay."""
    mapped, rows = made.mapped, len(agreement.held) - agreement.count("not published")
    agree = agreement.count("agrees", "within printed rounding")
    within, column = money(Fraction(mapped.compare.within)), mapped.contract.column
    parts = [
        opening(mapped, command),
        f"**{agree:,} of {rows:,} settlements agree** with what was published: {agreement.count('agrees'):,} within "
        f"{within}, {agreement.count('within printed rounding'):,} more within the rounding of the figures that the "
        f"table prints. {len(agreement.differing)} do not.{_apart(agreement)}",
        "## By year and terms",
        as_table(
            (
                "year",
                column,
                "rows",
                "gains",
                "losses",
                "zeros",
                f"within {within}",
                "printed rounding",
                "differ",
            ),
            [_counts(year, terms, counted) for (year, terms), counted in agreement.by_group(column).items()],
        ),
    ]
    if agreement.rates:
        parts += ["## Thresholds", _thresholds(agreement)]
    if agreement.differing:
        parts += ["## What does not agree", _differing(agreement, mapped)]
    if agreement.not_settled:
        parts += ["## What could not be settled", _not_settled(agreement, mapped)]
    return "\n\n".join([*parts, *_remarks(made)]) + "\n"


def _apart(agreement: Agreement) -> str:
    number = len(agreement.not_settled)
    return f" {number:,} more could not be settled." if number else ""


def _remarks(made: Replay) -> Iterator[str]:
    """Exceptions and gaps of the table itself."""
    mapped = made.mapped
    if mapped.exceptional:
        yield "## Rows whose figures come otherwise"
        yield as_table(
            ("which", "rows", "why"),
            [
                (
                    _which(each),
                    str(sum(made.maker.is_exceptional(one.row, each) for one in made.settled)),
                    each.because,
                )
                for each in mapped.exceptional
            ],
        )
    if mapped.unpublished:
        yield "## What the table leaves out"
        yield as_table(("figure", "what it means"), sorted(mapped.unpublished.items()))


def _counts(year: int, terms: str, counted: dict[str, int]) -> tuple[str, ...]:
    differ = counted.get("known", 0) + counted.get("differs", 0)
    shown = ("rows", "gain", "loss", "zero", "agrees", "within printed rounding")
    return (str(year), terms, *(str(counted.get(each, 0)) for each in shown), str(differ))


def _thresholds(agreement: Agreement) -> str:
    return as_table(
        ("rule", "year", "by the contract's brackets", "agree", "largest difference", "allowed"),
        [
            (
                rate.rule,
                str(rate.year),
                str(rate.rows),
                str(rate.agree),
                f"{float(rate.largest):.1e}",
                f"{float(rate.within):.0e}",
            )
            for rate in agreement.rates
        ],
    )


def _differing(agreement: Agreement, mapped: FactsMap) -> str:
    return as_table(
        (*mapped.names, mapped.contract.column, "ours", "published", "why"),
        [
            (
                *(one.settled.row.cells.get(name, "") for name in mapped.names),
                one.settled.row.cells.get(mapped.contract.column, ""),
                money(one.ours),
                money(one.published or Fraction(0)),
                one.because or "Not explained.",
            )
            for one in agreement.differing
        ],
    )


def _not_settled(agreement: Agreement, mapped: FactsMap) -> str:
    return as_table(
        (*mapped.names, "line", "why"),
        [
            (*(one.row.cells.get(name, "") for name in mapped.names), str(one.row.line), one.error.what)
            for one in agreement.not_settled
        ],
    )


def _which(exception: Exceptional) -> str:
    named = [f"{column} {value}" for column, value in exception.when.items()]
    return ", ".join([*named, *([str(exception.ratio)] if exception.ratio else [])])
