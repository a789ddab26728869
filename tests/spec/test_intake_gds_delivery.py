"""XML messages as a supplier has them checked: outcome, account and list, and a claim with its answer."""

from __future__ import annotations

from pipeline.intake.check import FileToCheck, check_delivery, check_file
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.granted import Decided
from tests.gds_messages import BSN, answer, claim, credit, debit, insured
from tests.intake_messages import judge_all_but_other


def put(folder, **texts):
    paths = []
    for name, text in texts.items():
        paths.append(folder / f"{name}.xml")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def delivered(folder, **texts):
    files = [FileToCheck(path) for path in put(folder, **texts)]
    return check_delivery(files, judge_bsn=judge_all_but_other, workspace=Workspace.temporary())


def decided(delivery):
    columns = ("line_ref", "declared_cents", "awarded_cents", "return_code")
    return delivery.tables["claim_line"].select(columns).collect().rows()


def award(reference, euros, code=None):
    feedback = {"Feedback": {"Retourcode": code}} if code else {}
    return "DebetPrestatie", {
        "Referentienummer": reference,
        "ToegekendBedragInclBtwFinancieel": euros,
        **feedback,
    }


def test_performances_that_break_a_rule_are_rejected_and_the_others_taken(tmp_path):
    text = claim(
        insured(debit(), debit(Referentienummer="R2", Einddatum="2025-01-01"), credit(Prestatiecode=None))
    )
    (path,) = put(tmp_path, claim=text)
    checked = check_file(path, judge_bsn=judge_all_but_other)
    account = checked.accounts["claim_line"]
    assert checked.outcome == "accepted with rejected rows"
    assert (account.rows_accepted, account.rows_rejected) == (2, 1)
    assert (account.cents_accepted, account.cents_rejected) == (2_850, 3_850)
    assert account.rejected_by_rule == {"VC033": 1}
    (row,) = checked.rejected.iter_rows(named=True)
    assert (row["line_number"], row["record_code"], row["field"]) == (53, "DebetPrestatie", "end_date")
    assert row["reason"] == "VC033 [9458]: Einddatum does not lie after Begindatum"
    assert BSN not in checked.rejected.write_csv()


def test_a_claim_gets_what_its_answer_awards_and_the_answer_is_merged_away(tmp_path):
    declared = claim(insured(debit(), debit(Referentienummer="R2")))
    answered = answer(insured(award("R1", "30.00"), award("R2", "0.00", "0320")), total="30.00")
    delivery = delivered(tmp_path, claim=declared, answer=answered)
    assert decided(delivery) == [
        ("04990001|R1", 3_850, 3_000, None),
        ("04990001|R2", 3_850, 0, "0320"),
    ]
    accounts = [file.accounts["claim_line"] for file in delivery.files]
    assert [(one.rows_accepted, one.rows_merged, one.rows_rejected) for one in accounts] == [
        (2, 0, 0),
        (0, 2, 0),
    ]


def test_an_answer_may_come_before_its_claim(tmp_path):
    delivery = delivered(tmp_path, answer=answer(insured(award("R1", "30.00")), total="30.00"), claim=claim())
    assert decided(delivery) == [("04990001|R1", 3_850, 3_000, None)]


def test_a_message_that_is_rejected_as_a_whole_is_awarded_nothing(tmp_path):
    rejection = answer(header={"Feedback": {"Retourcode": "8073"}})
    assert decided(delivered(tmp_path, claim=claim(), answer=rejection)) == [
        ("04990001|R1", 3_850, 0, "8073")
    ]


def test_an_answer_to_another_message_is_no_claim_by_itself(tmp_path):
    other = answer(insured(award("R1", "30.00")), total="30.00", Factuurnummer="F2")
    delivery = delivered(tmp_path, claim=claim(), answer=other)
    assert [file.outcome for file in delivery.files] == ["accepted", "accepted with rejected rows"]
    assert delivery.files[1].require_something_acceptable().is_answer, "the others go on without it"
    assert delivery.files[1].accounts["claim_line"].rejected_by_rule == {"return_without_declaration": 1}
    assert decided(delivery) == [("04990001|R1", 3_850, None, None)]


def test_what_is_decided_on_a_claim_is_told_declared_awarded_and_denied(tmp_path):
    declared = claim(insured(debit(), debit(Referentienummer="R2")))
    answered = answer(insured(award("R1", "30.00"), award("R2", "0.00", "0320")), total="30.00")
    claims, answers = delivered(tmp_path, claim=declared, answer=answered).files
    assert claims.decided == Decided(lines=2, declared_cents=7_700, awarded_cents=3_000, denied_lines=1)
    assert (answers.decided, answers.notes) == (None, ())
    (alone,) = delivered(tmp_path, answer=answered).files
    assert alone.told.collect()["own_name"].unique().to_list() == ["Referentienummer"]
    assert "give the declaration (GDS801) in the same command" in alone.rejected["reason"][0]
