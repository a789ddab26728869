"""Tables that are not about persons: payments, books, providers, waiting times, surveys."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml

from pipeline.errors import LayoutError
from pipeline.intake.check import check_file
from tests.intake_messages import found

PAYMENT = {
    "table": "non_claim_payment",
    "source": "a ledger as an insurer might have it",
    "format": {"separator": ";", "dates": "%d-%m-%Y", "decimal": ","},
    "person": "none",
    "columns": {
        "payment_ref": "nummer",
        "insurer_code": "uzovi",
        "provider_code": "agb",
        "kind_code": {"take": "soort", "codes": {"abonnement": "capitation", "korting": "rebate"}},
        "care_type_code": {"constant": "gp_registration"},
        "from_month": {"month": "vanaf"},
        "paid_months": "maanden",
        "paid_persons": "verzekerden",
        "paid_date": "betaald",
        "paid_cents": {"amount": "bedrag"},
    },
}
HEADER = "nummer;uzovi;agb;soort;vanaf;maanden;verzekerden;betaald;bedrag"
GOOD = "1;9991;01990001;abonnement;01-04-2025;3;1200;15-04-2025;18300,50"
BACK = "2;9991;02990001;korting;01-01-2025;12;;20-12-2025;-4000"


def nobody_asks(numbers):
    raise AssertionError("there is no BSN to judge")


def check(folder, lines, *, described=PAYMENT, **window):
    (folder / "mapping.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    (folder / "ledger.csv").write_text("\n".join(lines), encoding="utf-8")
    return check_file(folder / "ledger.csv", judge_bsn=nobody_asks, mapping=folder / "mapping.yaml", **window)


def test_a_payment_is_taken_in_without_any_person(tmp_path):
    checked = check(tmp_path, [HEADER, GOOD, BACK])
    assert checked.tables["non_claim_payment"].collect().rows() == [
        (
            *("1", "9991", "01990001", "capitation", "gp_registration"),
            *(dt.date(2025, 4, 1), 3, 1200, dt.date(2025, 4, 15), 1_830_050),
        ),
        (
            *("2", "9991", "02990001", "rebate", "gp_registration"),
            *(dt.date(2025, 1, 1), 12, None, dt.date(2025, 12, 20), -400_000),
        ),
    ]
    account = checked.accounts["non_claim_payment"]
    assert (checked.persons, account.cents_delivered, account.cents_accepted) == (0, 1_430_050, 1_430_050)


def test_its_faults_are_found_as_in_any_table(tmp_path):
    lost, twice = GOOD.replace("01990001", "1990001").replace("1;", "3;", 1), GOOD
    checked = check(
        tmp_path, [HEADER, GOOD, lost, twice, BACK.replace("2;", "4;", 1).replace("-4000", "-4.000")]
    )
    assert [(row, field, rule) for row, _, _, field, rule in found(checked)] == [
        (3, "provider_code", "leading_zero"),
        (4, "payment_ref", "duplicate"),
        (5, "bedrag", "number"),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"person": "nummer"}, "non_claim_payment is not about persons"),
        ({"table": "claim_line"}, "differing"),
    ],
)
def test_a_mapping_that_names_persons_where_there_are_none_is_refused(tmp_path, change, said):
    with pytest.raises(LayoutError, match=said):
        check(tmp_path, [HEADER, GOOD], described=PAYMENT | change)


def test_a_table_about_persons_needs_their_column(tmp_path):
    columns = {
        "event_ref": "nummer",
        "provider_code": "agb",
        "instrument_code": {"constant": "EQ-5D-5L"},
        "moment_code": {"constant": "before"},
        "report_date": "betaald",
        "answers_code": {"constant": "11111"},
    }
    described = PAYMENT | {"table": "patient_report", "columns": columns}
    with pytest.raises(LayoutError, match="patient_report is about persons, and `person` says otherwise"):
        check(tmp_path, [HEADER, GOOD], described=described)
