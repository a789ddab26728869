"""An issued report in a few lines of English, for the operator's terminal."""

from __future__ import annotations

from typing import Any

from pipeline.money import euros
from pipeline.reporting.interim.store import Issued


def in_words(issued: Issued) -> str:
    """What was issued, or had been, and what each contract year comes to; without a line's end."""
    report = issued.document
    what = f"correction {issued.correction} to the report" if issued.correction else "report"
    done = "issued" if issued.is_new else "issued before, and nothing has changed"
    lines = [
        f"{report['contract']['id']} {report['quarter']}, business date {report['business_date']}: {what} {done}."
    ]
    lines += [_year(year) for year in report["years"]]
    if not report["years"]:
        lines.append(f"  There are no figures yet; {len(report['awaited'])} expected tables have not come.")
    return "\n".join(lines)


def _year(year: dict[str, Any]) -> str:
    found = {figure["code"]: figure["value"] for figure in year["figures"] if not figure["subject"]}
    came = f"{found['tables_came']} of {found['tables_expected']} expected tables came"
    savings = found.get("expected_savings")
    if savings is None:
        return f"  {year['year']}: nothing to expect yet; {came}."
    lowest, highest = found["expected_payable_lowest"], found["expected_payable_highest"]
    payable = euros(highest) if lowest == highest else f"{euros(lowest)} to {euros(highest)}"
    return f"  {year['year']}, all provisional: saving {euros(savings)}, payable {payable}; {came}."
