"""A message that is longer than what is held at a time: pieces, the open insured, credits that wait."""

from __future__ import annotations

import pytest

from pipeline.errors import FileRefusedError
from pipeline.intake.gds import credits
from tests.gds_messages import BSN, claim, credit, debit, insured, read

FILLING = " " * 70_000
"""Longer than what the parser is fed at a time."""


def long(text):
    """The message with much room after each performance, so that it is read in pieces."""
    return text.replace("</gds801:Prestatie>", f"</gds801:Prestatie>{FILLING}")


def numbered(count):
    return [debit(Referentienummer=f"R{place}") for place in range(count)]


def test_one_insured_with_many_performances_is_read_in_pieces(tmp_path):
    blocks, facts = read(long(claim(insured(*numbered(6)))), tmp_path, piece_events=1)
    assert len(blocks) > 1
    assert [bsn for block in blocks for bsn in block.rows["bsn"]] == [BSN] * 6
    assert facts.records == {"Verzekerde": 1, "DebetPrestatie": 6, "CreditPrestatie": 0}


def test_the_lines_of_the_performances_are_the_same_in_every_piece(tmp_path):
    text = long(claim(insured(*numbered(6))))
    whole, _ = read(text, tmp_path)
    pieces, _ = read(text, tmp_path, piece_events=1)
    lines = [line for block in pieces for line in block.rows["row_number"]]
    assert lines == whole[0].rows["row_number"].to_list()
    assert [text.split("\n")[line - 1].strip() for line in lines] == ["<gds801:Prestatie>"] * 6


@pytest.mark.parametrize("field", ["UzoviNummer", "AanvullendeVerzekerdegegevens"])
def test_fields_of_an_insured_behind_many_performances_are_refused(field, tmp_path):
    late = f"<gds801:{field}>1</gds801:{field}>"
    text = claim(insured(*numbered(3), UzoviNummer=None)).replace(
        "</gds801:Verzekerde>", f"{late}</gds801:Verzekerde>"
    )
    read(text, tmp_path)
    with pytest.raises(FileRefusedError, match="fields of its own after them"):
        read(long(text), tmp_path, piece_events=1)


def test_a_header_behind_insured_that_were_read_is_refused(tmp_path):
    text = long(claim(insured(*numbered(3)), context={"BegindatumDeclaratieperiode": None}))
    late = "<gds801:DeclaratieContext><gds801:BegindatumDeclaratieperiode>2025-01-01"
    late += "</gds801:BegindatumDeclaratieperiode></gds801:DeclaratieContext></gds801:Bericht>"
    with pytest.raises(FileRefusedError, match="stands after the insured"):
        read(text.replace("</gds801:Bericht>", late), tmp_path, piece_events=1)


def test_insured_without_performances_do_not_pile_up(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.intake.gds.events.MOST_EVENTS", 5_000)
    _, facts = read(claim(*[insured()] * 3_000), tmp_path, piece_events=1_000)
    assert facts.records["Verzekerde"] == 3_000


def test_a_performance_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.intake.gds.events.MOST_EVENTS", 50)
    found = [{"DiagnoseCodelijstCode": "014", "Diagnosecode": "F32"}] * 100
    text = claim(insured(debit(AanvullendePrestatiegegevens={"Diagnose": found})))
    with pytest.raises(FileRefusedError, match="too long to be read"):
        read(text, tmp_path)


@pytest.mark.parametrize("held", [0, 1, 100])
def test_credits_wait_in_memory_or_in_the_workspace_and_come_out_the_same(held, tmp_path, monkeypatch):
    monkeypatch.setattr(credits, "HELD_ROWS", held)
    taking_back = [
        credit(Referentienummer=f"C{place}", GerelateerdReferentienummer=f"R{place}") for place in range(1, 5)
    ]
    text = long(claim(insured(*taking_back), insured(debit(Referentienummer="R3"))))
    blocks, _ = read(text, tmp_path, piece_events=1)
    back = [block for block in blocks if block.record_code == "CreditPrestatie"]
    assert [ref for block in back for ref in block.rows["record_ref"]] == ["C1", "C2", "C3", "C4"]
    broken = [number for block in back for number in block.findings["row_number"]]
    assert broken == [block.rows["row_number"][0] for block in back if "C3" in block.rows["record_ref"]]
    assert all("corrected_reference_hash" not in block.rows.columns for block in back)
    assert not list(tmp_path.glob("*.parquet"))
