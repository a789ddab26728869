"""Therapists' and mental care as GDS801 messages, and what the insurer answers as GDS802.

A message is one practice's invoice of a quarter to one label. Its credits take back what earlier messages
declared: a performance that is taken back before its invoice leaves is in no message at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipeline.demo.care.generic import generic_services
from pipeline.demo.claims.answers import awarded
from pipeline.demo.claims.gds_performances import answered, claimed
from pipeline.demo.claims.message import Batch, Written, enriched
from pipeline.demo.claims.message_files import written
from pipeline.demo.claims.xml_text import Part, branch, euros, iso_date, leaf, opening
from pipeline.demo.files import publish
from pipeline.intake.gds.layout import XmlLayout
from pipeline.intake.gds.layouts import load

_DAYS_TO_SEND, _DAYS_TO_ANSWER = 2, 30
_PRACTICE = "2"  # kind of provider
_INSURER, _PROVIDER = "3", "1"  # roles of sender and receiver


def write_gds801(version: str, lines: pl.DataFrame, people: pl.DataFrame, batch: Batch) -> Iterator[Written]:
    """Write the messages of one practice to one insurer.

    Args:
        version: of the standard.
        lines: of `declare`, of this practice and insurer.
        people: of `simulate_people`.
        batch: what the messages are about.
    """
    yield from _written(load("GDS801", version), _declared(lines, people), batch, claimed())


def write_gds802(version: str, lines: pl.DataFrame, people: pl.DataFrame, batch: Batch) -> Iterator[Written]:
    """Write the answers to these messages; the arguments are those of `write_gds801`."""
    yield from _written(load("GDS802", version), awarded(_declared(lines, people)), batch, answered())


def _declared(lines: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The lines with person and codes; without those that are taken back on the invoice that they stand on."""
    listed = generic_services().select("service", "performance_list_code", "performance_code")
    whole = (
        enriched(lines, people)
        .join(listed, on="service", how="left", validate="m:1", maintain_order="left")
        .with_columns(declared_cents=pl.col("unit_cents") * pl.col("quantity") * pl.col("sign"))
    )
    message = ["quarter_end", "insurer_code"]
    taken_back = whole.select(*message, reference="corrected")
    gone = taken_back.join(whole, on=[*message, "reference"], how="semi")
    debits = whole.join(gone, on=[*message, "reference"], how="anti", maintain_order="left")
    corrected = [*message, "corrected"]
    return debits.join(
        gone, left_on=corrected, right_on=[*message, "reference"], how="anti", maintain_order="left"
    )


def _written(layout: XmlLayout, lines: pl.DataFrame, batch: Batch, performance: Part) -> Iterator[Written]:
    insured = ["quarter_end", "insurer_code", "person"]
    texts = lines.with_columns(text=performance)
    persons = texts.group_by(insured, maintain_order=True).agg(
        pl.col("text").str.join(""), pl.col("bsn").first(), pl.col("birth_date").first()
    )
    persons = persons.with_columns(text=_insured(layout))
    for (end, code), own in texts.group_by("quarter_end", "insurer_code", maintain_order=True):
        path = batch.paths[end].with_name(f"{batch.paths[end].stem}-{code}.xml")
        body = persons.filter(quarter_end=end, insurer_code=code)["text"]
        digest = _publish(path, [_head(layout, own, batch.year), *body, f"</gds:{layout.root}>\n"])
        yield written(path, own, batch, mapping="", sha256=digest)


def _publish(path: Path, texts: list[str]) -> str:
    return publish(path, lambda unfinished: unfinished.write_text("".join(texts), encoding="utf-8"))


def _head(layout: XmlLayout, lines: pl.DataFrame, year: int) -> str:
    """All of a message before its insured."""
    is_answer, first = bool(layout.answers), lines.row(0, named=True)
    practice, insurer = first["provider_code"], first["insurer_code"]
    sender, receiver = ((insurer, _INSURER), (practice, _PROVIDER))[:: 1 if is_answer else -1]
    invoice_date: dt.date = first["quarter_end"]
    sent = invoice_date + dt.timedelta(days=_DAYS_TO_ANSWER if is_answer else _DAYS_TO_SEND)
    version, subversion = layout.version.split(".")
    number = f"G{year}-{invoice_date:%y%m}-{insurer}"
    header = {
        "Berichtcode": layout.message_code,
        "Berichtversie": version,
        "Berichtsubversie": subversion,
        "Berichtsoort": "P",
        "Verzender": sender[0],
        "VerzenderRol": sender[1],
        "Ontvanger": receiver[0],
        "OntvangerRol": receiver[1],
        "Verzenddatum": sent.isoformat(),
        "Referentienummer": number,
    }
    context = {
        "BetalingAanServicebureau": "false",
        "Factuurnummer": number,
        "Factuurdatum": invoice_date.isoformat(),
        "Valutacode": "EUR",
        "BegindatumDeclaratieperiode": f"{year}-01-01",
        "EinddatumDeclaratieperiode": invoice_date.isoformat(),
    }
    declarant = [leaf("Zorgaanbiedercode", practice, 3), leaf("ZorgaanbiederSoort", _PRACTICE, 3)]
    parts = [
        branch("Header", [leaf(name, text, 2) for name, text in header.items()], 1),
        branch(
            "DeclaratieContext",
            [branch("Declarant", declarant, 2), *(leaf(name, text, 2) for name, text in context.items())],
            1,
        ),
        branch("Overzicht", _totals(lines, is_answer=is_answer), 1),
    ]
    return opening(layout.root, layout.namespace) + str(pl.select(pl.concat_str(parts)).item())


def _totals(lines: pl.DataFrame, *, is_answer: bool) -> list[Part]:
    totals = {"TotaalDeclaratiebedragInclBtw": int(lines["declared_cents"].sum())}
    if is_answer:
        totals["TotaalToegekendBedragInclBtwFinancieel"] = int(lines["awarded_cents"].sum())
        totals["TotaalToegekendBedragInclBtwNietFinancieel"] = 0
    return [
        branch(
            name,
            [leaf("Bedrag", euros(pl.lit(cents)), 3), leaf("DebetCreditCode", "C" if cents < 0 else "D", 3)],
            2,
        )
        for name, cents in totals.items()
    ]


def _insured(layout: XmlLayout) -> Part:
    known = [leaf("BSN", pl.col("bsn"), 2), leaf("UzoviNummer", pl.col("insurer_code"), 2)]
    if not layout.answers:
        known.append(leaf("Geboortedatum", iso_date(pl.col("birth_date")), 2))
    return branch("Verzekerde", [*known, pl.col("text")], 1)
