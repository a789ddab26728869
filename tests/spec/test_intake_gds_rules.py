"""The validation rules of GDS801 and GDS802 (VC numbers of Vektis): each broken, and each just kept.

A rule of the message refuses the file, one of the insured or a performance rejects performances. The number and, in
brackets, the return code are named.
"""

from __future__ import annotations

import pytest

from pipeline.errors import FileRefusedError, TrailerMismatchError
from pipeline.intake.gds.layouts import all_layouts
from tests.gds_messages import BSN, MENTAL, answer, claim, credit, debit, insured, read

SERVICE_BUREAU = {"Ontvanger": "98990001", "OntvangerRol": "2"}
SEX = {"AanvullendeVerzekerdegegevens": {"GeslachtCode": "1"}}
AMOUNTS = ("TariefInclBtw", "BerekendBedragInclBtw", "DeclaratieBedragInclBtw")
WITHOUT_DIAGNOSIS = {"Zorgtraject": {"Zorgtrajectnummer": "Z1"}}


def mental(**said):
    return insured(debit(**(MENTAL | said)))


def amounts(*euros):
    return insured(debit(**dict(zip(AMOUNTS, euros, strict=True))))


def starting(day, version="1", **said):
    """Sent in 2028, so that only the version decides."""
    header = {"Verzenddatum": "2028-01-01", "Berichtversie": version}
    return claim(insured(debit(Begindatum=day), credit(Begindatum=day), **said), header=header)


def with_bureau(person):
    return claim(person, header=SERVICE_BUREAU)


def awarded(financial, other):
    amounts = {"ToegekendBedragInclBtwFinancieel": financial, "ToegekendBedragInclBtwNietFinancieel": other}
    return answer(insured(("DebetPrestatie", {"Referentienummer": "R1", **amounts})), total=financial)


BROKEN = [
    ("VC018", "0435", claim(insured(debit(), BSN=None))),
    ("VC019", "9269", claim(insured(debit(), UzoviNummer="9992"))),
    ("VC020", "8101", claim(insured(debit(), BSN=None))),
    ("VC020", "8101", claim(insured(debit(), BSN=None, UzoviNummer="7125"), header={"Ontvanger": "7125"})),
    ("VC025", "9273", with_bureau(insured(debit()))),
    ("VC026", "9274", claim(insured(debit(), **SEX))),
    ("VC030", "9278", claim(amounts("0.00", "38.50", "38.50"))),
    ("VC030", "9278", claim(amounts("38.50", "38.50", "0.00"))),
    ("VC031", "9278", claim(amounts("0.00", "0.01", "0.00"))),
    ("VC032", "8989", claim(insured(debit(Begindatum="2025-07-03")))),
    ("VC033", "9458", claim(insured(debit(Einddatum="2025-05-06")))),
    ("VC033", "9458", claim(insured(debit(Einddatum="2025-05-05")))),
    ("VC040", "9439", claim(mental(AanvullendePrestatiegegevens=None))),
    ("VC060", "9420", claim(insured(debit(), Verzekerdennummer="V1"))),
    ("VC093", "8049", claim(mental(Aantal="2"))),
    ("VC094", "9465", claim(mental(Einddatum="2025-05-07"))),
    ("VC102", "8062", claim(insured(debit(), credit(GerelateerdReferentienummer="R1")))),
    (
        "VC102",
        "8062",
        claim(insured(credit(GerelateerdReferentienummer="R1")), insured(debit(), BSN="111222333")),
    ),
    ("VC112", "9507", awarded("0.01", "0.01")),
    ("VC160", "9568", claim(mental(PrivacyCode="true"))),
    ("VC160", "9568", claim(mental(PrivacyCode="1", Begindatum="2024-01-01"))),
    ("VC172", "9798", starting("2027-01-01")),
    ("VC173", "9799", starting("2027-01-01")),
]
KEPT = [
    ("VC018", claim(insured(debit(), BSN=None, Verzekerdennummer="V1"))),
    ("VC018", claim(insured(debit(), BSN=None, UzoviNummer="9992"), header={"Ontvanger": "9992"})),
    ("VC019", with_bureau(insured(debit(), **SEX))),
    ("VC020", claim(insured(debit()))),
    ("VC025", with_bureau(insured(debit(), **SEX))),
    ("VC026", claim()),
    ("VC030", claim(amounts("0.00", "0.00", "0.00"))),
    ("VC031", claim(amounts("0.01", "0.01", "0.01"))),
    ("VC032", claim(insured(debit(Begindatum="2025-07-02")))),
    ("VC033", claim(insured(debit(Einddatum="2025-05-07")))),
    ("VC040", claim(mental())),
    ("VC040", claim(insured(debit()))),
    ("VC060", claim(insured(debit(), BSN=None, Verzekerdennummer="V1"))),
    ("VC093", claim(insured(debit(Aantal="2")))),
    ("VC094", claim(insured(debit(Einddatum="2025-05-07")))),
    ("VC102", claim(insured(debit(), credit(GerelateerdReferentienummer="R2")))),
    ("VC102", claim(insured(credit(Referentienummer="C1"), credit(GerelateerdReferentienummer="C1")))),
    ("VC112", awarded("0.01", "0.00")),
    ("VC112", awarded("0.00", "0.01")),
    ("VC160", claim(mental(PrivacyCode="true", AanvullendePrestatiegegevens=WITHOUT_DIAGNOSIS))),
    ("VC160", claim(mental(PrivacyCode="true", Begindatum="2023-12-31"))),
    ("VC160", claim(mental(PrivacyCode="false"))),
    ("VC172", starting("2026-12-31")),
    ("VC172", starting("2027-01-01", version="2")),
    ("VC173", starting("2026-12-31")),
    ("VC173", starting("2027-01-01", version="2")),
]

