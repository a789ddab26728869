"""Return messages: the insurer's answers, joined to the declarations that they answer.

A return repeats each record of its declaration, with what is awarded. By itself it delivers whole claim lines. When
the declaration is in the same delivery, both hold the same claims: what is awarded, and the first return code, then go
to the declaration's line, and the return's line is merged away: counted as merged, neither accepted nor rejected. They
are joined on `message_ref` and `record_ref` (see `message_refs`), and where a return repeats them on `line_ref` and
`insurer_code`: a declarant may give two declarations one invoice number. A return in XML repeats no more than the
reference.

Of several answers to one line the one of the last date counts (`answered_on`); of one date, the one that sorts last by
what it decides, so that nothing depends on the order of the files. The earlier ones are merged away too.

A return's line is rejected when

    return_record    its declaration is there, and has no such accepted record, or has another claim in it
    return_declared  the declaration says another declared amount
    return_award     no awarded amount stands in it

and one that is merged away has the warning

    return_twice     a later answer to the same line counts

A message that is rejected as a whole comes back without records: its lines are awarded nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import polars as pl

from pipeline.intake.between.placed import ORDER, PLACE, collected, finding
from pipeline.intake.gds import layouts as xml_layouts
from pipeline.intake.messages import layouts
from pipeline.intake.rules.findings import PLACED, REJECTED, WARNING
from pipeline.intake.staging import ANSWERED_ON, MESSAGE_REF, RECORD_REF

CLAIMS = "claim_line"

_RECORD = [MESSAGE_REF, RECORD_REF]
_DECIDED = ["awarded_cents", "return_code"]
_REPEATED = ["line_ref", "insurer_code"]
_SAME_CLAIM = ("line_ref", "bsn")
_ANSWERED_LINE = [f"{name}_declared" for name in ORDER]
_REASONS = {
    "return_record": (RECORD_REF, "the declaration has no such accepted record, or another claim in it"),
    "return_declared": ("declared_cents", "the declaration of this record says another declared amount"),
    "return_award": ("awarded_cents", "the return names no awarded amount"),
}


@dataclass(frozen=True)
class Merged:
    """What returns make of the claim lines of a delivery.

    `awarded` says what goes to which line of a declaration: file_number, row_number, awarded_cents (signed) and
    return_code. `merged` are the lines of returns that are merged away: file_number and row_number. `findings` has the
    schema PLACED; each rejects its line, or warns of one that is merged away.
    """

    awarded: pl.DataFrame = field(repr=False)
    merged: pl.DataFrame = field(repr=False)
    findings: pl.DataFrame = field(repr=False)


@cache
def return_standards(*folders: Path) -> frozenset[str]:
    """The standards that are returns; `folders` may hold further layouts."""
    messages = (layout.standard for layout in layouts.all_layouts(*folders) if layout.answers)
    return frozenset((*messages, *_xml_standards(*folders)))


@cache
def _xml_standards(*folders: Path) -> frozenset[str]:
    """The returns that repeat no more than the reference of a claim."""
    return frozenset(layout.standard for layout in xml_layouts.all_layouts(*folders) if layout.answers)


def is_return(standard: str, layout_folders: Sequence[Path] = ()) -> bool:
    """Whether messages of this standard are answers to declarations."""
    return standard in return_standards(*layout_folders)


def merge_returns(
    claims: pl.LazyFrame,
    layout_folders: Sequence[Path] = (),
    rejected_messages: Mapping[str, str] | None = None,
) -> Merged:
    """Join the returns among the accepted claim lines of a delivery to the declarations there.

    In memory are the references and amounts of the returns' lines, and of the declarations that they answer.

    Args:
        claims: of all files of the delivery: `PLACE`, standard, bsn, the `WORKING` columns, and the canonical
            columns. They are read twice.
        layout_folders: may hold further layouts.
        rejected_messages: by `message_ref` the return code of messages that were rejected as a whole.
    """
    from_return = pl.col("standard").is_in(sorted(return_standards(*layout_folders)))
    in_message = claims.filter(pl.col(MESSAGE_REF).is_not_null() & pl.col(RECORD_REF).is_not_null())
    known = [*PLACE, *_RECORD, *_REPEATED, "bsn", "declared_cents"]
    in_xml = pl.col("standard").is_in(sorted(_xml_standards(*layout_folders))).alias("in_xml")
    answers = in_message.filter(from_return).select(*known, ANSWERED_ON, *_DECIDED, in_xml)
    returned = collected(answers).sort(ORDER)
    rejected = pl.DataFrame(
        list((rejected_messages or {}).items()),
        schema={MESSAGE_REF: pl.String, "return_code": pl.String},
        orient="row",
    )
    answered = pl.concat([returned[MESSAGE_REF], rejected[MESSAGE_REF]]).unique().to_frame()
    declarations = in_message.filter(~from_return).select(known)
    declared = collected(declarations.join(answered.lazy(), on=MESSAGE_REF, how="semi")).sort(ORDER)
    found = _matched(returned, declared)
    broken = _findings(found)
    sound = found.join(broken, on=ORDER, how="anti")
    last = _last_answers(sound)
    awarded = last.select(*_DECIDED, **{name: f"{name}_declared" for name in ORDER}).select(*ORDER, *_DECIDED)
    return Merged(
        awarded=pl.concat([awarded, _refused(declared, rejected, awarded)]).sort(ORDER),
        merged=sound.select(ORDER),
        findings=pl.concat([broken, _superseded(sound.join(last, on=ORDER, how="anti"))]).sort(ORDER),
    )


def _matched(returned: pl.DataFrame, declared: pl.DataFrame) -> pl.DataFrame:
    """The returns' lines whose declaration is in the delivery, each with the line that it answers if there is one.

    The columns of that line end in '_declared'.
    """
    answering = returned.join(declared, on=MESSAGE_REF, how="semi", maintain_order="left")
    lines = declared.select(pl.all().name.suffix("_declared"))
    joined = [
        _joined(answering.filter(~pl.col("in_xml")), lines, [*_RECORD, *_REPEATED]),
        _joined(answering.filter("in_xml"), lines, _RECORD),
    ]
    return pl.concat(joined).sort(ORDER)


def _joined(answering: pl.DataFrame, lines: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Of several declared lines with the same keys the first is answered."""
    declared_keys = [f"{name}_declared" for name in keys]
    return answering.join(
        lines.unique(declared_keys, keep="first", maintain_order=True),
        left_on=keys,
        right_on=declared_keys,
        how="left",
        validate="m:1",
        coalesce=False,
        nulls_equal=True,
        maintain_order="left",
    )


