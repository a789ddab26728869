"""`ocmo audit`: whether the roles' audit logs are whole, and a delivery's way through them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, example, named_by_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pseudonymisation.audit_check import Checked
    from pseudonymisation.audit_trail import Trail

app = typer.Typer(
    help="The roles' audit logs: are they whole, and what do they say of a delivery.", no_args_is_help=True
)

Logs = Annotated[
    list[Path] | None,
    typer.Option(
        "--log",
        "--home",
        help="An audit log, or a role's home; once for each. Default: those of all homes under OCMO_HOME (or ./var).",
        metavar="PATH",
    ),
]


@app.command(
    epilog=example(
        "ocmo audit verify",
        "ocmo audit verify --log /srv/ttp",
        "ocmo audit verify --log /srv/ttp --log received/ocmo-audit.jsonl",
    )
)
def verify(log: Logs = None, as_json: AsJson = False) -> None:
    """See that no line of a log was changed, taken out, moved or cut off.

    Each log is looked at for itself, and against what the others given wrote down of it: only they can tell that
    lines were cut off at the end, or the whole was written anew. Of whom they wrote something down and no log was
    given is told; an auditor asks for that log.
    """
    import json

    from pseudonymisation.audit_witness import contradicted
    from pseudonymisation.errors import AuditError

    logs = _checked(log)
    faults = {one.path: [*one.faults, *contradicted(one, logs)] for one in logs}
    if as_json:
        found = [_as_json(one, faults[one.path], logs) for one in logs]
        typer.echo(json.dumps(found, indent=1))
    else:
        for one in logs:
            _print(one, [str(fault) for fault in faults[one.path]], logs)
    bad = [path for path, found in faults.items() if found]
    if bad:
        raise AuditError(
            f"{len(bad)} of {len(logs)} audit logs are not what was written",
            where=", ".join(map(str, bad)),
            remedy="Find out who changed them, and put them back from a backup; until then they prove nothing.",
        )


@app.command(
    epilog=example(
        "ocmo audit show", "ocmo audit show --delivery zilverzorg-2025-01 --html zilverzorg-2025-01.html"
    )
)
def show(
    delivery: Annotated[str | None, typer.Option(help="Id of a delivery. Default: name all.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as a page, too.", metavar="FILE")] = None,
    log: Logs = None,
    as_json: AsJson = False,
) -> None:
    """Show a delivery's way through supplier, TTP and OCMO: who did what, on which sealed bytes, with what result."""
    import json

    from pipeline.cli.audit_page import audit_page, rows
    from pseudonymisation.audit_trail import deliveries, trail

    logs = _checked(log)
    if delivery is None:
        for name in deliveries(logs):
            typer.echo(name)
        return
    found = trail(delivery, logs)
    if html:
        with named_by_user(html):
            html.write_text(audit_page(found, logs), encoding="utf-8")
    if as_json:
        typer.echo(
            json.dumps({"delivery": delivery, "missing": found.missing, "lines": rows(found)}, indent=1)
        )
    else:
        _print_trail(found)


def _checked(given: list[Path] | None) -> list[Checked]:
    """The logs that were asked for, or those of all homes under the state folder."""
    from pipeline.home import state_folder
    from pseudonymisation.audit import FILE_NAME
    from pseudonymisation.audit_check import check
    from pseudonymisation.errors import AuditError

    root = state_folder()
    paths = [path / FILE_NAME if path.is_dir() else path for path in given or ()]
    paths = paths or sorted((*root.glob(f"*/{FILE_NAME}"), *root.glob(f"suppliers/*/{FILE_NAME}")))
    if not paths:
        raise AuditError(
            "There is no audit log",
            where=str(root),
            remedy="Give the homes of the roles, or their logs, with --log.",
        )
    return [check(path) for path in paths]


def _as_json(log: Checked, faults: Sequence[object], logs: Sequence[Checked]) -> dict[str, object]:
    from pseudonymisation.audit_witness import not_given

    return {
        "log": str(log.path),
        "owner": log.owner,
        "lines": len(log.lines),
        "faults": [str(f) for f in faults],
        "is_broken_off": log.is_broken_off,
        "not_given": not_given(log, logs),
    }


def _print(log: Checked, faults: list[str], logs: Sequence[Checked]) -> None:
    from pseudonymisation.audit_witness import not_given

    head = log.lines[-1].head if log.lines else "none"
    typer.echo(
        f"{log.owner or log.path}: {len(log.lines)} lines, {'WRONG' if faults else 'whole'}; head {head}"
    )
    for fault in faults:
        typer.echo(f"  {fault}")
    if log.is_broken_off:
        typer.echo("  after the last line stands one that was broken off: it counts for nothing")
    for owner, noted in not_given(log, logs).items():
        typer.echo(f"  not given: the log of {owner}, whose head it wrote down as {noted}")


def _print_trail(found: Trail) -> None:
    from rich.console import Console
    from rich.table import Table

    from pipeline.cli.audit_page import rows

    table = Table(box=None, pad_edge=False, title=f"Delivery {found.delivery}", title_justify="left")
    for heading in ("line", "role", "step", "result", "persons", "sealed bytes"):
        table.add_column(heading, justify="right" if heading in ("line", "persons") else "left")
    for row in rows(found):
        table.add_row(
            str(row["line"]), row["name"], row["action"], row["result"], row["persons"], row["sealed"][:16]
        )
    console = Console(highlight=False)
    console.print(table)
    for step in found.missing:
        console.print(f"Not there: {step}")
