"""`ocmo objection`: a person objects at a supplier; the OCMO removes the person, and lets nobody bring it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Home, day, example

app = typer.Typer(help="Objections: a person leaves, and stays out.", no_args_is_help=True)


@app.command(
    epilog=example(
        "ocmo objection send --home var/suppliers/zilverzorg --bsn-file objections.txt"
        " --delivery zilverzorg-notice-7 --delivered-on 2026-08-01",
    )
)
def send(
    home: Annotated[Path, typer.Option("--home", help="The supplier's home.", metavar="DIR")],
    bsn_file: Annotated[Path, typer.Option(help="Who objects: one BSN on each line.")],
    delivery: Annotated[
        str, typer.Option(help="Id of the delivery. The TTP sees it: let it not say what it is.")
    ],
    delivered_on: Annotated[str, typer.Option(help="Day of delivery, YYYY-MM-DD.")],
    among: Annotated[
        Path | None,
        typer.Option(help="Others to hide among: one BSN on each line. Default: all of the planned files."),
    ] = None,
) -> None:
    """Seal the objection of the persons in a file, hidden among others whom the supplier knows.

    Destroy the file afterwards, or keep it where you keep patients' letters.
    """
    from pipeline.cli.supplier.identifiers import numbers_in, numbers_of_plan
    from pipeline.cli.supplier.planning import SupplierHome
    from pseudonymisation.agreement import Agreement
    from pseudonymisation.audit import AuditLog
    from pseudonymisation.keys import KeyRing
    from pseudonymisation.objection import seal_objection

    supplier = SupplierHome.open(home)
    agreement = Agreement.load(supplier.root / "agreement.json")
    allowed = agreement.allow_test_numbers
    objecting = numbers_in(bsn_file, allow_test_numbers=allowed)
    others = (
        numbers_in(among, allow_test_numbers=allowed)
        if among
        else numbers_of_plan(supplier, allow_test_numbers=allowed)
    )
    ring = KeyRing.open(supplier.root / "keys")
    for outbox in (supplier.ttp_outbox, supplier.ocmo_outbox):
        outbox.mkdir(parents=True, exist_ok=True)
    sealed = seal_objection(
        agreement=agreement,
        ring=ring,
        delivery_id=delivery,
        delivered_on=day(delivered_on),
        objecting=objecting,
        others=others,
        ttp_outbox=supplier.ttp_outbox,
        ocmo_outbox=supplier.ocmo_outbox,
        audit=AuditLog.of_home(supplier.root, ring.identity),
    )
    before = "sealed before" if sealed.resumed else "sealed"
    typer.echo(
        f"{sealed.delivery_id}: {before}; {len(objecting):,} persons object, among {sealed.persons:,}."
        " The OCMO carries it out in the night after the TTP's round."
    )


@app.command("list", epilog=example("ocmo objection list", "ocmo objection list --json"))
def list_objections(home: Home = None, as_json: AsJson = False) -> None:
    """List the objections that were carried out: by which delivery of whom, under which epoch, how many persons."""
    import json

    from pipeline.home import OcmoHome
    from pipeline.linkage.blocklist import BlockList

    found = [
        {
            "delivery_id": one.delivery_id,
            "supplier": one.supplier,
            "label": one.label,
            "persons": len(one.persons),
        }
        for one in BlockList(OcmoHome.open(home)).objections()
    ]
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    for row in found:
        typer.echo(
            f"{row['delivery_id']}: {row['persons']:,} persons, from {row['supplier']}, {row['label']}"
        )
    if not found:
        typer.echo("Nobody has objected.")


@app.command(epilog=example("ocmo objection apply"))
def apply(home: Home = None) -> None:
    """See that nobody who objected is in any table, such as one from a backup; every night begins with it."""
    from pipeline.home import OcmoHome
    from pipeline.linkage import keep_out
    from pipeline.reporting.files import alone_in

    ocmo = OcmoHome.open(home)
    with alone_in(ocmo.root):
        done = keep_out(ocmo)
    if done.tables:
        typer.echo(
            f"Wrote {done.tables:,} tables anew; {done.rows:,} delivered rows are gone. Run the night again."
        )
    else:
        typer.echo("Nobody who objected is in any table.")
