"""The sections beside the economics: who agreed, whose care and which, who delivers, how few may be alike.

The sections with the economics are in `sections`. Every parameter names its unit and an example here, because
an error must be good enough to mend the file from it alone.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from pipeline.contract.parameter import Count, Parameter, Share, Text, agreed, between
from pipeline.contract.recognition import Condition, Episode
from pipeline.contract.section import Section
from pipeline.contract.values import (
    Code,
    ExpectedDelivery,
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
Conditions = Annotated[tuple[Condition, ...], Field(min_length=1)]
NonClaimKind = Literal["advance", "availability", "capitation", "ceiling_settlement", "rebate"]
"""The kinds of payment of the canonical table non_claim_payment."""

COPD = (
    "[{id: copd, name: COPD, evidence: [{column: icd10_code, begins_with: [J44]}, "
    "{column: atc_code, begins_with: [R03BB], minimum_daily_doses: 90}], looks_back_years: 1}]"
)
PREGNANCY = (
    "{id: pregnancy, name: Pregnancy, evidence: [{column: icd10_code, begins_with: [O80]}], "
    "days_before: 280, days_after: 42}"
)


class Header(Section):
    """Which contract this is and for how long it runs: whole calendar years, as a year is settled as a whole.

    `starts_on` repeats the first day of the signed text, so that a contract that begins within a year is told.
    A version after the first says with `supersedes_from` from which day on it holds, and `because` of what.
    """

    id: Code = Field(examples=["maasoever"])
    name: Text = Field(examples=["Duurzaam contract Maasoever 2025-2027"])
    language: Literal["nl", "en"] = Field(examples=["nl"])
    version: Annotated[int, between("1")] = Field(examples=["1"])
    signed: dt.date = Field(examples=["2024-11-15"])
    first_year: Year = Field(examples=["2025"])
    last_year: Year = Field(examples=["2027"])
    starts_on: dt.date | None = Field(default=None, examples=["2025-01-01"])
    supersedes_from: dt.date | None = Field(default=None, examples=["2026-01-01"])
    because: Text | None = Field(default=None, examples=["Het deel van de besparing gaat omhoog."])


class Parties(Section):
    """Who signed, and with whom they are compared. Without comparison providers, with nobody."""

    payer: Text = Field(examples=["Zilverzorg"])
    consortium: Text = Field(examples=["Consortium Maasoever"])
    insurer_codes: Parameter[Annotated[tuple[UzoviCode, ...], Field(min_length=1)]] = agreed(
        "UZOVI codes", '["9991"]'
    )
    members: Parameter[Providers] = agreed("providers", '[{agb_code: "06990001", name: Maasoever}]')
    comparison_providers: Parameter[Providers] | None = agreed(
        "providers", '[{agb_code: "06990003", name: Veldzicht}]', default=None
    )


class Unit(Section):
    """What is counted, and what an amount per unit is about. Without this section: insured years.

    A patient year is a year of a person who has one of the population's conditions; an episode is shown by its
    evidence; a total has no units: one sum for all care.
    """

    counted_in: Parameter[Literal["insured_year", "patient_year", "episode", "total"]] = agreed(
        "choice", "patient_year"
    )
    episode: Parameter[Episode] | None = agreed("episode", PREGNANCY, default=None)


class Population(Section):
    """Whose care it is about, by where people live and what they have; and how many to share a risk over.

    `attribution` says who of the area counts: all who live there, who is registered with a member's practice, or
    who had at least `minimum_share_of_care` of the care in the domain with the members. Without it: all.
    """

    contracted_area: Parameter[Area] = agreed("three-digit postcodes", '["531", "532"]')
    comparison_area: Parameter[Area] | None = agreed("three-digit postcodes", '["541", "542"]', default=None)
    conditions: Parameter[Conditions] | None = agreed("conditions", COPD, default=None)
    excluded_conditions: Parameter[Conditions] | None = agreed("conditions", COPD, default=None)
    attribution: Parameter[Literal["residence", "registration", "share_of_care"]] | None = agreed(
        "choice", "residence", default=None
    )
    minimum_share_of_care: Parameter[Share] | None = agreed("share of the cost", "0.50", default=None)
    minimum_insured_years: Parameter[Count] | None = agreed("insured years", "5000", default=None)
    minimum_episodes: Parameter[Count] | None = agreed("episodes", "500", default=None)
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
