"""The claims tables, run-out and risk cells a second time, written differently on purpose: plain loops over dicts.

It follows the rules as the headers of `sql/claims/*.sql` and `docs/explanation/money-and-rows.md` say them,
one line and one month after the other, and knows nothing of joins. Slow, and readable top to bottom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Agreed:
    """What the contract says, as far as the claims tables need it."""

    years: Sequence[int]
    area: dict[str, str]
    care_types: Sequence[str]
    laws: Sequence[str]
    valuation: str
    truncation_cents: int
    age_bounds: Sequence[int]
    insurers: Sequence[str] = ("9991",)
    providers: dict[str, str] = field(default_factory=dict)
    payment_kinds: Sequence[str] = ()
    fixed_care: Sequence[str] = ("gp_registration", "gp_chain_care")
    delivered_on: dict[str, dt.date] = field(default_factory=dict)


def all_tables(periods: list[Row], lines: list[Row], agreed: Agreed) -> dict[str, list[Row]]:
    """The tables that are made of claims and periods, the cells of run-out and of case mix among them."""
    months = insured_months(periods, agreed)
    claims = claim_lines(lines, months, wlz_entries(periods, agreed), agreed)
    person_years_made = person_years(months, claims, agreed)
    return {
        "core_insured_month": months,
        "core_claim_line": claims,
        "core_person_month": person_months(claims),
        "core_person_year": person_years_made,
        "mart_claim_bucket": claim_buckets(claims),
        "mart_cost_by_kind": cost_by_kind(claims),
        "mart_run_out_cell": run_out_cells(claims),
        "mart_casemix_cell": risk_cells(person_years_made, agreed),
    }


def wlz_entries(periods: list[Row], agreed: Agreed) -> dict[bytes, dt.date]:
    """The earliest month of entry into the Wlz that any of a person's periods gives."""
    entries: dict[bytes, dt.date] = {}
    for period in periods:
        entry, pid = period["wlz_from_month"], period["pid"]
        if pid is not None and entry is not None and period["insurer_code"] in agreed.insurers:
            entries[pid] = min(entry, entries.get(pid, entry))
    return entries


def insured_months(periods: list[Row], agreed: Agreed) -> list[Row]:
    """Each person's months, once each; the period that began last says where the person lived.

    From the month of entry into the Wlz on, a month is on neither side, wherever the person lives.
    """
    entries = wlz_entries(periods, agreed)
    claimed: dict[tuple[bytes, dt.date], list[Row]] = {}
    for period in periods:
        month = period["from_month"]
        for _ in range(period["insured_months"]):
            counts = period["pid"] is not None and period["insurer_code"] in agreed.insurers
            if counts and month.year in agreed.years:
                claimed.setdefault((period["pid"], month), []).append(period)
            month = (month + dt.timedelta(days=31)).replace(day=1)
    found = []
    for (pid, month), candidates in claimed.items():
        began_last = max(period["from_month"] for period in candidates)
        latest = [period for period in candidates if period["from_month"] == began_last]
        own_values = ("insurer_code", "postcode3_code", "birth_year", "sex_code", "insured_months")
        said = min(
            latest,
            key=lambda period: (
                *(period[name] for name in own_values),
                period["general_practice_code"] is None,
                period["general_practice_code"] or "",
            ),
        )
        kept = ("insurer_code", "birth_year", "sex_code", "postcode3_code", "general_practice_code")
        entry = entries.get(pid)
        in_wlz = entry is not None and month >= entry
        group = "wlz" if in_wlz else agreed.area.get(said["postcode3_code"], "other")
        found.append(
            {
                "pid": pid,
                "month": month,
                "year": month.year,
                **{name: said[name] for name in kept},
                "wlz_from_month": entry,
                "group_code": group,
            }
        )
    return found


