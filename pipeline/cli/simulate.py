"""`ocmo contract simulate`: what a contract would have paid, and what chance alone would pay, before it is signed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.contract_choice import chosen
from pipeline.cli.options import AsJson, Home, day, named_by_user

if TYPE_CHECKING:
    from polars import DataFrame

    from pipeline.contract import Contract
    from pipeline.simulation import Assumed

Persons = Annotated[
    Path | None,
    typer.Option(
        "--persons",
        help="Table of person years, CSV or Parquet: person, year, sex_code, age_years, insured_months, cost_cents,"
        " group_code. Default: those of the OCMO's own night (--date).",
        metavar="FILE",
    ),
]
OnNight = Annotated[
    str | None,
    typer.Option(
        "--date", help="Business date of the night whose person years are taken.", metavar="YYYY-MM-DD"
    ),
]
OfYear = Annotated[
    int | None,
    typer.Option(
        "--year", help="Contract year whose terms are simulated. Default: the first.", metavar="YYYY"
    ),
]
Given = Annotated[
    Path | None,
    typer.Option(
        "--figures", help="YAML with figures that no person year tells, by name and year.", metavar="FILE"
    ),
]
Quality = Annotated[
    str, typer.Option(help="Quality that is assumed, from 0 (floor) to 1 (goal).", metavar="SHARE")
]
Times = Annotated[int, typer.Option("--times", help="How many years are made up.", min=20)]
Seed = Annotated[int, typer.Option(help="Seed of the drawings: the same seed, the same result.", min=0)]
Page = Annotated[
    Path | None, typer.Option("--page", help="Also write a page with pictures, as HTML.", metavar="FILE")
]


def simulate(
    contract: Annotated[
        str, typer.Argument(help="A contract's YAML file, or the id of a served one.", metavar="CONTRACT")
    ],
    persons: Persons = None,
    date: OnNight = None,
    year: OfYear = None,
    figures: Given = None,
    quality: Quality = "1",
    times: Times = 1_000,
    seed: Seed = 1,
    page: Page = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a contract before it is signed: past years, and made-up years without any true effect."""
    import json

    from pipeline.cli.simulate_tables import show
    from pipeline.reporting.simulated import document, simulation_page
    from pipeline.simulation import people_from
    from pipeline.simulation import simulate as run

    agreed = chosen(contract, home, year=year)
    about = agreed.years[0] if year is None else year
    bounds = agreed.for_year(about).case_mix_age_bounds
    where = persons.name if persons else f"the night of {date}"
    people = people_from(
        _table(agreed, about, persons, date, home), bounds.value if bounds else (0,), where=where
    )
    simulation = run(agreed, about, people, _assumed(quality, figures), years=times, seed=seed)
    if page is not None:
        with named_by_user(page):
            page.write_text(simulation_page(simulation), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(document(simulation), indent=1, ensure_ascii=False))
    else:
        show(simulation)
        if page is not None:
            typer.echo(f"Page: {page}")


def _table(
    agreed: Contract, year: int, persons: Path | None, date: str | None, home: Path | None
) -> DataFrame:
    from pipeline.errors import SettingsError
    from pipeline.home import OcmoHome
    from pipeline.simulation.from_lake import person_years
    from pipeline.simulation.table import read_people

    if (persons is None) == (date is None):
        raise SettingsError(
            "It is not said whose cost the simulation starts from",
            remedy="Give --persons FILE with person years, or --date with the night whose person years to take.",
        )
    if persons is not None:
        return read_people(persons)
    return person_years(OcmoHome.open(home), agreed.id, year, day(str(date)))


def _assumed(quality: str, figures: Path | None) -> Assumed:
    from pipeline.errors import SettingsError
    from pipeline.simulation import Assumed
    from pipeline.simulation.given import read_given

    try:
        share = Decimal(quality)
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share <= 1:
        raise SettingsError(f"'{quality}' is no quality", remedy="Write a share from 0 to 1, such as 0.75.")
    return Assumed(share, read_given(figures) if figures else {})
