"""Small GDS801 and GDS802 messages for the tests of the XML reader, and how they are checked.

A message is made of insured, each with debits and credits, each given as what differs from the ordinary one below:
element names with their texts, None for an element that is left out, a dict or a list of dicts for what lies
within. The closing total agrees with the contents unless told otherwise. Every element begins on a line of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from pipeline.intake import gds
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.staging import FileFacts, StagedTable

CLAIM = "http://ei.vektis.nl/declaratiebericht573"
RETURN = "http://ei.vektis.nl/declaratiebericht574"
BSN = "123456782"  # passes the eleven test; a number that people use for tests
INSURER = "9991"

HEADER: dict[str, Any] = {
    "Berichtcode": "573",
    "Berichtversie": "1",
    "Berichtsubversie": "0",
    "Berichtsoort": "P",
    "Verzender": "04990001",
    "VerzenderRol": "1",
    "Ontvanger": INSURER,
    "OntvangerRol": "3",
    "Verzenddatum": "2025-07-02",
    "Referentienummer": "B1",
}
CONTEXT: dict[str, Any] = {
    "Declarant": {"Zorgaanbiedercode": "04990001", "ZorgaanbiederSoort": "2"},
    "BetalingAanServicebureau": "false",
    "Factuurnummer": "F20250630",
    "Factuurdatum": "2025-06-30",
    "Valutacode": "EUR",
    "BegindatumDeclaratieperiode": "2025-04-01",
    "EinddatumDeclaratieperiode": "2025-06-30",
}
INSURED: dict[str, Any] = {"BSN": BSN, "UzoviNummer": INSURER, "Geboortedatum": "1950-01-01"}
DEBIT: dict[str, Any] = {
    "Referentienummer": "R1",
    "PrestatieCodelijstCode": "073",
    "Prestatiecode": "1000",
    "Begindatum": "2025-05-06",
    "Aantal": "1",
    "TariefInclBtw": "38.50",
    "BerekendBedragInclBtw": "38.50",
    "DeclaratieBedragInclBtw": "38.50",
    "Herdeclaratiecode": "01",
    "InformatieCode": "01",
    "DoorsturenToegestaan": "true",
    "PrivacyCode": "false",
}
CREDIT: dict[str, Any] = {
    "Referentienummer": "C1",
    "GerelateerdReferentienummer": "R0",
    "PrestatieCodelijstCode": "073",
    "Prestatiecode": "1000",
    "Begindatum": "2025-01-06",
    "ToegekendBedragInclBtwFinancieel": "10.00",
}
MENTAL: dict[str, Any] = {
    "PrestatieCodelijstCode": "071",
    "Prestatiecode": "CO0497",
    "AanvullendePrestatiegegevens": {
        "Diagnose": [{"DiagnoseCodelijstCode": "029", "Diagnosecode": "007"}],
        "Zorgtraject": {"Zorgtrajectnummer": "Z1"},
    },
}
"""A performance in mental care, as DEBIT with this."""


def debit(**said: Any) -> tuple[str, dict[str, Any]]:
    """A debit that differs from the ordinary one as said."""
    return "DebetPrestatie", DEBIT | said


def credit(**said: Any) -> tuple[str, dict[str, Any]]:
    """A credit that differs from the ordinary one as said."""
    return "CreditPrestatie", CREDIT | said


def insured(*performances: tuple[str, Mapping[str, Any]], **said: Any) -> dict[str, Any]:
    """An insured with these performances."""
    return INSURED | said | {"Prestatie": [{name: fields} for name, fields in performances]}


def claim(
    *persons: Mapping[str, Any],
    header: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    total: str | None = None,
    root: str = "Bericht",
    namespace: str = CLAIM,
) -> str:
    """A GDS801 message; `total` is its closing total in euros, where it is not the right one."""
    everybody = persons or (insured(debit()),)
    euros = Decimal(_total(everybody) if total is None else total)
    sign = "C" if euros < 0 else "D"
    body = {
        "Header": HEADER | dict(header or {}),
        "DeclaratieContext": CONTEXT | dict(context or {}),
        "Overzicht": {
            "TotaalDeclaratiebedragInclBtw": {"Bedrag": f"{abs(euros):.2f}", "DebetCreditCode": sign}
        },
        "Verzekerde": list(everybody),
    }
    return document(root, body, namespace)


def answer(
    *persons: Mapping[str, Any], total: str = "0.00", header: Mapping[str, Any] | None = None, **context: Any
) -> str:
    """A GDS802 message with this total awarded."""
    swapped = {"Berichtcode": "574", "VerzenderRol": "3", "OntvangerRol": "1", "Ontvanger": "04990001"}
    amount = {"Bedrag": total.lstrip("-"), "DebetCreditCode": "C" if total.startswith("-") else "D"}
    body = {
        "Header": HEADER | swapped | dict(header or {}),
        "DeclaratieContext": CONTEXT | {"DeclaratienummerVerzekeraar": "N1"} | context,
        "Overzicht": {"TotaalToegekendBedragInclBtwFinancieel": amount},
        "Verzekerde": list(persons),
    }
    return document("Bericht", body, RETURN)


def document(root: str, body: Mapping[str, Any], namespace: str, *, prefix: str = "gds801") -> str:
    """The message as XML, every element on a line of its own."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{prefix}:{root} xmlns:{prefix}="{namespace}">']
    lines += _lines(body, prefix, 1)
    return "\n".join([*lines, f"</{prefix}:{root}>", ""])


def source(content: str | bytes, folder: Path) -> SourceFile:
    """The content as a file to read."""
    path = folder / "message.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return SourceFile.at(path, workspace=folder)


def read(content: str | bytes, folder: Path, **options: Any) -> tuple[list[StagedTable], FileFacts]:
    """The blocks that hold rows, and the facts, of a message."""
    *blocks, facts = gds.read(source(content, folder), **options)
    return [block for block in blocks if block.rows.height], facts


def _total(everybody: Sequence[Mapping[str, Any]]) -> Decimal:
    """What the performances add up to; an amount that is no number counts as nothing."""
    total = Decimal(0)
    for person in everybody:
        for performance in person["Prestatie"]:
            for name, fields in performance.items():
                field, sign = _AMOUNTS[name]
                total += sign * _euros(fields.get(field))
    return total


_AMOUNTS = {
    "DebetPrestatie": ("DeclaratieBedragInclBtw", 1),
    "CreditPrestatie": ("ToegekendBedragInclBtwFinancieel", -1),
}


def _euros(text: str | None) -> Decimal:
    is_number = text is not None and text.replace(".", "", 1).isdecimal()
    return Decimal(text) if is_number else Decimal(0)


def _lines(body: Mapping[str, Any], prefix: str, depth: int) -> list[str]:
    lines, indent = [], "  " * depth
    for name, held in body.items():
        for one in held if isinstance(held, list) else [held]:
            if isinstance(one, Mapping):
                inner = _lines(one, prefix, depth + 1)
                lines += [f"{indent}<{prefix}:{name}>", *inner, f"{indent}</{prefix}:{name}>"]
            elif one is not None:
                lines.append(f"{indent}<{prefix}:{name}>{escape(one)}</{prefix}:{name}>")
    return lines
