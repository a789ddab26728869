"""`ocmo keys`: one key ring per role, made and shown by its owner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import example, named_by_user

if TYPE_CHECKING:
    from pseudonymisation.identity import PublicIdentity

app = typer.Typer(
    help="Key rings: make one, show its fingerprint, share the suppliers' secret.", no_args_is_help=True
)

Ring = Annotated[Path, typer.Argument(help="Folder of the key ring.", metavar="RING")]


@app.command(epilog=example("ocmo keys create var/ttp/keys --role ttp --name vertrouwd --identity ttp.json"))
def create(
    ring: Ring,
    role: Annotated[str, typer.Option(help="supplier, ttp or ocmo.")],
    name: Annotated[str, typer.Option(help="Name in the agreement.")],
    identity: Annotated[Path, typer.Option(help="Where to write the public half, for the others.")],
    suite: Annotated[
        str, typer.Option(help="How deliveries are sealed: X25519 or MLKEM768X25519.")
    ] = "X25519",
) -> None:
    """Make a key ring, readable by nobody else, and write its public half."""
    from pseudonymisation.keys import KeyRing

    with named_by_user(identity):
        identity.parent.mkdir(parents=True, exist_ok=True)
        identity.open("a").close()  # a ring whose public half cannot be written would be of no use
        made = KeyRing.create(ring, role=role, name=name, suite=suite)
        _write_identity(made.identity, identity)
    typer.echo(f"Made the key ring of {name} ({role}). Fingerprint: {made.identity.fingerprint}")


@app.command(
    epilog=example("ocmo keys show var/ocmo/keys", "ocmo keys show var/ttp/keys --identity ttp.json")
)
def show(
    ring: Ring,
    identity: Annotated[
        Path | None, typer.Option(help="Where to write the public half again, for the others.")
    ] = None,
    key_version: Annotated[int, typer.Option(help="Version of the secret to look for.")] = 1,
) -> None:
    """Show name, role and fingerprint of a key ring, and whether it holds the suppliers' secret; never a key."""
    from pseudonymisation.keys import KeyRing

    opened = KeyRing.open(ring)
    public = opened.identity
    if identity:
        with named_by_user(identity):
            _write_identity(public, identity)
    typer.echo(f"{public.name} ({public.role}), {public.suite}: {public.fingerprint}")
    if opened.has_shared_secret(key_version):
        typer.echo(f"Holds version {key_version} of the suppliers' shared secret.")


@app.command("make-secret", epilog=example("ocmo keys make-secret var/suppliers/zilverzorg/keys"))
def make_secret(
    ring: Ring, key_version: Annotated[int, typer.Option(help="Version of the secret.")] = 1
) -> None:
    """Make the suppliers' shared secret: one supplier does this, once for the contract."""
    from pseudonymisation.keys import KeyRing

    KeyRing.open(ring).create_shared_secret(key_version)
    typer.echo(f"Made version {key_version} of the suppliers' shared secret.")


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
    key_version: Annotated[int, typer.Option(help="Version of the secret.")] = 1,
) -> None:
    """Seal the shared secret for another supplier. Compare fingerprints by telephone first."""
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
    key_version: Annotated[int, typer.Option(help="Version of the secret.")] = 1,
) -> None:
    """Take over the shared secret that another supplier sealed for this ring."""
    from pseudonymisation.keys import KeyRing

    identity = read_identity(sender)
    with named_by_user(sealed):
        secret = sealed.read_bytes()
    KeyRing.open(ring).receive_shared_secret(secret, sender=identity, key_version=key_version)
    typer.echo(f"Took over the shared secret from {identity.name}.")


def read_identity(path: Path) -> PublicIdentity:
    """A public half from its file.

    Raises:
        SettingsError: when there is no such file, or it is no JSON.
    """
    from pipeline.errors import SettingsError
    from pseudonymisation.identity import PublicIdentity

    try:
        return PublicIdentity.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise SettingsError(
            "The public half of a key ring cannot be read",
            where=str(path),
            remedy="Give the file that `ocmo keys create --identity` wrote.",
        ) from error


def _write_identity(identity: PublicIdentity, path: Path) -> None:
    from pseudonymisation.dropfolder import replace_file

    replace_file(path, (json.dumps(identity.to_json(), indent=1, sort_keys=True) + "\n").encode())
