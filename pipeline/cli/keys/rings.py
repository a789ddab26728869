"""Make a key ring and the keys in it; show what may be known of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.keys.options import KeyVersion, Ring, Today
from pipeline.cli.options import AsJson, example, named_by_user

if TYPE_CHECKING:
    import datetime as dt

    from pseudonymisation.keys import KeyRing

app = typer.Typer(
    help="Key rings: make one, share the suppliers' secret, rotate and destroy keys.", no_args_is_help=True
)

Contract = Annotated[str, typer.Option("--contract", help="Id of the contract.", metavar="ID")]
InToken = Annotated[bool, typer.Option("--in-token", help="Let the ring's token draw and keep the key.")]


@app.command(
    epilog=example(
        "ocmo keys create var/ttp/keys --role ttp --name vertrouwd --identity ttp.json",
        "ocmo keys create keys --role supplier --name veldzicht --identity veldzicht.json --custody passphrase",
    )
)
def create(
    ring: Ring,
    role: Annotated[str, typer.Option(help="supplier, ttp or ocmo.")],
    name: Annotated[str, typer.Option(help="Name in the agreement.")],
    identity: Annotated[Path, typer.Option(help="Where to write the public half, for the others.")],
    suite: Annotated[
        str, typer.Option(help="How deliveries are sealed: X25519 or MLKEM768X25519.")
    ] = "X25519",
    custody: Annotated[
        str, typer.Option(help="Who opens the ring: shares (two custodians) or passphrase.")
    ] = "shares",
    on: Today = "",
) -> None:
    """Make a key ring, readable by nobody else, and write its public half."""
    from pipeline.cli.keys.options import shares_lie_in, today
    from pipeline.cli.keys.publichalf import write_identity
    from pseudonymisation.custody import CUSTODY_VARIABLE
    from pseudonymisation.keys import KeyRing

    made_on = today(on)
    with named_by_user(identity):
        identity.parent.mkdir(parents=True, exist_ok=True)
        identity.open("a").close()  # a ring whose public half cannot be written would be of no use
        made = KeyRing.create(ring, role=role, name=name, suite=suite, made_on=made_on, custody=custody)
        write_identity(made.identity, identity)
    typer.echo(f"Made the key ring of {name} ({role}). Fingerprint: {made.identity.fingerprint}")
    if role != "ocmo" and shares_lie_in(ring):
        typer.echo(
            "Both shares lie in the ring itself, where they protect nothing: that is for trying out."
            f" For real data, name with {CUSTODY_VARIABLE} where two custodians keep them, and make the ring there.",
            err=True,
        )


@app.command(
    epilog=example("ocmo keys show var/ocmo/keys", "ocmo keys show var/ttp/keys --identity ttp.json")
)
def show(
    ring: Ring,
    identity: Annotated[
        Path | None, typer.Option(help="Where to write the public half again, for the others.")
    ] = None,
    key_version: KeyVersion = 1,
    as_json: AsJson = False,
) -> None:
    """Show name, role, fingerprint and keys of a ring, with date and one-way check value; never a key."""
    import json

    from pipeline.cli.keys.options import custody_told
    from pipeline.cli.keys.publichalf import write_identity
    from pseudonymisation.keys import KeyRing

    opened = KeyRing.open(ring)
    public = opened.identity
    if identity:
        with named_by_user(identity):
            write_identity(public, identity)
    facts = [opened.facts(name) for name in opened.names()]
    gone = [name for name in opened.names(ever=True) if name not in opened.names()]
    if as_json:
        about = {"name": public.name, "role": public.role, "suite": public.suite}
        about |= {"fingerprint": public.fingerprint, "custody": custody_told(ring)}
        typer.echo(json.dumps({**about, "keys": [vars(one) for one in facts], "destroyed": gone}, indent=1))
        return
    typer.echo(f"{public.name} ({public.role}), {public.suite}: {public.fingerprint}")
    if opened.has_shared_secret(key_version):
        typer.echo(f"Holds version {key_version} of the suppliers' shared secret.")
    width = max(len(one.name) for one in facts)
    typer.echo(f"{'key':<{width}}  made on     check value       kept in")
    for one in facts:
        typer.echo(f"{one.name:<{width}}  {one.made_on or 'not noted':<10}  {one.check_value}  {one.place}")
    for name in gone:
        typer.echo(f"{name:<{width}}  destroyed")
    typer.echo(f"Opened by {custody_told(ring)}.")


@app.command(epilog=example("ocmo keys fingerprint ttp.json"))
def fingerprint(
    identity: Annotated[Path, typer.Argument(help="Public half that another sent.", metavar="FILE")],
) -> None:
    """Show the fingerprint of another role's public half, to compare by telephone."""
    from pipeline.cli.keys.publichalf import read_identity

    public = read_identity(identity)
    typer.echo(f"{public.name} ({public.role}), {public.suite}: {public.fingerprint}")


