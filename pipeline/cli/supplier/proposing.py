"""What `ocmo supplier map` does: a mapping proposed for a table, as text or as a new file."""

from __future__ import annotations

from pathlib import Path

from pipeline.cli.options import named_by_user
from pipeline.cli.supplier.judging import judge_bsn
from pipeline.errors import FileRefusedError, SettingsError
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.proposal import Proposal, Sample, as_yaml, propose
from pipeline.intake.reading import standard_of
from pipeline.intake.tables.form import TableForm


def proposal_for(
    file: Path, table: str | None, *, sheet: str | None, header_row: int, out: Path | None
) -> tuple[str, str]:
    """The mapping's text, written to `out` when that is given, and what to say of it.

    Raises:
        FileRefusedError: when the file is no table with a header, or none that any canonical table fits.
        DeliveryRefusedError: when there is no such canonical table.
        SettingsError: when there is a file at `out`: somebody may have finished it.
    """
    if out is not None and out.exists():
        raise SettingsError(
            "There is a file of this name", where=str(out), remedy="Give another name; what is there stays."
        )
    with Workspace.temporary() as workspace:
        source = SourceFile.at(file, workspace=workspace.path)
        if standard := standard_of(source):
            raise FileRefusedError(
                f"This is {standard}, which needs no mapping",
                where=file.name,
                remedy="`ocmo supplier check` reads it as it is.",
            )
        # Test numbers look like BSNs all the same: whether they may be delivered, the check says.
        judge = judge_bsn(allow_test_numbers=True)
        proposal = propose(Sample.of(source, TableForm(sheet=sheet, header_row=header_row), judge), table)
    text = as_yaml(proposal)
    if out is not None:
        with named_by_user(out):
            out.write_text(text, encoding="utf-8")
    return text, _told(proposal, out)


def _told(proposal: Proposal, out: Path | None) -> str:
    where = f" in {out}" if out else ""
    left = f"; to decide: {', '.join(proposal.open)}" if proposal.open else ""
    found = sum(bool(guess.sources) for guess in proposal.columns.values())
    return f"A mapping to {proposal.table.name} is proposed{where}: {found} columns found{left}"
