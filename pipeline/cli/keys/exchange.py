"""Suppliers give each other the shared secret."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.keys.options import KeyVersion, Ring, Today
from pipeline.cli.options import example, named_by_user

app = typer.Typer()


@app.command(
    "share-secret",
    epilog=example(
        "ocmo keys share-secret var/suppliers/zilverzorg/keys --with veldzicht.json --out veldzicht.secret"
    ),
)
def share_secret(
    ring: Ring,
    receiver: Annotated[Path, typer.Option("--with", help="Public half of the other supplier.")],
    out: Annotated[Path, typer.Option(help="Where to write the sealed secret.")],
    key_version: KeyVersion = 1,
) -> None:
    """Seal the shared secret for another supplier. Compare fingerprints by telephone first."""
    from pipeline.cli.keys.publichalf import read_identity
    from pseudonymisation.keys import KeyRing

    identity = read_identity(receiver)
    sealed = KeyRing.open(ring).wrap_shared_secret(identity, key_version)
    with named_by_user(out):
        out.write_bytes(sealed)
    typer.echo(f"Sealed the shared secret for {identity.name} ({identity.fingerprint}).")


@app.command(
    "receive-secret",
    epilog=example(
        "ocmo keys receive-secret var/suppliers/veldzicht/keys veldzicht.secret --from zilverzorg.json"
    ),
)
def receive_secret(
    ring: Ring,
    sealed: Annotated[Path, typer.Argument(help="The sealed secret.")],
    sender: Annotated[Path, typer.Option("--from", help="Public half of the supplier who sent it.")],
    key_version: KeyVersion = 1,
    on: Today = "",
) -> None:
    """Take over the shared secret that another supplier sealed for this ring."""
    from pipeline.cli.keys.options import log, today
    from pipeline.cli.keys.publichalf import read_identity
    from pseudonymisation.engine import shared_secret
    from pseudonymisation.keys import KeyRing

    identity = read_identity(sender)
    with named_by_user(sealed):
        secret = sealed.read_bytes()
    opened, received_on = KeyRing.open(ring), today(on)
    opened.receive_shared_secret(secret, sender=identity, key_version=key_version, made_on=received_on)
    log(ring, opened, "key-received", received_on, shared_secret(key_version), supplier=identity.name)
    typer.echo(
        f"Took over the shared secret from {identity.name}."
        f" Check value: {opened.facts(shared_secret(key_version)).check_value}"
    )
