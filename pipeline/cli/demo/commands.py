"""`ocmo demo`: the whole chain on this machine, with a synthetic region."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.demo.messages import messages
from pipeline.cli.demo.tables import tables
from pipeline.cli.demo.tamper import tamper
from pipeline.cli.options import example, named_by_user

app = typer.Typer(help="Try it: a synthetic region, all three roles on this machine.", no_args_is_help=True)

Insured = Annotated[int, typer.Option(help="Number of insured.", min=100)]
InsuredOfRun = Annotated[
    int,
    typer.Option(
        help="Number of insured. Under 5,000 a hospital may have too few patients for its contract.", min=100
    ),
]
Seed = Annotated[int, typer.Option(help="Where the random numbers start.")]
DEFAULT_INSURED = 20_000


@app.command(
    epilog=example(
        "ocmo demo run",
        "OCMO_HOME=~/small ocmo demo run --insured 5000 --defects none",
        "OCMO_HOME=~/two ocmo demo run --insured 5000 --defects truncated_file,late_delivery",
    )
)
def run(
    insured: InsuredOfRun = DEFAULT_INSURED,
    seed: Seed = 1,
    defects: Annotated[
        str, typer.Option(help="Deliberate defects: all, none, or names with commas between.")
    ] = "all",
) -> None:
    """The whole chain: region, sealing, TTP, two nights in Airflow, interim reports, draft settlements."""
    import time

    from rich.console import Console
    from rich.markup import escape

    from pipeline.demo.defects import chosen
    from pipeline.demo.roles import State
    from pipeline.demo.run import BUSINESS_DATE, run_demo
    from pipeline.home import OcmoHome, state_folder
    from pipeline.reporting.night import read_text

    console, started = Console(highlight=False), time.monotonic()
    state, on = State(state_folder()), chosen(defects)
    with console.status("Starting") as status:

        def tell(what: str) -> None:
            status.update(what)
            line = f"[dim]{time.monotonic() - started:5.0f} s[/dim]  {escape(what)}"
            console.print(line, soft_wrap=True)

        done = run_demo(state, insured=insured, seed=seed, defects=on, tell=tell, detail=status.update)
        tell("Done: every row and cent closes")
    if not done.something_new:
        console.print("\nNothing new was found: every file is as the earlier run left it.")
    console.print()
    console.print(escape(read_text(OcmoHome.open(state.ocmo), BUSINESS_DATE)), soft_wrap=True)
    console.print("Pages to look at:")
    for folder in ("nights", "interim", "statements"):
        for path in sorted((state.ocmo / "reports" / folder).rglob("*.html")):
            console.print(f"  {path}", soft_wrap=True)


@app.command(epilog=example("ocmo demo defects"))
def defects() -> None:
    """List the deliberate defects: what each does, whom it concerns, how it should end."""
    from rich.console import Console
    from rich.padding import Padding

    from pipeline.demo.defects import defects as described

    console = Console(highlight=False)
    for defect in described().values():
        places = "; ".join(f"{name} {', '.join(map(str, years))}" for name, years in defect.where.items())
        console.print(f"[bold]{defect.name}[/bold] ({places})")
        console.print(Padding(f"{defect.says}\n{defect.ends}", (0, 0, 1, 4)))


@app.command(epilog=example("ocmo demo airflow", "ocmo demo airflow --role ttp --port 8090"))
def airflow(
    role: Annotated[str, typer.Option(help="Whose Airflow: ocmo or ttp.")] = "ocmo",
    port: Annotated[int, typer.Option(help="Port of the web page.")] = 8080,
) -> None:
    """Run Airflow with a role's DAGs until Ctrl-C; the first start takes half a minute."""
    import signal
    import sys
    import time

    from pipeline.demo.roles import State
    from pipeline.errors import SettingsError
    from pipeline.home import state_folder
    from pipeline.scheduling import airflow_of, standalone

    state = State(state_folder())
    if role not in ("ocmo", "ttp") or not state.home(role, role).is_dir():
        raise SettingsError(
            f"There is no home of role '{role}'", where=str(state.root), remedy="Run `make run` first."
        )
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(0)
    )  # so that Airflow ends with us, however we are ended
    typer.echo("Starting Airflow ...")
    home = airflow_of(role, state.home(role, role))
    with standalone(home, port) as address:
        typer.echo(f"Airflow is up: {address} (everybody who reaches it is an admin; for trying only).")
        typer.echo(
            f"DAGs: {', '.join(Path(name).stem for name in home.dag_files)}. They are off: switch one on, then"
        )
        typer.echo("press Trigger and fill in its form. Ctrl-C here stops Airflow.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            typer.echo("Stopping.")


@app.command(
    epilog=example(
        "ocmo demo region ~/region --insured 2000",
        "ocmo demo region ~/region --insured 2000 --defect truncated_file --defect orphan_credit",
    )
)
def region(
    out: Annotated[Path, typer.Argument(help="Folder to write into.", metavar="DIR")],
    insured: Insured = DEFAULT_INSURED,
    seed: Seed = 1,
    defect: Annotated[
        list[str] | None, typer.Option(help="A deliberate defect; once for each. Default: none.")
    ] = None,
) -> None:
    """Write only the region: every supplier's files, as it would have them on disk.

    Defects leave a file as it is and write the spoiled one beside it, in a folder named after them.
    """
    from pipeline.demo.defects import known
    from pipeline.demo.region import write_region
    from pipeline.demo.supplier_plans import write_spoiled
    from pipeline.money import euros

    on = known(defect or ())
    with named_by_user(out):
        made = write_region(out, insured=insured, seed=seed)
        spoiled = write_spoiled(out, made, on)
    for table, (rows, cents) in made.totals().items():
        typer.echo(f"{table}: {rows:,} rows" + (f", {euros(cents)}" if cents else ""))
    typer.echo(f"{len(made.files)} files of {len(made.suppliers)} suppliers in {out}")
    for path in spoiled:
        typer.echo(f"spoiled: {path}")


app.command(
    epilog=example(
        "ocmo demo messages ~/messages --standard MZ302 --insured 5000",
        "ocmo demo messages ~/messages --standard 'AP304 7.2'",
    )
)(messages)

app.command(
    epilog=example(
        "ocmo demo tables ~/region ~/workbooks --form xlsx",
        "ocmo demo tables ~/region ~/tables --form parquet",
    )
)(tables)

app.command(epilog=example("ocmo demo tamper", "ocmo demo tamper --suite MLKEM768X25519 --json"))(tamper)
