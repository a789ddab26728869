"""GDS802: what the insurer answers to a GDS801 message. It repeats the references, not the claims."""

from __future__ import annotations

import pytest

from pipeline.errors import FileRefusedError
from tests.gds_messages import BSN, answer, insured, read

REFUSAL = {"Retourcode": "0435", "BetrokkenElement": {"Elementnaam": "BSN", "Elementwaarde": BSN}}


def debit(reference, awarded, *feedback):
    fields = {"Referentienummer": reference, "ToegekendBedragInclBtwFinancieel": awarded}
    return "DebetPrestatie", fields | {"Feedback": [{"Retourcode": code} for code in feedback]}


def credit(reference, awarded):
    return "CreditPrestatie", {
        "Referentienummer": reference,
        "ToegekendCreditBedragInclBtwFinancieel": awarded,
    }


def test_a_performance_has_the_references_of_its_claim_and_what_is_awarded(tmp_path):
    (block,), facts = read(answer(insured(debit("R1", "30.00")), total="30.00"), tmp_path)
    (row,) = block.rows.iter_rows(named=True)
    filled = {name: value for name, value in row.items() if value is not None and name != "invoiced_date"}
    assert filled == {
        "row_number": 38,
        "bsn": BSN,
        "line_ref": "04990001|R1",
        "insurer_code": "9991",
        "billing_provider_code": "04990001",
        "awarded_cents": 3_000,
        "message_ref": "04990001|F20250630",
        "record_ref": "R1",
        "answered_on": "2025-07-02",
    }
    assert block.is_answer
    assert (block.delivered_rows, block.delivered_cents) == (1, 0)
    assert (facts.standard, facts.trailer_cents) == ("GDS802", 3_000)


def test_the_award_of_a_credit_is_negative(tmp_path):
    blocks, facts = read(
        answer(insured(debit("R1", "30.00"), credit("C1", "10.00")), total="20.00"), tmp_path
    )
    assert [block.rows["awarded_cents"].to_list() for block in blocks] == [[3_000], [-1_000]]
    assert facts.trailer_cents == 2_000


def test_the_first_return_code_is_kept_wherever_below_the_performance_it_stands(tmp_path):
    name, fields = debit("R2", "0.00")
    deeper = name, fields | {"Verwijzing": {"Verwijzer": {"Feedback": [{"Retourcode": "9441"}]}}}
    blocks, _ = read(
        answer(insured(debit("R1", "0.00", "0435", "9269"), deeper, debit("R3", "1.00"))), tmp_path
    )
    assert blocks[0].rows["return_code"].to_list() == ["0435", "9441", None]


def test_feedback_of_the_generic_namespace_is_read_too(tmp_path):
    text = answer(insured(debit("R1", "0.00", "0435")))
    text = text.replace("gds801:Feedback", "gen:Feedback").replace("gds801:Retourcode", "gen:Retourcode")
    text = text.replace("xmlns:gds801", 'xmlns:gen="http://ei.vektis.nl/generiekefuncties" xmlns:gds801')
    blocks, _ = read(text, tmp_path)
    assert blocks[0].rows["return_code"].to_list() == ["0435"]


def test_the_values_that_feedback_quotes_are_not_read(tmp_path):
    name, fields = debit("R1", "0.00")
    blocks, facts = read(answer(insured((name, fields | {"Feedback": REFUSAL}), BSN=None)), tmp_path)
    assert BSN not in blocks[0].rows.write_csv() + repr(facts)


def test_an_answer_that_leaves_performances_out_adds_up_to_less_which_is_told(tmp_path):
    _, facts = read(answer(insured(debit("R1", "0.00", "0435")), total="120.00"), tmp_path)
    assert facts.trailer_cents is None
    assert (
        "says EUR 120.00, the performances add up to EUR 0.00: performances may have been left out"
        in facts.warnings[0]
    )


def test_a_message_that_is_rejected_as_a_whole_is_named_with_the_first_code_that_rejects_it(tmp_path):
    text = answer(
        total="0.00",
        header={"Feedback": [{"Retourcode": "0200"}, {"Retourcode": "8073"}, {"Retourcode": "0030"}]},
    )
    blocks, facts = read(text, tmp_path)
    assert blocks == []
    assert facts.rejected_message == ("04990001|F20250630", "8073")
    assert "return code 8073 (declaration rejected as a whole): nothing is awarded" in facts.warnings[0]


def test_feedback_on_the_message_rejects_it_only_where_no_performance_comes_back(tmp_path):
    text = answer(insured(debit("R1", "5.00")), total="5.00", header={"Feedback": {"Retourcode": "0200"}})
    assert read(text, tmp_path)[1].rejected_message is None


@pytest.mark.parametrize(
    ("code", "total"),
    [("0200", "0.00"), ("9999", "0.00"), ("8073", "38.50")],
    ids=["remark", "unknown", "award"],
)
def test_an_empty_answer_that_does_not_reject_decides_nothing_and_says_so(tmp_path, code, total):
    _, facts = read(answer(total=total, header={"Feedback": {"Retourcode": code}}), tmp_path)
    assert facts.rejected_message is None
    assert facts.warnings[-1].endswith("nothing is decided by it.")


@pytest.mark.parametrize("allow_tests", [False, True])
def test_an_answer_that_is_marked_as_a_test_is_refused_whatever_is_allowed(tmp_path, allow_tests):
    text = answer(insured(debit("R1", "30.00")), total="30.00", header={"Berichtsoort": "T"})
    with pytest.raises(
        FileRefusedError, match=r"an answer that is marked as a test.* field message_kind_code"
    ):
        read(text, tmp_path, allow_tests=allow_tests)
