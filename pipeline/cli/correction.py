"""`ocmo settlement correct` and `explain`: what an issued statement differs from now; where an amount comes from."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from pipeline.cli.options import AsJson, BusinessDate, ContractId, Home, Year, day

Reason = Annotated[
    str,
    typer.Option(
        "--reason", help="Why, in a sentence that lasts; it stands in the correction.", metavar="TEXT"
    ),
]
Stated = Annotated[
    list[str] | None,
    typer.Option(
        "--figure",
        help="A fact that no delivery holds, such as left_within_year=1; may be given more than once.",
        metavar="NAME=NUMBER",
    ),
]
Issue = Annotated[
    bool,
    typer.Option("--issue", help="Issue what was drafted with the same options. It never changes again."),
]
Drafted = Annotated[
    str | None,
    typer.Option(
        "--date", help="The draft on the figures of this night, instead of what stands.", metavar="YYYY-MM-DD"
    ),
]
Amount = Annotated[
    str,
    typer.Option(
        "--line",
        help="Which line: its rule, after a colon its year, indicator or member; or its number.",
        metavar="RULE[:SUBJECT]",
    ),
]

Language = Annotated[
    Literal["nl", "en"] | None, typer.Option(help="Default: the contract's own.", metavar="nl|en")
]


def correct(
    contract: ContractId,
    year: Year,
    date: BusinessDate,
    reason: Reason,
    figure: Stated = None,
    issue: Issue = False,
    home: Home = None,
) -> None:
    """Correct an issued statement: draft what the year comes to now, with every cause and its part; then issue it."""
    from pipeline.home import OcmoHome
    from pipeline.reporting.correction.correct import draft_correction, issue_correction
    from pipeline.reporting.correction.document import correction_document
    from pipeline.reporting.correction.page import told

    make = issue_correction if issue else draft_correction
    made = make(OcmoHome.open(home), contract, year, day(date), reason, figure or [])
    for line in told(correction_document(made.correction, "final" if issue else "draft")):
        typer.echo(line)
    typer.echo(f"{'Issued' if issue else 'Draft'}: {made.folder}")


def explain(
    contract: ContractId,
    year: Year,
    line: Amount = "payable",
    date: Drafted = None,
    language: Language = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Trace an amount on a statement down to figures, terms with their clause, and table versions.

    Of the statement that stands: the issued one, or the one after its last correction.
    """
    import json

    from pipeline.contract.shelf import versions_of
    from pipeline.home import OcmoHome
    from pipeline.reporting.correction.standing import drafted_statement, standing_statement
    from pipeline.reporting.traced import traced_data, traced_head, traced_text
    from pipeline.reporting.tracing import trace

    ocmo = OcmoHome.open(home)
    statement, stated = (
        (drafted_statement(ocmo, contract, year, day(date)), {})
        if date
        else ((stands := standing_statement(ocmo, contract, year)).document, stands.stated)
    )
    node = trace(statement, line, stated)
    if as_json:
        about = {
            name: statement[name] for name in ("contract", "year", "state", "business_date", "code_version")
        }
        typer.echo(json.dumps({**about, "amount": traced_data(node)}, indent=1, ensure_ascii=False))
        return
    agreed = versions_of(ocmo.contracts, contract).number(statement["contract"]["version"])
    language = language or agreed.contract.language
    typer.echo(traced_head(statement, language))
    for text in traced_text(node, agreed, language):
        typer.echo(text)
