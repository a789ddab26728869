"""The terms of a contract on one day: each parameter resolved to the value in force, with its clause.

A term's name is its place in the contract file with an underscore: `sharing.gain_rate` in the file is
`terms.sharing_gain_rate` here. A test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from pipeline.contract.parameter import Term
from pipeline.contract.recognition import Condition, Episode
from pipeline.contract.values import (
    AgreedAmount,
    Brackets,
    ExpectedDelivery,
    Indicator,
    Overlap,
    Precedence,
    Provider,
    QualityGate,
    Requirement,
    RiskLimit,
    Statistical,
)

CENTS_PER_EURO = 100


@dataclass(frozen=True, kw_only=True)
class EconomicTerms:
    """What a settlement needs to know, on `day`. Terms that a contract may leave out are None when it does.

    Shares are fractions of one (0.5 is half); amounts per unit are in euros.
    """

    day: dt.date
    sharing_starts_at: Term[str]
    sharing_gain_rate: Term[Decimal]
    limits_cap: Term[Decimal]
    unit_counted_in: Term[str] | None = None
    population_contracted_area: Term[tuple[str, ...]] | None = None
    population_minimum_insured_years: Term[int] | None = None
    population_minimum_episodes: Term[int] | None = None
    population_below_minimum: Term[str] | None = None
    valuation_basis: Term[str] | None = None
    truncation_ceiling: Term[int] | None = None
    case_mix_model: Term[str] | None = None
    case_mix_cells: Term[tuple[str, ...]] | None = None
    case_mix_age_bounds: Term[tuple[int, ...]] | None = None
    case_mix_coding_cap: Term[Decimal] | None = None
    target_method: Term[str] | None = None
    target_amount: Term[Decimal] | None = None
    target_path: Term[Decimal] | None = None
    baseline_weights: Term[dict[int, Decimal]] | None = None
    baseline_strata: Term[tuple[str, ...]] | None = None
    baseline_kept_savings: Term[Decimal] | None = None
    trend_method: Term[str] | None = None
    trend_growth: Term[Decimal] | None = None
    trend_blend: Term[dict[str, Decimal]] | None = None
    adjustments_care_moved_out: Term[Decimal] | None = None
    adjustments_price: Term[Decimal] | None = None
    adjustments_new_drug: Term[Decimal] | None = None
    adjustments_amounts: Term[tuple[AgreedAmount, ...]] | None = None
    adjustments_disaster: Term[str] | None = None
    quality_indicators: Term[tuple[Indicator, ...]] | None = None
    quality_minimum_score: Term[Decimal] | None = None
    quality_share_by: Term[str] | None = None
    quality_share_brackets: Term[Brackets] | None = None
    quality_gates: Term[tuple[QualityGate, ...]] | None = None
    quality_while_unknown: Term[str] | None = None
    access_requirements: Term[tuple[Requirement, ...]] | None = None
    access_if_missed: Term[str] | None = None
    sharing_minimum_savings: Term[Brackets] | None = None
    sharing_statistical: Term[Statistical] | None = None
    sharing_sized_by: Term[str] | None = None
    sharing_own_choice_from: Term[int] | None = None
    loss_minimum_loss: Term[Brackets] | None = None
    loss_rate: Term[Decimal] | None = None
    loss_rate_floor: Term[Decimal] | None = None
    loss_rate_ceiling: Term[Decimal] | None = None
    deduction_of_gain: Term[Decimal] | None = None
    limits_collar: Term[Decimal] | None = None
    limits_cap_of_revenue: Term[Decimal] | None = None
    limits_collar_of_revenue: Term[Decimal] | None = None
    carry_over_unshared_loss: Term[Decimal] | None = None
    carry_over_gain_above_cap: Term[Decimal] | None = None
    termination_gain: Term[str] | None = None
    quality_payment_amount: Term[Decimal] | None = None
    quality_payment_minimum_score: Term[Decimal] | None = None
    division_method: Term[str] | None = None
    division_shares: Term[dict[str, Decimal]] | None = None
    division_members: Term[tuple[str, ...]] | None = None
    division_compensation: Term[Decimal] | None = None
    division_member_cap: Term[Decimal] | None = None
    division_beyond_cap: Term[str] | None = None
    provisional_advance: Term[Decimal] | None = None
    order_after: Term[tuple[Precedence, ...]] | None = None
    fee_amount: Term[Decimal] | None = None
    fee_key: Term[dict[str, Decimal]] | None = None

    @property
    def baseline_years(self) -> tuple[int, ...]:
        """The years the target rests on, oldest first; none when it does not rest on earlier years."""
        return tuple(sorted(self.baseline_weights.value)) if self.baseline_weights else ()


@dataclass(frozen=True, kw_only=True)
class Terms(EconomicTerms):
    """What holds on `day` of a contract that an OCMO serves; `truncation_ceiling` is in euros."""

    parties_insurer_codes: Term[tuple[str, ...]]
    parties_members: Term[tuple[Provider, ...]]
    population_contracted_area: Term[tuple[str, ...]]
    population_below_minimum: Term[str]
    domain_financing_laws: Term[tuple[str, ...]]
    domain_care_types_in: Term[tuple[str, ...]]
    domain_care_types_out: Term[tuple[str, ...]]
    valuation_basis: Term[str]
    truncation_ceiling: Term[int]
    reporting_minimum_cell: Term[int]
    linkage_epoch: Term[int]
    linkage_key_version: Term[int]
    linkage_engine: Term[str]
    linkage_suite: Term[str]
    linkage_suppliers: Term[tuple[str, ...]]
    linkage_minimum_persons: Term[int]
    linkage_maximum_persons: Term[int]
    linkage_bsn_policy: Term[str]
    linkage_allow_test_numbers: Term[bool]
    linkage_overlap: Term[tuple[Overlap, ...]]
    linkage_new_persons_alarm: Term[Decimal]
    deliveries_expected: Term[tuple[ExpectedDelivery, ...]]
    privacy_risk_limits: Term[tuple[RiskLimit, ...]]
    parties_comparison_providers: Term[tuple[Provider, ...]] | None = None
    unit_episode: Term[Episode] | None = None
    population_comparison_area: Term[tuple[str, ...]] | None = None
    population_conditions: Term[tuple[Condition, ...]] | None = None
    population_excluded_conditions: Term[tuple[Condition, ...]] | None = None
    population_attribution: Term[str] | None = None
    population_minimum_share_of_care: Term[Decimal] | None = None
    domain_non_claim_kinds_in: Term[tuple[str, ...]] | None = None

    @property
    def truncation_ceiling_cents(self) -> int:
        """The most that one person's year counts for, in cents."""
        return self.truncation_ceiling.value * CENTS_PER_EURO
