"""The sections of a contract file and what each may hold.

Every parameter names its unit and an example here, because an error must be good enough to mend the file
from it alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from pipeline.contract.parameter import STRICT, Count, Parameter, Share, Text, agreed, between
from pipeline.contract.values import (
    Brackets,
    Code,
    ExpectedDelivery,
    Growth,
    Indicator,
    Overlap,
    Postcode3,
    Provider,
    RiskLimit,
    UzoviCode,
)

Year = Annotated[int, between("2006", "2100")]
Codes = Annotated[tuple[Code, ...], Field(min_length=1)]
Providers = Annotated[tuple[Provider, ...], Field(min_length=1)]
Area = Annotated[tuple[Postcode3, ...], Field(min_length=1)]
NonClaimKind = Literal["advance", "availability", "capitation", "ceiling_settlement", "rebate"]
"""The kinds of payment of the canonical table non_claim_payment."""


class Section(BaseModel):
    """A part of the contract: plain facts and dated parameters."""

    model_config = STRICT

    def parameters(self) -> Iterator[tuple[str, Parameter[Any]]]:
        """The section's parameters by name, in the language's order; absent optional ones left out."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Parameter):
                yield name, value

    @classmethod
    def unit_of(cls, name: str) -> str:
        """The unit that the language gives a parameter."""
        extra = cls.model_fields[name].json_schema_extra
        return str(extra["unit"]) if isinstance(extra, dict) else ""


class Header(Section):
    """Which contract this is and for how long it runs: whole calendar years, as a year is settled as a whole.

    `starts_on` repeats the first day of the signed text, so that a contract that begins within a year is told.
    """

    id: Code
    name: Text
    language: Literal["nl", "en"]
    version: Annotated[int, between("1")]
    signed: dt.date
    first_year: Year
    last_year: Year
    starts_on: dt.date | None = None


class Parties(Section):
    """Who signed, and with whom they are compared."""

    payer: Text
    consortium: Text
    insurer_codes: Parameter[Annotated[tuple[UzoviCode, ...], Field(min_length=1)]] = agreed(
        "UZOVI codes", '["9991"]'
    )
    members: Parameter[Providers] = agreed("providers", '[{agb_code: "06990001", name: Maasoever}]')
    comparison_providers: Parameter[Providers] = agreed(
        "providers", '[{agb_code: "06990003", name: Veldzicht}]'
    )


class Population(Section):
    """Whose care it is about, by where people live; and how many they must be to share a risk."""

    contracted_area: Parameter[Area] = agreed("three-digit postcodes", '["531", "532"]')
    comparison_area: Parameter[Area] = agreed("three-digit postcodes", '["541", "542"]')
    minimum_insured_years: Parameter[Count] = agreed("insured years", "5000")
    below_minimum: Parameter[Literal["nothing_shared", "no_bonus"]] = agreed("choice", "nothing_shared")


class Domain(Section):
    """Which care counts, whoever delivers it; and which payments beside claims are reported with it."""

    financing_laws: Parameter[Annotated[tuple[Literal["Wlz", "Wmo", "Zvw"], ...], Field(min_length=1)]] = (
        agreed("laws", "[Zvw]")
    )
    care_types_in: Parameter[Codes] = agreed("kinds of care", "[hospital_product, other_hospital]")
    care_types_out: Parameter[tuple[Code, ...]] = agreed("kinds of care", "[addon_drug]")
    non_claim_kinds_in: Parameter[tuple[NonClaimKind, ...]] | None = agreed(
        "kinds of payment", "[capitation, rebate]", default=None
    )


class Valuation(Section):
    """At which amount a claim counts. Awarded falls back on declared where the source has no decision."""

    basis: Parameter[Literal["declared", "awarded"]] = agreed("choice", "awarded")


class Truncation(Section):
    """Up to which amount the cost of one person in one year counts."""

    ceiling: Parameter[Annotated[int, between("1")]] = agreed("EUR per person and year", "100000")


class CaseMix(Section):
    """How populations are made comparable: cells, and the way of standardising."""

    model: Parameter[Literal["indirect"]] = agreed("choice", "indirect")
    cells: Parameter[tuple[Literal["sex"], Literal["age_class"]]] = agreed("risk factors", "[sex, age_class]")
    age_bounds: Parameter[Annotated[tuple[Annotated[int, between("0", "120")], ...], Field(min_length=1)]] = (
        agreed("age in years", "[0, 18, 45, 65, 75]")
    )


