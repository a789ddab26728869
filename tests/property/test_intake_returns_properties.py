"""Whatever is declared and answered: each line of an answer ends once, and each claim counts once."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.answers.returns import merge_returns
from pipeline.intake.rules.findings import REJECTED, WARNING

ORDER = ["file_number", "row_number"]
SCHEMA = {
    "standard": pl.String,
    "message_ref": pl.String,
    "record_ref": pl.String,
    "line_ref": pl.String,
    "declared_cents": pl.Int64,
    "awarded_cents": pl.Int64,
    "answered_on": pl.String,
}
MESSAGES, RECORDS = st.sampled_from(["1|F1", "1|F2"]), st.sampled_from(["1", "2", "3"])
DAYS = st.sampled_from(["20250601", "20250701"])
DECLARED = st.tuples(st.just("MZ301"), MESSAGES, RECORDS, st.integers(-5, 5), st.none(), st.none())
ANSWERED = st.tuples(
    st.just("MZ302"), MESSAGES, RECORDS, st.integers(-5, 5), st.none() | st.integers(-5, 5), DAYS
)


@settings(max_examples=200, deadline=None)
@given(drawn=st.lists(DECLARED | ANSWERED, max_size=12), rejected=st.dictionaries(MESSAGES, st.just("0001")))
def test_each_line_of_an_answer_is_merged_or_rejected_or_stands_alone(drawn, rejected):
    rows = [
        (standard, message, record, f"{message}{record}", *cents)
        for standard, message, record, *cents in drawn
    ]
    lines = pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(
        file_number=pl.lit(0, pl.UInt32()),
        row_number=pl.int_range(pl.len(), dtype=pl.UInt32),
        file=pl.lit("f"),
        record_code=pl.lit("04"),
        bsn=pl.lit("123456782"),
        insurer_code=pl.lit("9991"),
        return_code=pl.lit(None, pl.String()),
    )
    found = merge_returns(lines.lazy(), rejected_messages=rejected)
    answers, declared = lines.filter(standard="MZ302"), lines.filter(standard="MZ301")

    rejected_lines = found.findings.filter(severity=REJECTED)
    superseded = found.findings.filter(severity=WARNING)
    assert not found.merged.join(rejected_lines, on=ORDER, how="semi").height
    assert not superseded.join(found.merged, on=ORDER, how="anti").height
    assert found.merged.is_unique().all()
    assert found.findings.select(ORDER).is_unique().all()
    ended = pl.concat([found.merged, rejected_lines.select(ORDER)])
    assert not ended.join(answers, on=ORDER, how="anti").height, "nothing else ends"
    alone = answers.join(ended, on=ORDER, how="anti")
    assert not alone.join(declared, on="message_ref", how="semi").height, "only without its declaration"

    assert found.awarded.select(ORDER).is_unique().all(), "a line is awarded once"
    given = found.awarded.join(declared, on=ORDER, how="inner")
    assert given.height == found.awarded.height
    of_answers = given.filter(pl.col("return_code").is_null())
    merged = found.merged.join(lines, on=ORDER).join(superseded, on=ORDER, how="anti")
    assert of_answers["declared_cents"].sum() == merged["declared_cents"].sum()
    assert of_answers["awarded_cents"].sum() == merged["awarded_cents"].sum()
