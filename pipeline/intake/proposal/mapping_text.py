"""A proposal as the text of a mapping file: YAML with how sure each line is, and why, as comments."""

from __future__ import annotations

from typing import Any

import yaml

from pipeline.canonical import care_types
from pipeline.errors import LayoutError
from pipeline.intake.columns.mapping import DATE_VERBS
from pipeline.intake.proposal.guess import Guess
from pipeline.intake.proposal.guesses import Proposal
from pipeline.intake.rules.field_rules import FieldForm
from pipeline.intake.tables.found_notation import find_written
from pipeline.intake.tables.mapping_file import DECIDE

CARE_TYPE = "care_type_code"
_TOP = """\
# A proposal, made from the header and the first {rows:,} rows of {file}.
# Finish it: look at every line, and replace each `{decide}`. As long as there is one, the mapping is not read.
# How rules are written, and what the columns of {table} are, the documentation says.
"""


def as_yaml(proposal: Proposal) -> str:
    """The mapping file. It holds names of columns and codes of lists; of no other column a value."""
    sample, table = proposal.sample, proposal.table
    lines = [
        _TOP.format(rows=sample.raw.height, file=sample.file, table=table.name, decide=DECIDE),
        f"table: {table.name}  # fits {proposal.fits[table.name] / 2:.0%}{_next_best(proposal)}",
        f"source: {_flow(sample.file)}  # say whose table this is",
        f"format: {_flow(_format(proposal))}",
        _line("person", proposal.person, ""),
        "columns:",
        *(_line(name, guess, "  ") for name, guess in proposal.columns.items()),
    ]
    if (kind := proposal.columns.get(CARE_TYPE)) and kind.is_open:
        lines += ["", "# The kinds of care, with the names that reports use:"]
        lines += [f"#   {name}: {one.dutch}; {one.says}" for name, one in care_types().items()]
    missing = [column for column in table.columns if column.name not in proposal.columns]
    if missing:
        lines += ["", "# Not found, and optional: left out, they are empty."]
        lines += [f"#   {column.name}: {column.says}" for column in missing]
    if proposal.left_behind:
        lines += ["", "# Columns of the file that feed nothing, and stay behind:"]
        lines += [f"#   {name}" for name in proposal.left_behind]
    return "\n".join(lines) + "\n"


def _line(name: str, guess: Guess, indent: str) -> str:
    why = f"  # {guess.sureness}: {guess.why}" if guess.why else ""
    return f"{indent}{name}: {_flow(guess.rule)}{why}"


def _flow(value: Any) -> str:
    """On one line."""
    text = yaml.safe_dump(
        value, default_flow_style=True, width=float("inf"), sort_keys=False, allow_unicode=True
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _next_best(proposal: Proposal) -> str:
    others = {name: fit for name, fit in proposal.fits.items() if name != proposal.table.name and fit > 0}
    if not others:
        return ""
    best = max(others, key=lambda name: others[name])
    return f"; next best is {best}, {others[best] / 2:.0%}"


def _format(proposal: Proposal) -> dict[str, Any]:
    """What was found of the form of the file; what its values leave open is to decide."""
    sample = proposal.sample
    form: dict[str, Any] = dict(sample.table.form)
    kinds = _kinds(proposal)
    for key, kind in (("dates", "date"), ("decimal", "cents")):
        forms = [FieldForm(name, kind) for name, of in kinds.items() if of == kind]
        if not forms:
            continue
        try:
            written, _ = find_written(sample.raw, forms, sample.form, sample.table.kind)
        except LayoutError:
            form[key] = DECIDE
        else:
            form[key] = getattr(written, key)
            if key == "decimal" and written.thousands:
                form["thousands"] = written.thousands
    return form


def _kinds(proposal: Proposal) -> dict[str, str]:
    """What the columns that feed dates and amounts hold, by name."""
    types = {column.name: column.type for column in proposal.table.columns}
    kinds: dict[str, str] = {}
    for name, guess in proposal.columns.items():
        verb = next(iter(guess.rule), "take") if isinstance(guess.rule, dict) else "take"
        if verb in DATE_VERBS or (verb == "take" and types[name] == "date"):
            kinds |= dict.fromkeys(guess.sources, "date")
        elif verb == "amount":
            kinds[guess.sources[0]] = "cents"
    return kinds
