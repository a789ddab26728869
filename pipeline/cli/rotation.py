"""`ocmo rotation`: a new epoch, in which everybody has another pseudonym and every figure stays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, ContractId, Home, day, example, named_by_user

if TYPE_CHECKING:
    import polars as pl

    from pipeline.cli.supplier.planning import SupplierHome
    from pipeline.linkage.rotation_state import RotationState
    from pseudonymisation.rotation import Turn

app = typer.Typer(
    help="Rotation: a new epoch with new pseudonyms, and the end of old keys.", no_args_is_help=True
)


@app.command(
    epilog=example("ocmo rotation agree agreement.json --epoch 2 --key-version 2 --out agreement.next.json")
)
def agree(
    agreement: Annotated[Path, typer.Argument(help="The agreement of now.")],
    epoch: Annotated[int, typer.Option(help="Number of the next epoch.")],
    key_version: Annotated[int, typer.Option(help="Version of the suppliers' shared secret in it.")],
    out: Annotated[Path, typer.Option(help="Where to write the next agreement.")],
) -> None:
    """Write the agreement of the next epoch: the one of now, with another epoch and key version."""
    from pseudonymisation.agreement import Agreement
    from pseudonymisation.rotation import next_agreement

    then = next_agreement(Agreement.load(agreement), epoch=epoch, key_version=key_version)
    with named_by_user(out):
        then.write(out)
    typer.echo(f"Wrote the agreement of contract {then.contract} for epoch {then.epoch} to {out}.")


@app.command(
    epilog=example(
        "ocmo rotation deliver --home var/suppliers/zilverzorg --name zilverzorg-turn-2"
        " --delivered-on 2027-01-15 --bsn-file objected-and-former.txt"
    )
)
def deliver(
    home: Annotated[Path, typer.Option("--home", help="The supplier's home.", metavar="DIR")],
    name: Annotated[str, typer.Option(help="What the ids of the deliveries begin with.")],
    delivered_on: Annotated[str, typer.Option(help="Day of delivery, YYYY-MM-DD.")],
    bsn_file: Annotated[
        Path | None,
        typer.Option(help="Others who were ever delivered, or objected: one BSN on each line."),
    ] = None,
    only_file: Annotated[
        bool, typer.Option(help="Only those of --bsn-file; of the plan as many as one delivery lacks.")
    ] = False,
) -> None:
    """Deliver the identifiers of everybody in the planned files, and nothing else, under both agreements.

    They lie in the home as agreement.json and agreement.next.json; the latter takes the place of the former when
    the OCMO says that the rotation is applied.
    """
    from pipeline.cli.supplier.planning import SupplierHome
    from pseudonymisation.agreement import Agreement
    from pseudonymisation.audit import AuditLog
    from pseudonymisation.keys import KeyRing
    from pseudonymisation.rotation import Turn, seal_rotation

    supplier = SupplierHome.open(home)
    turn = Turn(
        Agreement.load(supplier.root / "agreement.json"),
        Agreement.load(supplier.root / "agreement.next.json"),
    )
    numbers, among = _whom(supplier, turn, bsn_file, only_file=only_file)
    ring = KeyRing.open(supplier.root / "keys")
    for outbox in (supplier.ttp_outbox, supplier.ocmo_outbox):
        outbox.mkdir(parents=True, exist_ok=True)
    sealed = seal_rotation(
        turn,
        ring=ring,
        name=name,
        delivered_on=day(delivered_on),
        numbers=numbers,
        among=among,
        ttp_outbox=supplier.ttp_outbox,
        ocmo_outbox=supplier.ocmo_outbox,
        audit=AuditLog.of_home(supplier.root, ring.identity),
    )
    for one in sealed:
        typer.echo(
            f"{one.delivery_id}: {'sealed before' if one.resumed else 'sealed'}; {one.persons:,} persons"
        )


@app.command(
    epilog=example(
        "ocmo rotation show --contract maasoever", "ocmo rotation show --contract maasoever --json"
    )
)
def show(contract: ContractId, home: Home = None, as_json: AsJson = False) -> None:
    """Show what came for the rotation that is on, what is waited for, and who would leave; nothing changes."""
    import json

    from pipeline.home import OcmoHome
    from pipeline.linkage.rotation_state import rotation_state

    state = rotation_state(OcmoHome.open(home), contract)
    if as_json:
        typer.echo(json.dumps(_as_json(state), indent=1))
        return
    typer.echo(f"Contract {contract}, from epoch {state.turn.now.epoch} to {state.turn.then.epoch}.")
    for supplier, persons in state.persons.items():
        typer.echo(f"  {supplier} delivered {persons:,} persons.")
    for name in (*state.lacking, *state.waiting):
        typer.echo(f"  {name} is waited for.")
    for table, (persons, rows) in state.leaving_by_table.items():
        typer.echo(f"  {table}: {persons:,} persons, {rows:,} rows would leave.")
    typer.echo(
        f"{state.leaving:,} persons were not delivered again and would leave; of those who objected,"
        f" {state.unblocked:,} were not."
    )


@app.command(
    epilog=example(
        "ocmo rotation apply --contract maasoever", "ocmo rotation apply --contract maasoever --leaving 12"
    )
)
def apply(
    contract: ContractId,
    home: Home = None,
    leaving: Annotated[
        int, typer.Option(help="How many persons leave, as `show` tells: those not delivered again.")
    ] = 0,
    without: Annotated[list[str] | None, typer.Option(help="A supplier that is not waited for.")] = None,
) -> None:
    """Move all stored pseudonyms of a contract to the next epoch, in one commit; once.

    Stop the nights meanwhile. Afterwards the next agreement is the one of now, and no old pseudonym is left.
    """
    from pipeline.home import OcmoHome
    from pipeline.linkage.rotation import apply_rotation
    from pipeline.reporting.files import alone_in

    ocmo = OcmoHome.open(home)
    with alone_in(ocmo.root):
        done = apply_rotation(ocmo, contract, leaving=leaving, without=without or ())
    typer.echo(
        f"Contract {contract} is in epoch {done.epoch}: {done.persons:,} persons, {done.tables:,} tables;"
        f" {done.left_persons:,} persons left."
    )
    for table, rows in done.left_rows.items():
        typer.echo(f"  {table}: {rows:,} rows left.")
    typer.echo("Tell the suppliers and the TTP: the next agreement takes the place of theirs; old keys go.")


def _whom(
    supplier: SupplierHome, turn: Turn, bsn_file: Path | None, *, only_file: bool
) -> tuple[pl.Series, pl.Series | None]:
    """The numbers to deliver; and others, when those of the list are too few to be delivered by themselves."""
    import polars as pl

    from pipeline.cli.supplier.identifiers import numbers_in, numbers_of_plan

    allowed = turn.now.allow_test_numbers
    listed = pl.Series("", [], dtype=pl.String)
    if bsn_file:
        listed = numbers_in(bsn_file, allow_test_numbers=allowed).alias("")
    if only_file and len(listed) >= turn.now.minimum_persons:
        return listed, None
    planned = numbers_of_plan(supplier, allow_test_numbers=allowed).alias("")
    return (listed, planned) if only_file else (pl.concat([listed, planned]), None)


def _as_json(state: RotationState) -> dict[str, object]:
    """Plain values; the agreements by their epochs."""
    told = {name: value for name, value in vars(state).items() if name != "turn"}
    return {"from_epoch": state.turn.now.epoch, "to_epoch": state.turn.then.epoch, **told}