def claim_lines(
    lines: list[Row], months: list[Row], entries: dict[bytes, dt.date], agreed: Agreed
) -> list[Row]:
    """Every line once, in the place of the claim at the head of its chain, and in one bucket."""
    delivered = _line_by_reference(lines, agreed.delivered_on)
    home = {(month["pid"], month["month"]): month["group_code"] for month in months}
    found = []
    for line in lines:
        head = _head_of_chain(line, delivered)
        opened = head["opening_date"]
        group = _group(head["pid"], opened, home, entries)
        is_duplicate = delivered[line["line_ref"]] is not line
        awarded = line["awarded_cents"]
        takes_declared = agreed.valuation == "declared" or awarded is None
        found.append(
            {
                "line_ref": line["line_ref"],
                "delivery_id": line["delivery_id"],
                "chain_ref": head["corrected_line_ref"] or head["line_ref"],
                "pid": head["pid"],
                "insurer_code": line["insurer_code"],
                "year_of_loss": opened.year,
                "month": opened.replace(day=1),
                "invoiced_date": line["invoiced_date"],
                "booked_month": line["invoiced_date"].replace(day=1),
                "care_type_code": head["care_type_code"],
                "is_fixed": head["care_type_code"] in agreed.fixed_care,
                "atc_code": head["atc_code"],
                "group_code": group or "none",
                "bucket_code": "duplicate" if is_duplicate else _bucket(line, head, group, agreed),
                "is_orphan": line["corrected_line_ref"] is not None
                and head["corrected_line_ref"] is not None,
                "is_declared": awarded is None,
                "ddd_thousandths": line["ddd_thousandths"],
                "declared_cents": line["declared_cents"],
                "cents": line["declared_cents"] if takes_declared else awarded,
            }
        )
    return found


def person_months(claims: list[Row]) -> list[Row]:
    """What a person cost in a month, by kind of care, group and bucket."""
    by = ("pid", "month", "year_of_loss", "care_type_code", "group_code", "bucket_code")
    linked = [line for line in claims if line["pid"] is not None]
    return added_up(linked, by, claim_lines=lambda line: 1, cents=lambda line: line["cents"])


def claim_buckets(claims: list[Row]) -> list[Row]:
    """Lines and cents by delivery, year of loss, group, kind of care and bucket."""
    by = ("delivery_id", "year_of_loss", "group_code", "care_type_code", "bucket_code")
    return added_up(
        claims,
        by,
        claim_lines=lambda line: 1,
        declared_lines=lambda line: int(line["is_declared"]),
        cents=lambda line: line["cents"],
    )


def cost_by_kind(claims: list[Row]) -> list[Row]:
    """Persons, lines, cents and daily doses by year of loss, group, kind of care and bucket."""
    by = ("year_of_loss", "group_code", "care_type_code", "is_fixed", "bucket_code")
    rows = added_up(
        claims,
        by,
        claim_lines=lambda line: 1,
        cents=lambda line: line["cents"],
        ddd_thousandths=lambda line: line["ddd_thousandths"] or 0,
    )
    for row in rows:
        same_place = (line for line in claims if all(line[name] == row[name] for name in by))
        row["persons"] = len({line["pid"] for line in same_place} - {None})
    return rows


def run_out_cells(claims: list[Row]) -> list[Row]:
    """Lines and cents of the population by service month and month of invoice."""
    placed = [
        {
            **line,
            "service_month": line["month"],
            "invoiced_month": line["booked_month"],
            "development_months": max(_months_between(line["month"], line["booked_month"]), 0),
        }
        for line in claims
        if line["bucket_code"] in ("in_domain", "out_of_domain")
    ]
    by = (
        "group_code",
        "care_type_code",
        "bucket_code",
        "service_month",
        "invoiced_month",
        "development_months",
    )
    return added_up(placed, by, claim_lines=lambda line: 1, cents=lambda line: line["cents"])


