"""The performances of the generic claims standard as XML: as they are declared, and as they are answered."""

from __future__ import annotations

import polars as pl

from pipeline.demo.care.generic import MENTAL
from pipeline.demo.claims.answers import AWARDED
from pipeline.demo.claims.xml_text import Part, branch, euros, iso_date, leaf

_OBJECTORS = 20  # one in so many objects to telling a diagnosis
_THERAPIST = "3"  # kind of provider


def _performance(debit: list[Part], credit: list[Part]) -> Part:
    is_debit = pl.col("sign") > 0
    either = [
        branch("DebetPrestatie", debit, 3, where=is_debit),
        branch("CreditPrestatie", credit, 3, where=~is_debit),
    ]
    return branch("Prestatie", either, 2)


def claimed() -> Part:
    """A performance as it is declared."""
    size, opened = euros(pl.col("declared_cents")), iso_date(pl.col("opening_date"))
    is_mental = pl.col("care_type_code") == MENTAL
    objects = is_mental & (pl.col("line_number") % _OBJECTORS == 0)
    closed = pl.when(pl.col("closing_date") > pl.col("opening_date")).then(iso_date(pl.col("closing_date")))
    privacy = pl.when(objects).then(pl.lit("true")).otherwise(pl.lit("false"))
    codes = [
        leaf("PrestatieCodelijstCode", pl.col("performance_list_code"), 4),
        leaf("Prestatiecode", pl.col("performance_code"), 4),
        leaf("Begindatum", opened, 4),
    ]
    debit = [
        leaf("Referentienummer", pl.col("reference"), 4),
        *codes,
        leaf("Einddatum", closed, 4),
        leaf("Aantal", pl.col("quantity").cast(pl.String), 4),
        leaf("TariefInclBtw", euros(pl.col("unit_cents")), 4),
        leaf("BerekendBedragInclBtw", size, 4),
        leaf("DeclaratieBedragInclBtw", size, 4),
        leaf("Herdeclaratiecode", "01", 4),
        leaf("InformatieCode", "01", 4),
        leaf("DoorsturenToegestaan", "true", 4),
        leaf("PrivacyCode", privacy, 4),
        branch(
            "AanvullendPrestatieKenmerk",
            [leaf("ApkCodelijstCode", "004", 5), leaf("ApkCode", "001", 5)],
            4,
            where=~is_mental,
        ),
        _referral(),
        branch("Zorgaanbieder", _provider(pl.col("provider_code"), "01", 5), 4),
        _additional(is_mental, objects),
    ]
    credit = [
        leaf("Referentienummer", pl.col("reference"), 4),
        leaf("GerelateerdReferentienummer", pl.col("corrected"), 4),
        codes[0],
        codes[2],
        leaf("ToegekendBedragInclBtwFinancieel", size, 4),
    ]
    return _performance(debit, credit)


def _referral() -> Part:
    referrer = branch("Verwijzer", _provider(pl.col("referrer_code"), "03", 6), 5)
    return branch("Verwijzing", [leaf("TypeVerwijzingcode", "01", 5), referrer], 4)


def _provider(code: pl.Expr, role: str, depth: int) -> list[Part]:
    kind = leaf("ZorgaanbiederSoort", _THERAPIST, depth)
    return [leaf("Zorgaanbiedercode", code, depth), kind, leaf("ZorgaanbiederRol", role, depth)]


def _additional(is_mental: pl.Expr, objects: pl.Expr) -> Part:
    """Mental care has a trajectory, and a main group of diagnosis where the person does not object."""
    group = (pl.col("person") % 20 + 1).cast(pl.String).str.zfill(3)
    found = [leaf("DiagnoseCodelijstCode", "029", 6), leaf("Diagnosecode", group, 6)]
    trajectory = [leaf("Zorgtrajectnummer", pl.format("Z{}", "person"), 6)]
    return branch(
        "AanvullendePrestatiegegevens",
        [branch("Diagnose", found, 5, where=~objects), branch("Zorgtraject", trajectory, 5)],
        4,
        where=is_mental,
    )


def answered() -> Part:
    """A performance as it is answered: feedback where not all is awarded."""
    amount, code = euros(pl.col("awarded_cents")), pl.col("return_code")
    feedback = branch("Feedback", [leaf("Retourcode", code, 5)], 4, where=code != AWARDED)
    reference, nothing = leaf("Referentienummer", pl.col("reference"), 4), "0.00"
    debit = [
        reference,
        leaf("BerekendBedragVerzekeraarInclBtw", amount, 4),
        leaf("ToegekendBedragInclBtwFinancieel", amount, 4),
        leaf("ToegekendBedragInclBtwNietFinancieel", nothing, 4),
        feedback,
    ]
    credit = [
        reference,
        leaf("ToegekendCreditBedragInclBtwFinancieel", amount, 4),
        leaf("ToegekendCreditBedragInclBtwNietFinancieel", nothing, 4),
        feedback,
    ]
    return _performance(debit, credit)