REFUSED = [
    ("VC015 [8175]", claim(context={"BegindatumDeclaratieperiode": "2025-07-01"})),
    ("VC016 [0150]", claim(total="38.51")),
    ("VC016 [0150]", claim(insured(debit(), credit()), total="38.50")),
    ("VC016 [0150]", claim(total="-38.50")),
    ("VC098 [0020]", claim(context={"BegindatumDeclaratieperiode": "2021-12-31"})),
    ("VC171 [9797]", claim(context={"Factuurdatum": "2026-01-01", "Factuurnummer": "F_1"})),
    ("VC171 [9797]", claim(context={"Factuurdatum": "2026-01-01", "Factuurnummer": "F\u00e91"})),
]
TAKEN = [
    ("VC015", claim(context={"BegindatumDeclaratieperiode": "2025-06-30"})),
    ("VC015", claim(context={"BegindatumDeclaratieperiode": None, "EinddatumDeclaratieperiode": None})),
    ("VC016", claim(insured(debit(), credit()), total="28.50")),
    ("VC016", claim(insured(credit()), total="-10.00")),
    ("VC098", claim(context={"BegindatumDeclaratieperiode": "2022-01-01"})),
    ("VC171", claim(context={"Factuurdatum": "2025-12-31", "Factuurnummer": "F_1"})),
    ("VC171", claim(context={"Factuurdatum": "2026-01-01", "Factuurnummer": "aZ09/-?:().,'+ x"})),
]


def findings(text, folder):
    blocks, _ = read(text, folder)
    return [row for block in blocks for row in block.findings.iter_rows(named=True)]


@pytest.mark.parametrize(("rule", "return_code", "text"), BROKEN)
def test_a_broken_rule_rejects_the_performance_and_is_named(rule, return_code, text, tmp_path):
    found = findings(text, tmp_path)
    (row,) = [row for row in found if row["rule"] == rule]
    assert row["reason"].startswith(f"{rule} [{return_code}]: ")
    assert row["severity"] == "rejected"
    assert BSN not in str(found)


@pytest.mark.parametrize(("rule", "text"), KEPT)
def test_a_rule_that_is_just_kept_says_nothing(rule, text, tmp_path):
    assert rule not in {row["rule"] for row in findings(text, tmp_path)}


