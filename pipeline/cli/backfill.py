"""`ocmo backfill`: the nights of a period, through Airflow's own backfill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Home, day, example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from pipeline.home import OcmoHome
    from pipeline.scheduling.night_run import NightRun
    from pipeline.scheduling.plan import BackfillPlan

app = typer.Typer(
    help="Backfills: the nights of a period, for the first time or again.", no_args_is_help=True
)

INTERRUPTED = 130
"""What a shell expects of a command that ended by Ctrl-C."""

From = Annotated[str, typer.Option("--from", help="Business date of the first night.", metavar="YYYY-MM-DD")]
To = Annotated[
    str, typer.Option("--to", help="Business date of the last night, included.", metavar="YYYY-MM-DD")
]
OnlyFailed = Annotated[
    bool, typer.Option("--only-failed", help="Only nights that failed, were broken off or never ran.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would run, and stop there.")]
PERIOD = "ocmo backfill run --from 2026-06-16 --to 2026-07-15"


@app.command(epilog=example(PERIOD, f"{PERIOD} --dry-run", f"{PERIOD} --only-failed"))
def run(
    first: From, last: To, home: Home = None, only_failed: OnlyFailed = False, dry_run: DryRun = False
) -> None:
    """Run the nights of a period, oldest first, and wait for them; Airflow is started where none runs.

    May be repeated: what is done is not done again, and an issued statement is never changed. Ctrl-C takes
    back what has not begun and stops; the same command with --only-failed goes on.
    """
    from rich.console import Console

    from pipeline.home import OcmoHome
    from pipeline.scheduling.plan import plan_backfill

    ocmo, console = OcmoHome.open(home), Console(highlight=False)
    plan = plan_backfill(ocmo, day(first), day(last))
    for line in plan.in_words:
        console.print(line, soft_wrap=True)
    if not dry_run:
        _end_with(console, _run(console, ocmo, plan, only_failed))


def _run(console: Console, home: OcmoHome, plan: BackfillPlan, only_failed: bool) -> list[NightRun]:
    """Run the plan and tell each night as it ends; Ctrl-C, or being ended, stops it in good order."""
    import signal

    from pipeline.scheduling.backfill import run_backfill

    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, signal.default_int_handler)
    ended: list[NightRun] = []
    with console.status("Starting Airflow, half a minute") as status:

        def hear(night: NightRun) -> None:
            ended.append(night)
            console.print(f"{night.business_date}  {night.outcome:<8}  {night.seconds:4.0f} s")
            status.update(f"{len(ended)} of {len(plan.nights)} nights have run")

        try:
            run_backfill(home, plan.nights, only_failed=only_failed, hear=hear)
        except KeyboardInterrupt:
            console.print(f"Stopped after {len(ended)} of {len(plan.nights)} nights; --only-failed goes on.")
            raise typer.Exit(INTERRUPTED) from None
    return ended


def _end_with(console: Console, ended: Sequence[NightRun]) -> None:
    """The table of outcomes.

    Raises:
        BackfillError: when a night failed or was left out.
    """
    from pipeline.errors import BackfillError

    console.print(_table(ended))
    wrong = [night for night in ended if night.remedy]
    for night in wrong:
        console.print(f"{night.business_date} {night.outcome}. {night.remedy}", soft_wrap=True)
    if wrong:
        raise BackfillError(
            f"{len(wrong)} of {len(ended)} nights failed or were left out",
            remedy="Above is what to do for each; then run the backfill again with `--only-failed`.",
        )


def _table(ended: Sequence[NightRun]) -> Table:
    """Nights and time by outcome."""
    from rich.table import Table

    table = Table("Outcome", "Nights", "Seconds a night", box=None)
    for outcome in sorted({night.outcome for night in ended}):
        seconds = [night.seconds for night in ended if night.outcome == outcome]
        table.add_row(outcome, str(len(seconds)), f"{sum(seconds) / len(seconds):.0f}")
    return table
