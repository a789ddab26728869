"""The page of the message standards, from the layouts in `pipeline/intake/layouts`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docs.reference.markdown import code, codes, document, table
from pipeline.intake.columns.code_lists import code_list
from pipeline.intake.gds import layouts as xml_layouts
from pipeline.intake.gds.layout import XmlLayout
from pipeline.intake.messages import layouts
from pipeline.intake.messages.record_layout import Layout

INTRODUCTION = """\
The standards in which Dutch insurers and providers exchange claims, as far as intake reads them. Each is one YAML file,
with the English name, the Dutch name and the element code of every field; positions, types and obligations are facts of
Vektis' specifications, and each file says from which edition they are taken, and what is assumed. A standard that is
not here is added as one more file, by the software or by a supplier in its own folder of layouts: no code.

A file is recognised by its first record, or in XML by its namespace. A standard whose version is not here is refused,
and the refusal names those that are."""

RETURNS = """\
A return message is the insurer's answer: every record of the declaration again, with what is awarded and the return
codes. By itself it delivers claim lines, with what was declared and what was awarded. When the declaration is in the
same delivery, what is awarded goes to the declaration's line, and the return's line is counted as merged. The two are
joined on the message (who declares, and the number of the invoice) and on the record's number in it. A return that says
another declared amount than the declaration, or answers a record that it does not have, is rejected by line. An answer
in XML does not repeat the claim: without its declaration it delivers nothing."""

RETURN_CODES = """\
The codes (COD954) of which the meaning is known, from
[return_codes.csv](../../pipeline/intake/lists/return_codes.csv), which also says how old they are. In the return file
that `ocmo supplier check` writes for an own declaration on request, findings have these codes where one fits; all are
told in words, in comment records. No amount is awarded in such a file, and it is marked as a test: it is a list to
mend, not an answer of an insurer."""


def page() -> str:
    """All standards, what becomes of their records, and the return codes."""
    messages = layouts.all_layouts()
    in_xml = xml_layouts.all_layouts()
    return document(
        "Standards",
        INTRODUCTION,
        _overview(messages, in_xml),
        f"## Declarations and their answers\n\n{RETURNS}",
        *(_message_section(layout) for layout in messages),
        *(_xml_section(layout) for layout in in_xml),
        f"## Return codes\n\n{RETURN_CODES}\n\n{_return_codes()}",
    )


def _overview(messages: tuple[Layout, ...], in_xml: tuple[XmlLayout, ...]) -> str:
    rows = [
        (
            layout.title,
            codes(layout.message_codes),
            f"records of {layout.record_length}",
            f"{layout.answers.standard} {layout.answers.version}" if layout.answers else "",
            layout.source,
        )
        for layout in messages
    ]
    rows += [
        (layout.title, code(layout.message_code), "XML", layout.answers, layout.source) for layout in in_xml
    ]
    return table(("standard", "message code", "form", "answers", "source"), rows)


def _message_section(layout: Layout) -> str:
    records = table(
        ("record", "what it is", "in Dutch", "fields"),
        (
            (code(record.code), record.name, record.dutch_name.lower(), str(len(record.fields)))
            for record in layout.records.values()
        ),
    )
    totals = codes(f"{total.of_record}.{total.of_field}" for total in layout.trailer.totals)
    closing = f"The closing record counts the others, and adds up {totals}: all are reconciled."
    parts = (
        f"A row of {code(name)} per record {code(raw['record'])}:\n\n{_columns(raw['columns'])}"
        for name, raw in layout.canonical.items()
    )
    return "\n\n".join([f"## {layout.title}", records, closing, *parts])


def _xml_section(layout: XmlLayout) -> str:
    records = table(
        ("record", "elements", "fields"),
        (
            (code(record.name), codes(record.elements), str(len(record.fields)))
            for record in layout.records.values()
        ),
    )
    parts = (
        f"A row of {code(name)} per record {code(record)}:\n\n{_columns(raw['columns'])}"
        for name, by_record in layout.canonical.items()
        for record, raw in by_record.items()
    )
    return "\n\n".join([f"## {layout.title}", records, *parts])


def _columns(rules: Mapping[str, Any]) -> str:
    return table(("column", "from"), ((code(name), _in_words(rule)) for name, rule in rules.items()))


def _in_words(rule: str | Mapping[str, Any]) -> str:
    """A rule of the mapping language, for a reader."""
    said = "; ".join(_parts({"take": rule} if isinstance(rule, str) else rule))
    source = "" if isinstance(rule, str) else rule.get("source", "")
    return f"{said} ({source})" if source else said


def _parts(rule: Mapping[str, Any]) -> Iterator[str]:
    match rule:
        case {"take": name, "codes": meanings}:
            yield f"{code(name)}: " + ", ".join(f"{code(old)} {new}" for old, new in meanings.items())
        case {"take": name}:
            yield code(name)
        case {"first": names}:
            yield f"the first that is filled of {codes(names)}"
        case {"compose": names}:
            yield f"{codes(names)}, joined"
        case {"amount": name}:
            yield f"{code(name)}, with the sign of {code(rule['sign'])}" if "sign" in rule else code(name)
        case {"constant": value}:
            yield f"always {code(value)}"
        case {"empty": why}:
            yield f"empty: {why}"
        case {"lookup": keys, "in": name, "give": given}:
            times = f", times {code(rule['times'])}" if "times" in rule else ""
            yield f"{code(given)} of the list {code(name)} by {codes(keys.values())}{times}"
        case {"rules": cases}:
            yield from (_case(case) for case in cases)
        case _:
            yield ", ".join(f"{verb} {named}" for verb, named in rule.items() if verb != "source")


def _case(case: Mapping[str, Any]) -> str:
    value = code(case["value"]) if "value" in case else next(_parts(case))
    if "when" not in case:
        return f"else {value}"
    name = case["when"]["field"]
    held = ", ".join(f"{word} {asked}" for word, asked in case["when"].items() if word != "field")
    return f"{value} where {code(name)} {held}"


def _return_codes() -> str:
    rows = code_list("return_codes").rows.select("return_code", "level", "says").iter_rows()
    return table(("code", "concerns", "says"), ((code(number), level, says) for number, level, says in rows))
