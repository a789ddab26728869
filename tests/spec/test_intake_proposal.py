"""A mapping proposed for tables of strangers: which words and values are recognised, and what is left to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import FileRefusedError
from pipeline.intake.files.source_file import SourceFile
from pipeline.intake.proposal import Proposal, Sample, as_yaml, propose
from pipeline.intake.tables.form import TableForm
from pseudonymisation.bsn import judge

BSNS = ("123456782", "111222333")


def proposed(folder: Path, header: str, *rows: str, table: str | None = None) -> Proposal:
    path = folder / "table.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    sample = Sample.of(
        SourceFile.at(path, workspace=folder),
        TableForm(),
        lambda numbers: judge(numbers, allow_test_numbers=True),
    )
    return propose(sample, table)


def rules(proposal: Proposal) -> dict[str, object]:
    return {name: guess.rule for name, guess in proposal.columns.items() if not guess.is_open}


def test_an_english_register_is_recognised(tmp_path):
    proposal = proposed(
        tmp_path,
        "Insurer code,BSN,Date of birth,Gender,Postal code,Start date,End date,GP practice",
        f"9991,{BSNS[0]},1960-02-01,female,5311 AB,2025-01-01,,01990001",
        f"9991,{BSNS[1]},1970-02-01,male,5311AB,2025-01-01,2025-06-30,01990002",
    )
    assert (proposal.table.name, proposal.person.rule, proposal.open) == ("insured", "BSN", [])
    assert rules(proposal) == {
        "insurer_code": "Insurer code",
        "birth_year": {"birth_year": "Date of birth"},
        "sex_code": {"take": "Gender", "codes": {"female": "F", "male": "M"}},
        "postcode3_code": {"postcode3": "Postal code"},
        "from_month": {"first_month": ["Start date", "End date"]},
        "insured_months": {"insured_months": ["Start date", "End date"]},
        "general_practice_code": "GP practice",
    }


def test_a_bsn_is_recognised_by_the_eleven_test_where_no_name_says_it(tmp_path):
    proposal = proposed(
        tmp_path, "k1;uzovi;geslacht", f"{BSNS[0]};9991;V", f"{BSNS[1]};9991;M", table="insured"
    )
    assert (proposal.person.rule, proposal.person.sureness) == ("k1", "likely")


def test_a_name_that_the_values_contradict_is_unsure(tmp_path):
    proposal = proposed(
        tmp_path, "bsn;uzovi;geboortedatum", "A1;Zilver;morgen", "A2;Kruis;gisteren", table="insured"
    )
    assert proposal.person.sureness == "unsure"
    assert {proposal.columns[name].sureness for name in ("insurer_code", "birth_year")} == {"unsure"}
    assert "0% look like dates" in proposal.columns["birth_year"].why


def test_what_was_not_found_is_to_be_decided_when_it_is_mandatory_and_left_out_when_not(tmp_path):
    proposal = proposed(tmp_path, "bsn;uzovi", f"{BSNS[0]};9991", table="insured")
    assert set(proposal.open) == {"birth_year", "sex_code", "postcode3_code", "from_month", "insured_months"}
    assert "general_practice_code" not in proposal.columns


def test_a_code_that_is_not_known_is_to_be_decided_and_too_many_are_no_list(tmp_path):
    few = proposed(tmp_path, "bsn;geslacht", f"{BSNS[0]};V", f"{BSNS[1]};onbekend", table="insured")
    assert few.columns["sex_code"].rule == {"take": "geslacht", "codes": {"V": "F", "onbekend": "decide"}}
    assert "sex_code" in few.open
    names = [f"{BSNS[0]};Naam{number}" for number in range(30)]
    many = proposed(tmp_path, "bsn;geslacht", *names, table="insured")
    assert many.columns["sex_code"].is_open
    assert "Naam" not in as_yaml(many)


def test_whole_amounts_are_to_be_decided(tmp_path):
    proposal = proposed(
        tmp_path, "betaalnummer;uzovi;agb;bedrag", "B1;9991;01990001;12", "B2;9991;01990001;30"
    )
    assert proposal.table.name == "non_claim_payment"
    assert "decimal: decide" in as_yaml(proposal)


@pytest.mark.parametrize("first", [BSNS[0], "01-02-1960", "1234.56"])
def test_a_first_line_with_numbers_or_dates_is_no_header_and_is_not_repeated(tmp_path, first):
    with pytest.raises(FileRefusedError, match="is no header") as caught:
        proposed(tmp_path, f"Jansen;{first};V", f"Pietersen;{first};M")
    assert "Jansen" not in str(caught.value)
    assert first not in str(caught.value)


GP = (
    "BSN;UZOVI;AGB praktijk;Factuurregel;Gecrediteerde regel;{day};Verrichting;Aantal;Bedrag;D/C;Factuurdatum"
)
GP_ROWS = (
    f"{BSNS[0]};9991;01990001;1;;05-01-2025;12000;1;10,66;D;01-02-2025",
    f"{BSNS[1]};9991;01990001;2;1;06-01-2025;12010;1;21,32;C;01-02-2025",
)


def test_the_words_of_a_general_practice_are_recognised(tmp_path):
    proposal = proposed(tmp_path, GP.format(day="Verrichtingsdatum"), *GP_ROWS)
    found = rules(proposal)
    assert proposal.table.name == "claim_line"
    assert found["line_ref"] == {"compose": ["AGB praktijk", "Factuurregel"]}
    assert found["corrected_line_ref"] == {"compose": ["AGB praktijk", "Gecrediteerde regel"]}
    assert (found["performance_code"], found["opening_date"]) == ("Verrichting", "Verrichtingsdatum")


@pytest.mark.parametrize("word", ["regelnummer", "Declaratieregel", "factuurregel"])
def test_a_number_of_a_line_has_many_names(tmp_path, word):
    found = rules(
        proposed(tmp_path, GP.format(day="Datum verrichting").replace("Factuurregel", word), *GP_ROWS)
    )
    assert found["line_ref"] == {"compose": ["AGB praktijk", word]}
    assert found["closing_date"] == "Datum verrichting"


def test_the_only_dates_that_are_left_are_proposed_as_unsure(tmp_path):
    days = proposed(tmp_path, GP.format(day="Wanneer"), *GP_ROWS).columns
    for name in ("opening_date", "closing_date"):
        assert (days[name].rule, days[name].sureness) == ("Wanneer", "unsure")


def test_two_columns_of_dates_are_left_to_a_person(tmp_path):
    rows = (f"{row};02-02-2025" for row in GP_ROWS)
    proposal = proposed(tmp_path, GP.format(day="Wanneer") + ";Toen", *rows)
    assert {"opening_date", "closing_date"} <= set(proposal.open)


def test_what_is_to_be_decided_is_explained(tmp_path):
    proposal = proposed(tmp_path, GP.format(day="Wanneer").replace("Factuurregel", "x"), *GP_ROWS)
    asked = {name: str(guess.rule) for name, guess in proposal.columns.items() if guess.is_open}
    assert "compose: [PROVIDER, NUMBER]" in asked["line_ref"]
    assert "the software itself makes the HMAC" in asked["line_ref"]
    assert "COD367" in asked["performance_list_code"]
    assert "#   gp_consultation: huisartsconsult; " in as_yaml(proposal)


def test_a_file_that_no_table_fits_is_refused_unless_the_table_is_named(tmp_path):
    with pytest.raises(FileRefusedError, match="No canonical table fits this file"):
        proposed(tmp_path, "a;b", "x;y")
    assert proposed(tmp_path, "a;b", "x;y", table="insured").table.name == "insured"
