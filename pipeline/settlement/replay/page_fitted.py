"""What a replay with estimated figures proves, as a page for people: how many agree on other rows."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pipeline.settlement.replay.fit import FittedReplay, Specification
from pipeline.settlement.replay.markdown import as_table, opening
from pipeline.settlement.replay.table import money


def fitted_page(fitted: FittedReplay, command: str) -> str:
    """The page of a replay with estimated figures."""
    right, mapped = fitted.right, fitted.replay.mapped
    within = money(right.within)
    groups = right.by_group()
    parts = [
        opening(mapped, command),
        f"**{right.agree:,} of {len(right.tested):,} agree within {within}** with what was published "
        f"({_percent(right.share)}), each tested with growth that was estimated on other rows.",
        f"Of the table's {fitted.rows + fitted.other_rows:,} rows {fitted.other_rows:,} follow other rules and "
        f"{sum(fitted.small_groups.values())} stand in groups that are too small to estimate from.",
        "## By group",
        as_table(
            ("group", "rows", "agree"),
            [(_group(key), str(rows), str(agree)) for key, (rows, agree) in groups.items()],
        ),
        "## Wrong specifications fail",
        "The same test, on contracts that say something else: growth is estimated anew for each.",
        as_table(
            ("specification", "rows", "agree", "share"),
            [_specification(each) for each in (right, *fitted.wrong)],
        ),
        "## What does not agree",
        as_table(
            (*mapped.names, "ours", "published", "difference"),
            [
                (
                    *(one.row.cells.get(name, "") or f"line {one.row.line}" for name in mapped.names),
                    money(one.ours),
                    money(one.published),
                    money(one.ours - one.published),
                )
                for one in right.tested
                if abs(one.ours - one.published) > right.within
            ],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _specification(each: Specification) -> tuple[str, ...]:
    return each.name or "as agreed", str(len(each.tested)), str(each.agree), _percent(each.share)


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f} %"


def _group(key: Sequence[str]) -> str:
    return ", ".join(key)
