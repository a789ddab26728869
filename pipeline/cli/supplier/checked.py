"""What `ocmo supplier check` shows of its files: as JSON, or as text with the first findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipeline.canonical import canonical_table
from pipeline.cli.supplier.account_lines import account_lines, in_one_line
from pipeline.intake.rules.findings import REJECTED, WARNING
from pipeline.money import euros

if TYPE_CHECKING:
    import polars as pl

    from pipeline.intake.check import CheckedFile
    from pipeline.intake.granted import Decided
    from pipeline.intake.mend import DeliveryResult, Refusal

SHOWN_CAUSES = 20
DETAILED = 5
FAULTLESS = "accepted"


def as_json(delivery: DeliveryResult) -> dict[str, Any]:
    """All of it but the accepted rows, of several files under `files`, and the `delivery` as a whole; JSON-able."""
    files = [
        summary | _findings_as_json(file)
        for summary, file in zip(delivery.file_summaries(), delivery.files, strict=True)
    ]
    told = files[0] if len(files) == 1 else {"files": files}
    return told | {"delivery": delivery.summary()}


def show(delivery: DeliveryResult) -> None:
    """Print of each file counts, totals, warnings, notes, and the first findings; then of all what they are together.

    Of more than `DETAILED` files, those without fault have a line each.
    """
    console = Console(highlight=False, soft_wrap=True)
    for file, outcome in zip(delivery.files, delivery.outcomes, strict=True):
        for line in _of_file(file, outcome, is_brief=len(delivery.files) > DETAILED):
            console.print(line, markup=False)
    for line in _of_all(delivery):
        console.print(line, markup=False)


def _of_file(file: CheckedFile | Refusal, outcome: str, *, is_brief: bool) -> Iterator[str]:
    from pipeline.intake.mend import Refusal

    if isinstance(file, Refusal):
        yield f"{file.file}: {outcome}"
        yield f"  {file.where}: {file.what}. {file.remedy}"
        return
    title = f"{file.name}: {file.title}, {outcome}"
    if is_brief and file.outcome == FAULTLESS:
        yield f"{title}; {in_one_line(file.accounts)}"
        return
    yield title
    yield from _lines(file)


def _of_all(delivery: DeliveryResult) -> Iterator[str]:
    """Of several files their sums; what was not looked at; and a refusal of all of them."""
    if len(delivery.files) > 1:
        counted = Counter(sorted(delivery.outcomes))
        outcomes = ", ".join(f"{n:,} {outcome}" for outcome, n in counted.items())
        yield f"{len(delivery.files):,} files: {outcomes}"
        if any(canonical_table(name).is_personal for name in delivery.tables):
            yield f"  persons      {delivery.persons:,}"
        yield from account_lines(delivery.tables, delivery.rows_without_amount)
    if delivery.not_checked:
        yield f"not checked: {'; '.join(delivery.not_checked)}"
    if delivery.is_together and delivery.refusal:
        yield f"The delivery is refused: {delivery.refusal}"


def _findings_as_json(file: CheckedFile | Refusal) -> dict[str, Any]:
    from pipeline.intake.mend import Refusal

    if isinstance(file, Refusal):
        return {}
    return {"rejected": _told(file, file.rejected), "warned": _told(file, file.warned)}


def _lines(file: CheckedFile) -> Iterator[str]:
    yield "  records      " + ", ".join(f"{code}: {n:,}" for code, n in file.records.items())
    if any(canonical_table(name).is_personal for name in file.tables):
        yield f"  persons      {file.persons:,}"
    yield from account_lines(file.accounts, file.rows_without_amount, is_answer=file.is_answer)
    if file.decided:
        yield f"  decided      {_decided(file.decided)}"
    if file.trailer_cents is not None:
        yield f"  trailer      {euros(file.trailer_cents)}, reconciled with counts and total"
    for warning in file.warnings:
        yield f"  warning: {warning}"
    for note in file.notes:
        yield f"  note: {note}"
    yield from _findings(file.causes(REJECTED), "rejected")
    yield from _findings(file.causes(WARNING), "warned of")


def _decided(decided: Decided) -> str:
    lines = f"{decided.lines:,} line{'s' if decided.lines > 1 else ''}"
    less = euros(decided.declared_cents - decided.awarded_cents)
    denied = f"; nothing on {decided.denied_lines:,} of them" if decided.denied_lines else ""
    return (
        f"on {lines}: {euros(decided.declared_cents)} declared, {euros(decided.awarded_cents)} awarded, "
        f"{less} denied{denied}"
    )


def _told(file: CheckedFile, findings: pl.DataFrame) -> list[dict[str, Any]]:
    """The findings in the words of the file, JSON-able."""
    from pipeline.intake.rules.own_names import in_own_words

    return in_own_words(findings.drop("file_number").lazy(), file.names).collect().to_dicts()


def _findings(causes: pl.DataFrame, kind: str) -> Iterator[str]:
    """The first causes, each with the lines to mend, and how many there are more."""
    if causes.height:
        yield f"  {kind}:"
    for cause in causes.head(SHOWN_CAUSES).iter_rows(named=True):
        record = f", record {cause['record_code']}" if cause["record_code"] else ""
        field = f", {cause['own_name']}" if cause["own_name"] else ""
        where = _places(cause["first_lines"], cause["lines"])
        yield f"    {where}{record}{field}: {_unnamed(cause['reason'], cause['own_name'])}"
    more = causes.height - SHOWN_CAUSES
    if more > 0:
        yield f"    and {more:,} more causes; the list to mend (`--mend list.xlsx`) and `--json` have all"


def _unnamed(reason: str, own_name: str) -> str:
    """The reason without the field's name, which stands before it already."""
    names = (name for name in (own_name, own_name.rpartition(" (")[0]) if name)
    return next((reason.removeprefix(f"{name} ") for name in names if reason.startswith(f"{name} ")), reason)


def _places(first: Sequence[int], lines: int) -> str:
    more = f" and {lines - len(first):,} more" if lines > len(first) else ""
    return f"line{'s' if lines > 1 else ''} {', '.join(map(str, first))}{more}"