class Baseline(Section):
    """Which years before the contract the target rests on, and how much each weighs."""

    weights: Parameter[Annotated[dict[Year, Share], Field(min_length=1)]] = agreed(
        "share by year", "{2022: 0.10, 2023: 0.30, 2024: 0.60}"
    )


class Trend(Section):
    """How cost is brought from a baseline year to the settlement year."""

    method: Parameter[Literal["agreed", "benchmark"]] = agreed("choice", "agreed")
    growth: Parameter[Growth] | None = agreed("share per year", "0.03", default=None)


class Quality(Section):
    """What is measured, what each indicator weighs, and the least that is needed for a gain.

    A contract without this section shares a saving at the full rate.
    """

    indicators: Parameter[Annotated[tuple[Indicator, ...], Field(min_length=1)]] = agreed(
        "indicators",
        "[{id: complication_ratio, name: Complications, weight: 1, floor: 1.10, goal: 0.80, "
        "direction: lower_is_better}]",
    )
    minimum_score: Parameter[Share] = agreed("share of full marks", "0.40")


class Sharing(Section):
    """From where, and at which rate, a saving is shared."""

    minimum_savings: Parameter[Brackets] = agreed(
        "share of the target, by insured years",
        "[{from: 0, below: 20000, rate: 0.02}, {from: 20000, rate: 0.015}]",
    )
    starts_at: Parameter[Literal["first_euro", "above_threshold"]] = agreed("choice", "first_euro")
    gain_rate: Parameter[Share] = agreed("share of the saving", "0.50")


class Loss(Section):
    """The malus. A contract without this section is bonus only."""

    minimum_loss: Parameter[Brackets] = agreed(
        "share of the target, by insured years", "[{from: 0, rate: 0.02}]"
    )
    rate_floor: Parameter[Share] = agreed("share of the loss", "0.40")
    rate_ceiling: Parameter[Share] = agreed("share of the loss", "0.60")


class Limits(Section):
    """The most that is paid either way."""

    cap: Parameter[Share] = agreed("share of the target", "0.10")
    collar: Parameter[Share] | None = agreed("share of the target", "0.05", default=None)


class Reporting(Section):
    """What may be shown."""

    minimum_cell: Parameter[Annotated[int, between("1")]] = agreed("persons", "10")


class Linkage(Section):
    """What suppliers and the trusted third party need to pseudonymise for this contract."""

    epoch: Parameter[Annotated[int, between("1")]] = agreed("number", "1")
    key_version: Parameter[Annotated[int, between("1")]] = agreed("number", "1")
    engine: Parameter[Literal["hmac-2step-v1"]] = agreed("name", "hmac-2step-v1")
    suite: Parameter[Literal["X25519", "MLKEM768X25519"]] = agreed("name", "X25519")
    suppliers: Parameter[Codes] = agreed("suppliers", "[zilverzorg, ziekenhuis-maasoever]")
    minimum_persons: Parameter[Annotated[int, between("1")]] = agreed("persons", "100")
    maximum_persons: Parameter[Annotated[int, between("1")]] = agreed("persons", "1000000")
    bsn_policy: Parameter[Literal["drop", "refuse"]] = agreed("choice", "drop")
    allow_test_numbers: Parameter[bool] = agreed("yes or no", "false")
    overlap: Parameter[tuple[Overlap, ...]] = agreed(
        "share of persons, by table",
        "[{table: clinical_event, expected: 0.65, at_least: 0.40, at_most: 0.90}]",
    )
    new_persons_alarm: Parameter[Share] = agreed("share of persons", "0.20")


class Deliveries(Section):
    """What is expected from whom: what does not come is missing, and is named."""

    expected: Parameter[Annotated[tuple[ExpectedDelivery, ...], Field(min_length=1)]] = agreed(
        "deliveries", "[{supplier: zilverzorg, tables: [insured, claim_line], years: baseline_and_contract}]"
    )


class Privacy(Section):
    """How many of the linked persons may be alone, or among few, in what is kept of them."""

    risk_limits: Parameter[Annotated[tuple[RiskLimit, ...], Field(min_length=1)]] = agreed(
        "share of persons, by size of group", "[{smaller_than: 2, share: 0.20}]"
    )
