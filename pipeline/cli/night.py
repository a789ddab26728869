"""`ocmo night`: a night without Airflow, step by step, in the order of `dags/nightly.py`."""

from __future__ import annotations

import typer

from pipeline.cli.options import BusinessDate, Home, day, example

app = typer.Typer(
    help="The night: take deliveries in, check them, bring the figures up to date.", no_args_is_help=True
)


@app.command(epilog=example("ocmo night run --date 2026-07-15"))
def run(date: BusinessDate, home: Home = None) -> None:
    """Run the night of one business date here and now; what is already done is not done again.

    When deliveries are refused the others go on; the exit code is then that of the first refusal.
    """
    from pipeline.casemix import build_casemix
    from pipeline.checks.deliveries import gate_deliveries
    from pipeline.cli.failures import refused
    from pipeline.deliveries.due import new_arrivals, require_data, settlements_due
    from pipeline.home import OcmoHome
    from pipeline.indicators import build_indicators
    from pipeline.linkage import take_in

    ocmo, business_date = OcmoHome.open(home), day(date)
    kinds, arrivals = [], new_arrivals(ocmo, business_date)
    typer.echo(f"{len(arrivals)} new arrivals." if arrivals else "Nothing new has arrived.")
    for name in arrivals:
        taken = take_in(ocmo, name)
        typer.echo(f"  {taken.arrival}: {taken.outcome}{'. ' + taken.reason if taken.reason else ''}")
        kinds += [taken.kind] if taken.outcome == "refused" else []
    for verdict in gate_deliveries(ocmo, business_date):
        typer.echo(
            f"  {verdict.delivery_id}: {verdict.status}{'. ' + verdict.reason if verdict.reason else ''}"
        )
    require_data(ocmo, business_date)
    for contract_id, year in settlements_due(ocmo, business_date):
        build_casemix(ocmo, contract_id, year, business_date)
        build_indicators(ocmo, contract_id, year, business_date)
        typer.echo(f"Figures of contract {contract_id} for {year} are up to date.")
    if kinds:
        raise refused(len(kinds), len(arrivals), kinds[0], "`ocmo deliveries list` says why")
