"""`ocmo privacy`: how many linked persons could be recognised by what is kept of them."""

from __future__ import annotations

import typer

from pipeline.cli.options import AsJson, BusinessDate, ContractId, Home, day, example

app = typer.Typer(help="Re-identification risk of the linked data.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `assess` a command of a group, though it is the only one."""


@app.command(
    epilog=example(
        "ocmo privacy assess --contract maasoever --date 2026-07-15",
        "ocmo privacy assess --contract maasoever --date 2026-07-15 --json",
    )
)
def assess(contract: ContractId, date: BusinessDate, home: Home = None, as_json: AsJson = False) -> None:
    """Count who is alone, or among few, in what is kept of the linked persons; fail when over the contract's limits."""
    from pipeline import privacy
    from pipeline.errors import PrivacyRiskError
    from pipeline.home import OcmoHome
    from pipeline.reporting.privacy import write_assessment

    ocmo = OcmoHome.open(home)
    assessment = privacy.assess(ocmo, contract, day(date))
    files = write_assessment(ocmo, assessment)
    typer.echo((files.json if as_json else files.text).read_text(encoding="utf-8"), nl=False)
    if not as_json:
        typer.echo(f"\n  {files.html}\n  {files.json}")
    if assessment.over:
        raise PrivacyRiskError(
            f"Contract {contract} is over {len(assessment.over)} of its {len(assessment.verdicts)} limits of "
            "re-identification risk",
            where=f"clause {assessment.term.clause}",
            remedy="Let suppliers leave out, or make coarser, what the page shows to help most; or agree otherwise.",
        )
