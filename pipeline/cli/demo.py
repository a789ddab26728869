"""`ocmo demo`: the whole chain on this machine, with a synthetic region."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import example, named_by_user

app = typer.Typer(help="Try it: a synthetic region, all three roles on this machine.", no_args_is_help=True)

Insured = Annotated[int, typer.Option(help="Number of insured.", min=100)]
Seed = Annotated[int, typer.Option(help="Where the random numbers start.")]
DEFAULT_INSURED = 20_000


@app.command(epilog=example("ocmo demo run", "OCMO_HOME=~/small ocmo demo run --insured 5000"))
def run(insured: Insured = DEFAULT_INSURED, seed: Seed = 1) -> None:
    """Make the region, seal, pseudonymise, run the night in Airflow, and draft the settlement."""
    import time

    from rich.console import Console

    from pipeline.cli.summary import summary_table
    from pipeline.demo.roles import State
    from pipeline.demo.run import BUSINESS_DATE, run_demo
    from pipeline.home import OcmoHome, state_folder
    from pipeline.reporting.summary import summarise

    console, started = Console(highlight=False), time.monotonic()
    state = State(state_folder())
    with console.status("Starting") as status:

        def tell(what: str) -> None:
            status.update(what)
            console.print(f"[dim]{time.monotonic() - started:5.0f} s[/dim]  {what}")

        done = run_demo(state, insured=insured, seed=seed, tell=tell, detail=status.update)
        tell("Counting every row and cent")
        found = summarise(OcmoHome.open(state.ocmo), BUSINESS_DATE)
    if not done.something_new:
        console.print("\nNothing new was found: every file is as the earlier run left it.")
    console.print()
    console.print(summary_table(found))
    console.print("Statements:")
    for path in sorted((state.ocmo / "reports" / "statements").rglob("*.*")):
        console.print(f"  {path}", soft_wrap=True)


@app.command(epilog=example("ocmo demo airflow", "ocmo demo airflow --role ttp --port 8090"))
def airflow(
    role: Annotated[str, typer.Option(help="Whose Airflow: ocmo or ttp.")] = "ocmo",
    port: Annotated[int, typer.Option(help="Port of the web page.")] = 8080,
) -> None:
    """Run Airflow with a role's DAGs until Ctrl-C; the first start takes half a minute."""
    import signal
    import sys
    import time

    from pipeline.demo.airflow_home import DAG_FILES
    from pipeline.demo.roles import State
    from pipeline.demo.standalone import standalone
    from pipeline.errors import SettingsError
    from pipeline.home import state_folder

    state = State(state_folder())
    if role not in ("ocmo", "ttp") or not state.home(role, role).is_dir():
        raise SettingsError(
            f"There is no home of role '{role}'", where=str(state.root), remedy="Run `make run` first."
        )
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(0)
    )  # so that Airflow ends with us, however we are ended
    typer.echo("Starting Airflow ...")
    with standalone(state, role, port) as address:
        typer.echo(f"Airflow is up: {address} (everybody who reaches it is an admin; for trying only).")
        typer.echo(
            f"DAGs: {', '.join(Path(name).stem for name in DAG_FILES[role])}. They are off: switch one on, then"
        )
        typer.echo("press Trigger and fill in its form. Ctrl-C here stops Airflow.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            typer.echo("Stopping.")


@app.command(epilog=example("ocmo demo region ~/region --insured 2000"))
def region(
    out: Annotated[Path, typer.Argument(help="Folder to write into.", metavar="DIR")],
    insured: Insured = DEFAULT_INSURED,
    seed: Seed = 1,
) -> None:
    """Write only the region: every supplier's files, as it would have them on disk."""
    from pipeline.demo.region import write_region
    from pipeline.money import euros

    with named_by_user(out):
        made = write_region(out, insured=insured, seed=seed)
    for table, (rows, cents) in made.totals().items():
        typer.echo(f"{table}: {rows:,} rows" + (f", {euros(cents)}" if cents else ""))
    typer.echo(f"{len(made.files)} files of {len(made.suppliers)} suppliers in {out}")