@pytest.mark.parametrize(("named", "text"), REFUSED)
def test_a_broken_rule_of_the_message_refuses_the_file(named, text, tmp_path):
    with pytest.raises(FileRefusedError) as caught:
        read(text, tmp_path)
    assert str(caught.value).startswith(f"{named}: ")


@pytest.mark.parametrize(("rule", "text"), TAKEN)
def test_a_rule_of_the_message_that_is_just_kept_refuses_nothing(rule, text, tmp_path):
    read(text, tmp_path)


def test_the_closing_total_is_the_debits_less_the_credits_and_says_both_figures(tmp_path):
    with pytest.raises(TrailerMismatchError, match=r"says EUR 38.51, the performances add up to EUR 38.50"):
        read(claim(total="38.51"), tmp_path)


def test_every_rule_of_the_layouts_is_broken_and_kept_here():
    rules = {rule.rule for layout in all_layouts() for rule in layout.rules}
    refused = {named.split()[0] for named, _ in REFUSED}
    assert {rule for rule, *_ in BROKEN} | refused == rules
    assert {rule for rule, _ in [*KEPT, *TAKEN]} == rules


def test_a_fault_of_the_insured_is_one_of_each_of_its_performances(tmp_path):
    person = insured(debit(), debit(Referentienummer="R2"), credit(), UzoviNummer="9992")
    found = findings(claim(person, insured(debit(Referentienummer="R3"))), tmp_path)
    assert [(row["record_code"], row["field"], row["rule"]) for row in found] == [
        ("Verzekerde", "insurer_code", "VC019")
    ] * 3
    assert [row["line_number"] for row in found] == [37, 53, 69]


def test_all_that_is_wrong_with_the_message_is_said_at_once(tmp_path):
    header = {"Verzenddatum": "2025-02-30", "Berichtsoort": None}
    with pytest.raises(FileRefusedError) as caught:
        read(claim(header=header, context={"BegindatumDeclaratieperiode": "2025-07-01"}), tmp_path)
    said = str(caught.value)
    assert (
        "Header/Berichtsoort is empty; Header/Verzenddatum is no existing date written as YYYY-MM-DD" in said
    )
    assert "(there is no such day); VC015 [8175]: " in said


def test_the_total_may_stand_at_the_end(tmp_path):
    text, end = claim(), "</gds801:Overzicht>"
    total = text[text.index("<gds801:Overzicht>") : text.index(end) + len(end)]
    text = text.replace(total, "").replace("</gds801:Bericht>", f"{total}</gds801:Bericht>")
    assert read(text, tmp_path)[1].trailer_cents == 3_850


@pytest.mark.parametrize("element", ["TotaalDeclaratiebedragInclBtw", "Factuurnummer"])
def test_a_message_that_says_a_thing_twice_is_refused(element, tmp_path):
    text = claim()
    start, end = text.index(f"<gds801:{element}>"), text.index(f"</gds801:{element}>")
    part = text[start : end + len(f"</gds801:{element}>")]
    with pytest.raises(FileRefusedError, match="stands more than once"):
        read(text.replace(part, part + part), tmp_path)


def test_a_message_that_is_marked_as_a_test_is_refused_unless_tests_are_allowed(tmp_path):
    """VC098 asks nothing of the period of a test."""
    text = claim(header={"Berichtsoort": "T"}, context={"BegindatumDeclaratieperiode": "2021-12-31"})
    with pytest.raises(
        FileRefusedError, match=r"marked as a test in .*Header/Berichtsoort, field message_kind_code"
    ):
        read(text, tmp_path)
    blocks, _ = read(text, tmp_path, allow_tests=True)
    assert "VC098" not in {row["rule"] for block in blocks for row in block.findings.iter_rows(named=True)}
    with pytest.raises(FileRefusedError, match="neither for production"):
        read(claim(header={"Berichtsoort": "X"}), tmp_path, allow_tests=True)