@app.command("make-secret", epilog=example("ocmo keys make-secret var/suppliers/zilverzorg/keys"))
def make_secret(ring: Ring, key_version: KeyVersion = 1, on: Today = "") -> None:
    """Make the suppliers' shared secret: one supplier does this, once for the contract."""
    from pipeline.cli.keys.options import today
    from pseudonymisation.keys import KeyRing

    _make_secret(ring, KeyRing.open(ring), key_version, today(on))


@app.command("make-epoch", epilog=example("ocmo keys make-epoch var/ttp/keys --contract maasoever --epoch 1"))
def make_epoch(
    ring: Ring,
    contract: Contract,
    epoch: Annotated[int, typer.Option(help="The epoch, as in the agreement.")],
    in_token: InToken = False,
    on: Today = "",
) -> None:
    """Make the key of one epoch of a contract: the TTP does this, before its first delivery."""
    from pipeline.cli.keys.options import today
    from pseudonymisation.keys import KeyRing

    _make_epoch(ring, KeyRing.open(ring), contract, epoch, today(on), in_token=in_token)


@app.command(
    epilog=example(
        "ocmo keys rotate var/suppliers/zilverzorg/keys",
        "ocmo keys rotate var/ttp/keys --contract maasoever",
    )
)
def rotate(
    ring: Ring,
    contract: Annotated[
        str | None, typer.Option("--contract", help="At the TTP: whose next epoch.", metavar="ID")
    ] = None,
    in_token: InToken = False,
    on: Today = "",
) -> None:
    """Make the next key: at a supplier the next version of the shared secret, at the TTP the next epoch's."""
    from pipeline.cli.keys.options import today
    from pipeline.errors import SettingsError
    from pseudonymisation.engine import PSEUDONYM, SHARED_SECRET
    from pseudonymisation.keyfacts import newest
    from pseudonymisation.keys import KeyRing

    opened = KeyRing.open(ring)
    ever = opened.names(ever=True)
    if opened.identity.role != "ttp":
        return _make_secret(ring, opened, newest(ever, SHARED_SECRET) + 1, today(on))
    if not contract:
        raise SettingsError(
            "The TTP has epochs by contract", remedy="Say with --contract which contract goes on to its next."
        )
    epoch = newest(ever, f"{PSEUDONYM}-{contract}") + 1
    return _make_epoch(ring, opened, contract, epoch, today(on), in_token=in_token)


def _make_secret(folder: Path, ring: KeyRing, version: int, on: dt.date) -> None:
    from pipeline.cli.keys.options import log
    from pseudonymisation.engine import shared_secret

    ring.create_shared_secret(version, on)
    log(folder, ring, "key-made", on, shared_secret(version))
    typer.echo(f"Made version {version} of the suppliers' shared secret.")


def _make_epoch(
    folder: Path, ring: KeyRing, contract: str, epoch: int, on: dt.date, *, in_token: bool
) -> None:
    from pipeline.cli.keys.options import log
    from pseudonymisation.engine import epoch_secret

    ring.create_pseudonym_key(contract, epoch, on, in_token=in_token)
    log(folder, ring, "key-made", on, epoch_secret(contract, epoch))
    typer.echo(f"Made the key of epoch {epoch} of contract {contract}.")
