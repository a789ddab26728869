"""A delivery is about one year and has one day: what lies outside is rejected, another period is refused."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml

from pipeline.errors import FileRefusedError
from pipeline.intake.check import check_file
from pipeline.intake.rules.period_rules import PeriodCount, require_period
from tests.intake_messages import BSN, ap304, found, judge_all_but_other

INVOICED = dt.date(2026, 1, 31)


def check(folder, dispensings, *, period="2025", delivered_on=dt.date(2026, 7, 1), invoiced=INVOICED):
    numbered = [{"line_reference": f"A{i}", **said} for i, said in enumerate(dispensings)]
    lines = ap304(dispensings=numbered, header={"invoice_date": invoiced})
    (folder / "message.asc").write_text("\n".join(lines), encoding="latin-1")
    return check_file(
        folder / "message.asc", judge_bsn=judge_all_but_other, period=period, delivered_on=delivered_on
    )


def on(year, **said):
    return {"performance_date": dt.date(year, 3, 1), **said}


# Line 1 is the header, line 2 the first dispensing.


def test_care_of_a_later_year_is_rejected_and_of_an_earlier_one_taken_in(tmp_path):
    checked = check(tmp_path, [on(2025), on(2026), on(2024)])
    assert found(checked) == [(3, 3, "04", "opening_date", "period")]
    assert checked.rejected["reason"].to_list() == ["opening_date lies after the delivery's period"]
    assert checked.tables["claim_line"].collect().height == 2


@pytest.mark.parametrize(
    ("invoiced", "rejected"), [(dt.date(2026, 7, 1), 0), (dt.date(2026, 7, 2), 1), (dt.date(2027, 1, 1), 1)]
)
def test_an_invoice_from_after_the_day_of_delivery_is_rejected(tmp_path, invoiced, rejected):
    checked = check(tmp_path, [on(2025)], invoiced=invoiced)
    assert checked.accounts["claim_line"].rejected_by_rule == ({"delivered_on": 1} if rejected else {})


def test_a_file_by_itself_is_held_against_no_period(tmp_path):
    checked = check(tmp_path, [on(2031)], period=None, delivered_on=None)
    assert (checked.outcome, checked.periods["claim_line"]) == ("accepted", PeriodCount(rows=1, outside=0))


def test_corrections_are_left_out_of_the_count_because_they_have_their_claim_s_date(tmp_path):
    credit = on(2024, declared_sign="C", corrected_line_reference="X")
    checked = check(tmp_path, [on(2025), on(2024), on(2026), credit])
    assert checked.periods["claim_line"] == PeriodCount(rows=3, outside=2)


@pytest.mark.parametrize(
    ("inside", "outside", "is_refused"),
    [(1, 0, False), (1, 1, False), (1, 2, True), (0, 1, True), (0, 0, False)],
)
def test_a_delivery_that_is_mostly_about_other_years_is_refused(tmp_path, inside, outside, is_refused):
    checked = check(tmp_path, [on(2025)] * inside + [on(2023)] * outside)
    counts = [(checked.name, checked.periods)]
    if not is_refused:
        require_period(counts, "2025")
        return
    with pytest.raises(FileRefusedError) as caught:
        require_period(counts, "2025")
    assert str(caught.value) == (
        f"{outside} of {inside + outside} rows for claim_line lie outside 2025, the period of the delivery in "
        f"message.asc ({outside} of {inside + outside}). "
        "Give the files of this period, or deliver these under their own."
    )


def test_all_files_of_a_delivery_are_counted_together_and_those_outside_are_named():
    right, wrong = {"claim_line": PeriodCount(100, 0)}, {"claim_line": PeriodCount(60, 60)}
    require_period([("right.asc", right), ("wrong.asc", wrong)], "2025")
    with pytest.raises(FileRefusedError, match=r"60 of 160 .* in wrong\.asc \(60 of 60\)"):
        require_period([("right.asc", right), ("wrong.asc", wrong)], "2025", share=0.3)


def test_a_register_of_another_year_is_refused_though_each_row_says_so_itself(tmp_path):
    columns = {
        "insurer_code": {"constant": "9991"},
        "birth_year": {"birth_year": "geboren"},
        "sex_code": {"constant": "F"},
        "postcode3_code": {"constant": "531"},
        "from_month": {"first_month": ["van", "tot"]},
        "insured_months": {"insured_months": ["van", "tot"]},
        "general_practice_code": {"empty": "not asked"},
        "wlz_from_month": {"empty": "not asked"},
    }
    mapping = {
        "table": "insured",
        "source": "a register",
        "format": {"separator": ";", "dates": "%Y-%m-%d", "decimal": ""},
        "person": "bsn",
        "columns": columns,
    }
    (tmp_path / "mapping.yaml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    (tmp_path / "register.csv").write_text(f"bsn;geboren;van;tot\n{BSN};1960-01-01;2023-01-01;2023-12-31\n")
    checked = check_file(
        tmp_path / "register.csv",
        judge_bsn=judge_all_but_other,
        period="2025",
        mapping=tmp_path / "mapping.yaml",
    )
    with pytest.raises(FileRefusedError, match="1 of 1 rows for insured lie outside 2025"):
        require_period([(checked.name, checked.periods)], "2025")
