"""`ocmo settlement replay`: settle published facts, and say how far that agrees with what was published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.settlement.replay.agreement import Agreement, Held
    from pipeline.settlement.replay.fit import FittedReplay
    from pipeline.settlement.replay.mapping import FactsMap

FEW = 20
"""So many rows that could not be settled are told on a terminal; all are in the table and on the page."""

Terms = Annotated[
    Path,
    typer.Option("--terms", help="Folder with reference contracts and their map, facts.yaml.", metavar="DIR"),
]
Facts = Annotated[
    Path, typer.Option("--facts", help="The table of facts, as CSV with a header.", metavar="FILE")
]
Out = Annotated[Path, typer.Option("--out", help="Where to write results and steps, as CSV.", metavar="FILE")]
Page = Annotated[
    Path | None, typer.Option("--page", help="Also write a page about it, as Markdown.", metavar="FILE")
]


def replay(terms: Terms, facts: Facts, out: Out, page: Page = None) -> None:
    """Settle a table of facts on reference contracts, and say how far that agrees with what was published.

    The exit code is 1 when a result differs that is not known to, or a row cannot be settled.
    """
    from pipeline.settlement.replay.mapping import load_map

    if load_map(terms).fit is None:
        _settle(terms, facts, out, page)
    else:
        _estimate(terms, facts, out, page)


def _settle(terms: Path, facts: Path, out: Path, page_file: Path | None) -> None:
    from pipeline.settlement.replay import agreement_of
    from pipeline.settlement.replay import replay as settle_all
    from pipeline.settlement.replay.markdown import write_page
    from pipeline.settlement.replay.page import page
    from pipeline.settlement.replay.table import write_table

    made = settle_all(terms, facts)
    write_table(made, out)
    agreement = agreement_of(made)
    if page_file is not None:
        write_page(page(made, agreement, _command(terms, facts, out, page_file)), page_file)
    for line in _told(agreement, made.mapped):
        typer.echo(line)
    typer.echo(f"Results and steps: {out}")
    if not agreement.holds:
        raise typer.Exit(1)


def _told(agreement: Agreement, mapped: FactsMap) -> list[str]:
    """How many agree, and each that does not."""
    agree = agreement.count("agrees", "within printed rounding")
    kinds = {
        kind: [one for one in agreement.held if one.kind == kind and one.published is not None]
        for kind in ("gain", "loss", "zero")
    }
    published = len(agreement.held) - agreement.count("not published")
    lines = [f"{agree} of {published} settlements agree with what was published."]
    for kind, held in kinds.items():
        same = sum(one.verdict in ("agrees", "within printed rounding") for one in held)
        exact = sum(one.verdict == "agrees" for one in held)
        lines.append(
            f"  {kind:4}  {same} of {len(held)}: {exact} within the bound, {same - exact} more within printed rounding"
        )
    for rate in agreement.rates:
        lines.append(
            f"  {rate.rule} of {rate.year}: {rate.agree} of {rate.rows} rates agree,"
            f" the largest difference is {float(rate.largest):.1e}"
        )
    if unpublished := agreement.count("not published"):
        lines.append(f"  {unpublished} have no published result to hold them against")
    lines += [_difference(one, mapped) for one in agreement.differing]
    return lines + _apart(agreement, mapped)


def _apart(agreement: Agreement, mapped: FactsMap) -> list[str]:
    """The rows that could not be settled; all of them when they are few."""
    rows = agreement.not_settled
    lines = [f"  {len(rows)} could not be settled and held against what was published"] if rows else []
    for one in rows[:FEW]:
        names = " ".join(one.row.cells.get(name, "") for name in mapped.names)
        lines.append(f"  not settled: {names} (line {one.row.line}): {one.error.what}. {one.error.remedy}")
    return lines + ([f"  and {len(rows) - FEW} more"] if len(rows) > FEW else [])


def _difference(one: Held, mapped: FactsMap) -> str:
    from pipeline.settlement.replay.table import money

    names = " ".join(one.settled.row.cells.get(name, "") for name in mapped.names)
    published = money(one.published) if one.published is not None else ""
    why = one.because or "not explained"
    return f"  differs: {names} (line {one.settled.row.line}): {money(one.ours)} against {published}. {why}"


def _estimate(terms: Path, facts: Path, out: Path, page_file: Path | None) -> None:
    from pipeline.settlement.replay.fit import replay_fitted
    from pipeline.settlement.replay.markdown import write_page
    from pipeline.settlement.replay.page_fitted import fitted_page
    from pipeline.settlement.replay.table import write_fitted

    fitted = replay_fitted(terms, facts)
    write_fitted(fitted, out)
    if page_file is not None:
        write_page(fitted_page(fitted, _command(terms, facts, out, page_file)), page_file)
    for line in _tested(fitted):
        typer.echo(line)
    typer.echo(f"Results: {out}")
    if not fitted.holds:
        raise typer.Exit(1)


def _tested(fitted: FittedReplay) -> list[str]:
    """How many agree out of sample, and how many do on wrong specifications."""
    lines = []
    for each in (fitted.right, *fitted.wrong):
        name = each.name or "as agreed"
        lines.append(f"{name}: {each.agree} of {len(each.tested)} agree ({float(each.share * 100):.1f} %)")
    lines.append(
        f"{fitted.other_rows} rows follow other rules; {sum(fitted.small_groups.values())} stand in groups too small"
        " to estimate from."
    )
    return lines


def _command(terms: Path, facts: Path, out: Path, page_file: Path) -> str:
    return f"ocmo settlement replay --terms {terms} --facts {facts.name} --out {out.name} --page {page_file}"
