"""Where a ring's keys lie, and who opens it: new shares or a new passphrase, and a token."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.keys.options import Ring, Today
from pipeline.cli.options import example

app = typer.Typer()


@app.command(epilog=example("ocmo keys renew var/ttp/keys"))
def renew(ring: Ring, on: Today = "") -> None:
    """Wrap a ring's keys anew: both custodians get new shares in place of the old, or it gets a new passphrase."""
    from pipeline.cli.keys.options import log, today
    from pseudonymisation.keys import KeyRing
    from pseudonymisation.renewal import renew as renew_ring

    opened = KeyRing.open(ring)
    identity, day = opened.identity, today(on)
    renew_ring(ring, (identity.role, identity.name))
    log(ring, opened, "custody-renewed", day)
    typer.echo(
        f"The keys of {identity.name} ({identity.role}) are wrapped under a new key-encryption key."
        " Destroy every copy of the old shares, or change the file with the passphrase."
    )


@app.command(
    "use-token",
    epilog=example(
        "ocmo keys use-token var/ttp/keys --module /usr/lib/softhsm/libsofthsm2.so --token pseudonyms"
    ),
)
def use_token(
    ring: Ring,
    module: Annotated[Path, typer.Option(help="PKCS#11 module of the token's maker.")],
    token: Annotated[str, typer.Option(help="Label of the token.")],
) -> None:
    """Tell a ring which token (PKCS#11) keeps keys for it; the PIN is in the file OCMO_TOKEN_PIN_FILE."""
    from pseudonymisation.keys import KeyRing

    KeyRing.open(ring).use_token(module, token)
    typer.echo(f"Token {token} keeps keys for this ring.")


@app.command(
    "move-to-token",
    epilog=example(
        "ocmo keys move-to-token var/suppliers/zilverzorg/keys shared-secret-1 --contract maasoever"
    ),
)
def move_to_token(
    ring: Ring,
    key: Annotated[str, typer.Argument(help="Key, as `keys show` names it.", metavar="KEY")],
    contract: Annotated[str, typer.Option("--contract", help="Id of the contract.", metavar="ID")],
    on: Today = "",
) -> None:
    """Move the shared secret, or an epoch's key, from its file into the ring's token, which never gives it back."""
    from pipeline.cli.keys.options import agreements_beside, log, today
    from pseudonymisation.engine import key_for
    from pseudonymisation.keys import KeyRing

    opened = KeyRing.open(ring)
    opened.move_to_token(key_for(key, contract), agreements_beside(ring))
    log(ring, opened, "key-moved-to-token", today(on), key)
    typer.echo(
        f"Key {key} is in the token, for contract {contract} only; its file is gone."
        " Now let both custodians renew the ring (`ocmo keys renew`): until then a copy of the file still opens."
    )
