"""`ocmo deliveries`: what came, how it stands, what is missing; and all about one delivery."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import AsJson, Home, day, example

if TYPE_CHECKING:
    from pipeline.deliveries import DeliveryState, Register
    from pipeline.deliveries.missing import Expected
    from pipeline.home import OcmoHome

app = typer.Typer(help="The register of deliveries.", no_args_is_help=True)

AnyDate = Annotated[
    str | None,
    typer.Option(
        "--date",
        help="Business date: how things stood with what was delivered up to this day. Default: all that came.",
        metavar="YYYY-MM-DD",
    ),
]


@app.command("list", epilog=example("ocmo deliveries list --date 2026-07-15", "ocmo deliveries list --json"))
def list_deliveries(date: AnyDate = None, home: Home = None, as_json: AsJson = False) -> None:
    """List every arrival with how it stands, why when it is not used, and what is expected and missing."""
    import json

    from pipeline.cli.delivery_tables import print_deliveries, print_expected
    from pipeline.home import OcmoHome

    ocmo = OcmoHome.open(home)
    business_date = day(date) if date else dt.date.max
    state = _register(ocmo).state(business_date)
    expected = _expected(ocmo, business_date)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "deliveries": [_as_json(one) for one in state],
                    "expected": [
                        {"contract": contract, "settlement_year": year, **vars(one)}
                        for (contract, year), tables in expected.items()
                        for one in tables
                    ],
                },
                indent=1,
                default=str,
            )
        )
        return
    known, unlinked = _known(ocmo, state, business_date)
    print_deliveries(state, known)
    for contract, reason in unlinked.items():
        typer.echo(f"No shares are known of contract {contract}: {reason}\n")
    print_expected(expected)


@app.command(epilog=example("ocmo deliveries show zilverzorg-2025-01"))
def show(
    delivery: Annotated[str, typer.Argument(help="Id of the delivery, or the name of its folder.")],
    date: AnyDate = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show all about one delivery: who sent it, rows and euros, what the gate found, how it looks beside others."""
    import json

    from pipeline.cli.delivery_tables import print_delivery
    from pipeline.errors import NoDataError
    from pipeline.home import OcmoHome

    state = _register(OcmoHome.open(home)).state(day(date) if date else dt.date.max)
    found = [one for one in state if delivery in (one.delivery.delivery_id, one.delivery.arrival)]
    if not found:
        raise NoDataError(
            f"No delivery '{delivery}' has come",
            remedy="`ocmo deliveries list` names those that did; one that waits for its other half is not there.",
        )
    if as_json:
        typer.echo(json.dumps([_as_json(one) for one in found], indent=1, default=str))
        return
    for one in found:
        print_delivery(one)


@app.command(
    epilog=example(
        "ocmo deliveries release veldzicht-2025-01 --date 2026-07-16 --by 'A. Bakker' --reason 'new ward, by mail'"
    )
)
def release(
    delivery: Annotated[str, typer.Argument(help="Id of a delivery that waits in quarantine.")],
    date: Annotated[
        str, typer.Option("--date", help="Business date from which it counts.", metavar="YYYY-MM-DD")
    ],
    by: Annotated[str, typer.Option(help="Who decides so.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit log, so name nobody's number.")],
    home: Home = None,
) -> None:
    """Let a delivery count that links otherwise than its contract expects. Ask its supplier first whether it can be."""
    from pipeline.home import OcmoHome
    from pipeline.linkage.quarantine import release as let_go

    row = let_go(OcmoHome.open(home), delivery, on=day(date), by=by, reason=reason)
    typer.echo(f"{row.delivery_id} counts from {date}; the next night of that date or later uses it.")


def _register(home: OcmoHome) -> Register:
    from pipeline.deliveries import Register
    from pipeline.lake import open_lake

    return Register(open_lake(home).catalogue.engine)


def _expected(home: OcmoHome, business_date: dt.date) -> dict[tuple[str, int], list[Expected]]:
    """What is expected and how it stands, by contract and year of settlement."""
    from pipeline.contract.shelf import served
    from pipeline.deliveries.due import years_awaited
    from pipeline.deliveries.missing import expected_deliveries

    contracts, register = served(home.contracts), _register(home)
    return {
        (contract, year): expected_deliveries(
            contracts[contract].settling(year).for_year(year), year, register.state(business_date, contract)
        )
        for contract, year in years_awaited(home, business_date)
    }


def _known(
    home: OcmoHome, state: list[DeliveryState], business_date: dt.date
) -> tuple[dict[str, float], dict[str, str]]:
    """By delivery that counts: the share of its rows whose person is in the contract's register of insured.

    And by contract whose deliveries cannot be held against one another: why.
    """
    from collections import Counter

    from pipeline.deliveries import Standing
    from pipeline.errors import OcmoError
    from pipeline.linkage import link_rates

    contracts = {str(one.delivery.contract) for one in state if one.standing is Standing.ACCEPTED}
    rows: Counter[str] = Counter()
    known: Counter[str] = Counter()
    unlinked = {}
    for contract in sorted(contracts):
        try:
            rates = link_rates(home, contract, business_date)
        except OcmoError as error:
            unlinked[contract] = str(error)
            continue
        for rate in rates:
            if rate.table != "insured":
                rows[rate.delivery_id] += rate.rows
                known[rate.delivery_id] += rate.known
    return {delivery: known[delivery] / number for delivery, number in rows.items() if number}, unlinked


def _as_json(one: DeliveryState) -> dict[str, Any]:
    return {**vars(one.delivery), "standing": str(one.standing), "replaced_by": one.replaced_by}
