"""`ocmo agreement`: the pseudonymisation agreement, of which each role holds a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import example

app = typer.Typer(help="The pseudonymisation agreement between the roles.", no_args_is_help=True)


@app.command(
    epilog=example(
        "ocmo agreement make contracts/maasoever.yaml --identity ttp.json --identity ocmo.json"
        " --identity zilverzorg.json --out agreement.json"
    )
)
def make(
    contract: Annotated[Path, typer.Argument(help="The contract's YAML file.")],
    identity: Annotated[list[Path], typer.Option(help="Public half of a role; once for each role.")],
    out: Annotated[Path, typer.Option(help="Where to write the agreement.")],
) -> None:
    """Put the contract's terms on linkage and the roles' public keys into one agreement."""
    from pipeline.cli.keys import read_identity
    from pipeline.contract import load
    from pipeline.errors import ContractValueError
    from pseudonymisation.agreement import Agreement

    agreed = load(contract)
    terms = agreed.for_year(agreed.contract.first_year)
    identities = [read_identity(path) for path in identity]
    by_role = {one.role: one for one in identities}
    suppliers = {one.name: one for one in identities if one.role == "supplier"}
    expected = terms.linkage_suppliers.value
    missing = [role for role in ("ttp", "ocmo") if role not in by_role]
    missing += [name for name in expected if name not in suppliers]
    if missing:
        raise ContractValueError(
            f"The public key of {missing[0]} is missing",
            where=str(contract),
            remedy="Give one --identity for the TTP, the OCMO and each supplier the contract names.",
        )
    Agreement(
        contract=agreed.id,
        epoch=terms.linkage_epoch.value,
        key_version=terms.linkage_key_version.value,
        engine=terms.linkage_engine.value,
        suite=terms.linkage_suite.value,
        ttp=by_role["ttp"],
        ocmo=by_role["ocmo"],
        suppliers=tuple(suppliers[name] for name in expected),
        minimum_persons=terms.linkage_minimum_persons.value,
        maximum_persons=terms.linkage_maximum_persons.value,
        bsn_policy=terms.linkage_bsn_policy.value,
        allow_test_numbers=terms.linkage_allow_test_numbers.value,
    ).write(out)
    typer.echo(f"Wrote the agreement of contract {agreed.id}, with {len(expected)} suppliers, to {out}.")