def _findings(found: pl.DataFrame) -> pl.DataFrame:
    """Each line that cannot answer its record, with the first reason why."""
    other = pl.any_horizontal(pl.col(name) != pl.col(f"{name}_declared") for name in _SAME_CLAIM)
    judged = found.with_columns(
        rule=pl.when(pl.col("row_number_declared").is_null() | other)
        .then(pl.lit("return_record"))
        .when(pl.col("declared_cents") != pl.col("declared_cents_declared"))
        .then(pl.lit("return_declared"))
        .when(pl.col("awarded_cents").is_null())
        .then(pl.lit("return_award"))
    )
    parts = [
        finding(judged.filter(rule=rule), CLAIMS, field=name, rule=rule, reason=reason, severity=REJECTED)
        for rule, (name, reason) in _REASONS.items()
    ]
    return pl.concat([PLACED.to_frame(), *parts]).sort(ORDER)


def _last_answers(sound: pl.DataFrame) -> pl.DataFrame:
    """By answered line the answer that counts, whatever the order of the files."""
    return sound.sort(ANSWERED_ON, *_DECIDED, *ORDER).unique(_ANSWERED_LINE, keep="last").sort(ORDER)


def _superseded(earlier: pl.DataFrame) -> pl.DataFrame:
    return finding(
        earlier,
        CLAIMS,
        field=RECORD_REF,
        rule="return_twice",
        reason="another answer to the same record counts: it is the later one",
        severity=WARNING,
    )


def _refused(declared: pl.DataFrame, rejected: pl.DataFrame, awarded: pl.DataFrame) -> pl.DataFrame:
    """Nothing awarded, for lines of messages that were rejected as a whole and have no answer of their own."""
    lines = declared.join(rejected, on=MESSAGE_REF, how="inner").join(awarded, on=ORDER, how="anti")
    return lines.select(*ORDER, pl.lit(0, dtype=pl.Int64).alias("awarded_cents"), "return_code")
