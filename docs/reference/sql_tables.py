"""The page of the computed tables, from the headers of `sql/<package>/<table>.sql`."""

from __future__ import annotations

import re
import textwrap

from docs.reference.markdown import codes, document
from pipeline.lake.sql import SQL, sql_table

INTRODUCTION = """\
One `.sql` file is one table: one statement whose header says the rule. Sources named `raw_` are the canonical
tables as linked; `terms_` and `calendar_` are small tables made of the contract's terms, `canonical_care_type` the
kinds of care, `delivery_supplier` who delivered what, and when; the others are tables of this page. Tables are
written sorted by their grain, which is their key. `core_` tables are by person or payment and stay inside; `mart_`
tables are sums, and are what a statement cites.

More tables are computed in Python from these: `mart_run_out_pattern` and `mart_completed_cost`
(`pipeline/completion`), `mart_casemix_rate` and `mart_expected_cost` (`pipeline/casemix`), and `mart_indicator`
(`pipeline/indicators`)."""

MACHINE_LINES = re.compile(r"^(table|grain|sources|parameters):")


def page() -> str:
    """All tables by package, in the order of the flow."""
    packages = ("claims", "completion", "casemix", "indicators", "privacy")
    found = {path.name for path in SQL.iterdir() if path.is_dir()}
    if found != set(packages):
        raise ValueError(f"sql/ holds {sorted(found)}; say in {__name__} where each comes in the flow")
    return document(
        "Computed tables",
        INTRODUCTION,
        *(
            _section(package, path.stem)
            for package in packages
            for path in sorted(SQL.glob(f"{package}/*.sql"))
        ),
    )


def _section(package: str, name: str) -> str:
    table = sql_table(package, name)
    facts = [
        f"- File: [sql/{package}/{name}.sql](../../sql/{package}/{name}.sql)",
        f"- Grain: {codes(table.grain)}",
        f"- Sources: {codes(table.sources)}",
        f"- Parameters: {codes(table.parameters) or 'none'}",
    ]
    before, joins = _prose(table.text)
    if joins:
        facts.append(f"- Joins: {' '.join(joins.split())}")
    return "\n\n".join([f"## {name}", _as_markdown(before), "\n".join(facts)])


def _prose(text: str) -> tuple[str, str]:
    """What the header says before and after the lines that the machine reads."""
    header = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        header.append(line.removeprefix("--").removeprefix(" "))
    machine = [place for place, line in enumerate(header) if MACHINE_LINES.match(line)]
    return "\n".join(header[: machine[0]]).strip(), "\n".join(header[machine[-1] + 1 :]).strip()


def _as_markdown(prose: str) -> str:
    """Paragraphs as they are; indented lines as a block of their own."""
    blocks = re.split(r"((?:^ {4}.*\n?)+)", prose, flags=re.MULTILINE)
    shown = (
        f"```text\n{textwrap.dedent(block).rstrip()}\n```" if block.startswith("    ") else block.strip()
        for block in blocks
    )
    return "\n\n".join(block for block in shown if block)
