"""Destroy a key, and check another's certificate that one was destroyed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.keys.options import Ring, Today
from pipeline.cli.options import example, named_by_user

if TYPE_CHECKING:
    from pseudonymisation.certificates import DestructionCertificate

app = typer.Typer()


@app.command(
    epilog=example(
        "ocmo keys destroy var/ttp/keys pseudonym-maasoever-1 --custodian 'A. Jansen' --custodian 'B. Smit'"
        " --certificate destroyed.json"
    )
)
def destroy(
    ring: Ring,
    key: Annotated[str, typer.Argument(help="Key, as `keys show` names it.", metavar="KEY")],
    custodian: Annotated[list[str], typer.Option(help="Who was there; give it twice, for two people.")],
    certificate: Annotated[Path, typer.Option(help="Where to write the signed certificate.")],
    force: Annotated[bool, typer.Option("--force", help="Also a key that is in use, or the newest.")] = False,
    on: Today = "",
) -> None:
    """Destroy an old key for good, wrap the others anew, and write a signed certificate.

    Of a key that was destroyed before, it writes the certificate of then.
    """
    import hashlib

    from pipeline.cli.keys.options import agreements_beside, log, today
    from pipeline.errors import SettingsError
    from pseudonymisation.certificates import verified
    from pseudonymisation.destruction import destroy as destroy_key
    from pseudonymisation.keys import KeyRing

    if len(custodian) != 2:
        raise SettingsError("A destruction needs two custodians", remedy="Give --custodian twice.")
    day, opened = today(on), KeyRing.open(ring)
    signed = destroy_key(
        ring,
        key,
        on=day,
        custodians=(custodian[0], custodian[1]),
        agreements=agreements_beside(ring),
        force=force,
    )
    digest = hashlib.sha256(signed).hexdigest()
    log(ring, opened, "key-destroyed", day, key, once=True, digests={"certificate": digest})
    with named_by_user(certificate):
        certificate.write_bytes(signed)
    typer.echo(_told(verified(signed, opened.identity)))


@app.command(
    "verify-certificate", epilog=example("ocmo keys verify-certificate destroyed.json --identity ttp.json")
)
def verify_certificate(
    certificate: Annotated[Path, typer.Argument(help="The certificate.", metavar="FILE")],
    identity: Annotated[Path, typer.Option(help="Public half of whose certificate it is.")],
) -> None:
    """Check that a certificate of a key's destruction is signed by whom it names, and show what it says."""
    from pipeline.cli.keys.publichalf import read_identity
    from pseudonymisation.certificates import verified

    signer = read_identity(identity)
    with named_by_user(certificate):
        data = certificate.read_bytes()
    typer.echo(_told(verified(data, signer)))


def _told(certificate: DestructionCertificate) -> str:
    made = f", made on {certificate.made_on}" if certificate.made_on else ""
    forced = "\nIt was in use, or the newest of its kind." if certificate.in_use else ""
    return (
        f"{certificate.owner} ({certificate.role}, {certificate.ring}) destroyed key {certificate.key}"
        f" (check value {certificate.check_value}{made}, kept in a {certificate.place})"
        f" on {certificate.destroyed_on}, before {certificate.first_custodian}"
        f" and {certificate.second_custodian}.{forced}"
    )
