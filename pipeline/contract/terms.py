"""The terms of a contract on one day: each parameter resolved to the value in force, with its clause.

A term's name is its place in the contract file with an underscore: `sharing.gain_rate` in the file is
`terms.sharing_gain_rate` here. A test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from pipeline.contract.parameter import Term
from pipeline.contract.values import Brackets, ExpectedDelivery, Indicator, Overlap, Provider, RiskLimit

CENTS_PER_EURO = 100


@dataclass(frozen=True)
class Terms:
    """What holds on `day`. Terms that a contract may leave out are None when it does.

    Shares are fractions of one (0.5 is half); `truncation_ceiling` is in euros.
    """

    day: dt.date
    parties_insurer_codes: Term[tuple[str, ...]]
    parties_members: Term[tuple[Provider, ...]]
    parties_comparison_providers: Term[tuple[Provider, ...]]
    population_contracted_area: Term[tuple[str, ...]]
    population_comparison_area: Term[tuple[str, ...]]
    population_minimum_insured_years: Term[int]
    population_below_minimum: Term[str]
    domain_financing_laws: Term[tuple[str, ...]]
    domain_care_types_in: Term[tuple[str, ...]]
    domain_care_types_out: Term[tuple[str, ...]]
    valuation_basis: Term[str]
    truncation_ceiling: Term[int]
    case_mix_model: Term[str]
    case_mix_cells: Term[tuple[str, ...]]
    case_mix_age_bounds: Term[tuple[int, ...]]
    baseline_weights: Term[dict[int, Decimal]]
    trend_method: Term[str]
    sharing_minimum_savings: Term[Brackets]
    sharing_starts_at: Term[str]
    sharing_gain_rate: Term[Decimal]
    limits_cap: Term[Decimal]
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
    domain_non_claim_kinds_in: Term[tuple[str, ...]] | None = None
    trend_growth: Term[Decimal] | None = None
    quality_indicators: Term[tuple[Indicator, ...]] | None = None
    quality_minimum_score: Term[Decimal] | None = None
    loss_minimum_loss: Term[Brackets] | None = None
    loss_rate_floor: Term[Decimal] | None = None
    loss_rate_ceiling: Term[Decimal] | None = None
    limits_collar: Term[Decimal] | None = None

    @property
    def truncation_ceiling_cents(self) -> int:
        """The most that one person's year counts for, in cents."""
        return self.truncation_ceiling.value * CENTS_PER_EURO

    @property
    def baseline_years(self) -> tuple[int, ...]:
        """The years the target rests on, oldest first."""
        return tuple(sorted(self.baseline_weights.value))