def _months_between(first: dt.date, last: dt.date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month


def person_years(months: list[Row], claims: list[Row], agreed: Agreed) -> list[Row]:
    """Months and cost of a person in a calendar year on one side; what exceeds the agreed amount is cut off."""
    found: dict[tuple[bytes, int, str], Row] = {}
    for month in months:
        if month["group_code"] not in ("contracted", "comparison"):
            continue
        key = (month["pid"], month["year"], month["group_code"])
        row = found.setdefault(key, {"months": 0, "cost": 0, "births": [], "sexes": []})
        row["months"] += 1
        row["births"].append(month["birth_year"])
        row["sexes"].append(month["sex_code"])
    for line in claims:
        if line["bucket_code"] == "in_domain":
            found[line["pid"], line["year_of_loss"], line["group_code"]]["cost"] += line["cents"]
    return [
        {
            "pid": pid,
            "year": year,
            "group_code": group,
            "sex_code": min(row["sexes"]),
            "age_years": year - min(row["births"]),
            "insured_months": row["months"],
            "in_domain_cents": row["cost"],
            "truncated_cents": max(row["cost"] - agreed.truncation_cents, 0),
            "retained_cents": row["cost"] - max(row["cost"] - agreed.truncation_cents, 0),
        }
        for (pid, year, group), row in found.items()
    ]


def risk_cells(persons: list[Row], agreed: Agreed) -> list[Row]:
    """Persons, months and cost by year, side, sex and age class."""
    placed = [{**person, "age_class_code": _age_class(person["age_years"], agreed)} for person in persons]
    return added_up(
        placed,
        ("year", "group_code", "sex_code", "age_class_code"),
        persons=lambda person: 1,
        insured_months=lambda person: person["insured_months"],
        in_domain_cents=lambda person: person["in_domain_cents"],
        truncated_cents=lambda person: person["truncated_cents"],
        retained_cents=lambda person: person["retained_cents"],
    )


def _line_by_reference(lines: Iterable[Row], delivered_on: dict[str, dt.date]) -> dict[str, Row]:
    """The line a reference means; of several with the same one, the newest decision of the insurer.

    Where none holds a decision, the earliest line, then by their own values.
    """

    def age(line: Row) -> tuple[dt.date, str]:
        return delivered_on[line["delivery_id"]], line["delivery_id"]

    def order(line: Row) -> list[Any]:
        return [
            *(
                line[name]
                for name in ("opening_date", "care_type_code", "financing_law_code", "declared_cents")
            ),
            (line["corrected_line_ref"] is None, line["corrected_line_ref"] or ""),
            *(line[name] for name in ("invoiced_date", "insurer_code", "delivery_id")),
        ]

    found: dict[str, Row] = {}
    for line in lines:
        others = [line, *([found[line["line_ref"]]] if line["line_ref"] in found else [])]
        decided = [one for one in others if one["awarded_cents"] is not None]
        found[line["line_ref"]] = max(decided, key=age) if decided else min(others, key=order)
    return found


def _head_of_chain(line: Row, delivered: dict[str, Row]) -> Row:
    """The claim that a credit takes back, through credits of credits; of an orphan, the last one there is.

    A claim is the head of its own chain; delivered twice, both are one chain.
    """
    if line["corrected_line_ref"] is None:
        return delivered[line["line_ref"]]
    while line["corrected_line_ref"] in delivered:
        line = delivered[line["corrected_line_ref"]]
    return line


def _group(
    pid: bytes | None,
    opened: dt.date,
    home: dict[tuple[bytes, dt.date], str],
    entries: dict[bytes, dt.date],
) -> str | None:
    """Where the person lived that month, else in the nearest insured month of the year, the earlier of two.

    Care from the month of entry into the Wlz on is the Wlz's, whichever month is nearest.
    """
    same_year = [month for who, month in home if who == pid and month.year == opened.year]
    if pid is None or not same_year:
        return None
    if pid in entries and opened.replace(day=1) >= entries[pid]:
        return "wlz"
    nearest = min(sorted(same_year), key=lambda month: abs(month.month - opened.month))
    return home[pid, nearest]


def _bucket(line: Row, head: Row, group: str | None, agreed: Agreed) -> str:
    """The first bucket that applies."""
    if head["pid"] is None:
        return "unlinked"
    if head["corrected_line_ref"] is not None:
        return "orphan_credit"
    if head["opening_date"].year not in agreed.years:
        return "outside_years"
    if line["insurer_code"] not in agreed.insurers or group not in ("contracted", "comparison"):
        return "outside_population"
    if head["care_type_code"] in agreed.care_types and head["financing_law_code"] in agreed.laws:
        return "in_domain"
    return "out_of_domain"


def _age_class(age: int, agreed: Agreed) -> str:
    """'18-64' or '65+'."""
    lower = [bound for bound in agreed.age_bounds if bound <= age][-1]
    higher = [bound for bound in agreed.age_bounds if bound > age]
    return f"{lower:02d}-{higher[0] - 1:02d}" if higher else f"{lower:02d}+"


def added_up(rows: list[Row], by: Sequence[str], **amounts: Any) -> list[Row]:
    """Sums by key, one addition at a time."""
    sums: dict[tuple[Any, ...], dict[str, int]] = {}
    for row in rows:
        total = sums.setdefault(tuple(row[name] for name in by), dict.fromkeys(amounts, 0))
        for name, amount in amounts.items():
            total[name] += amount(row)
    return [{**dict(zip(by, key, strict=True)), **total} for key, total in sums.items()]
