"""What of a contract the pipeline makes figures for; of all else the night says so, and computes nothing.

The language and the settlement know more than the nightly steps can measure: a contract over patients with a
condition can be written, checked, explained and settled on figures that somebody gives. Figures of all insured of an
area in its place would be wrong without anybody seeing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.contract.complaints import nearest
from pipeline.contract.language import Contract
from pipeline.contract.parameter import Term
from pipeline.contract.terms import Terms
from pipeline.errors import UncomputedTermsError


def require_figures(contract: Contract, year: int) -> None:
    """See that the nightly steps can make the figures of a contract year.

    Raises:
        UncomputedTermsError: naming every term that they make no figures for yet, with its clause.
        ContractValueError: when the year is outside the contract's term.
    """
    lacking = list(uncomputed(contract.for_year(year)))
    if lacking:
        raise UncomputedTermsError(
            f"There are no figures yet of contract '{contract.id}' for {year}: the pipeline does not make "
            + "; ".join(lacking),
            where=contract.source,
            remedy="Settle it on figures that the parties agree on (`ocmo settlement run --figures FILE`), or keep its"
            " file off the shelf until the figures are made. The other contracts go on.",
        )


def uncomputed(terms: Terms) -> Iterator[str]:
    """What the nightly steps make no figures of, each with the key and clause that ask for it."""
    counted, attribution, model = terms.unit_counted_in, terms.population_attribution, terms.case_mix_model
    if counted is not None and counted.value != "insured_year":
        yield f"{COUNTED[counted.value]} ({_place(counted)})"
    if terms.population_conditions is not None:
        yield f"the population by condition ({_place(terms.population_conditions)})"
    if terms.population_excluded_conditions is not None:
        yield f"the population without those who have a condition ({_place(terms.population_excluded_conditions)})"
    if attribution is not None and attribution.value != "residence":
        yield f"the population by {ATTRIBUTED[attribution.value]} ({_place(attribution)})"
    if model is not None and model.value == "score":
        yield f"risk scores ({_place(model)})"


def unmeasured(terms: Terms) -> Iterator[str]:
    """What the settlement asks for beside the nightly figures: without it a year can be looked at, and not settled."""
    for name, figures in UNMEASURED.items():
        term = getattr(terms, name)
        if term is not None and (not isinstance(figures, dict) or term.value in figures):
            said = figures[term.value] if isinstance(figures, dict) else figures
            yield f"{said} ({_place(term)})"
    if terms.trend_blend is not None and "national" in terms.trend_blend.value:
        yield f"the national index ({_place(terms.trend_blend)})"
    if terms.quality_indicators is not None:
        for code in (indicator.id for indicator in terms.quality_indicators.value):
            if code not in MEASURED_INDICATORS:
                yield f"the indicator '{code}'{_meant(code)} ({_place(terms.quality_indicators)})"


def _meant(code: str) -> str:
    """The indicator that was perhaps meant."""
    near = nearest(code, MEASURED_INDICATORS, cutoff=0.85)
    return f", which may be a slip for '{near}'" if near else ""


MEASURED_INDICATORS = ("complication_ratio", "eq5d_change")
"""The indicators that a nightly step makes, by id. A test holds them against that step."""


COUNTED = {"patient_year": "patient years", "episode": "episodes", "total": "a total without units"}
ATTRIBUTED = {"registration": "registration with a practice", "share_of_care": "share of care at the members"}

UNMEASURED: dict[str, str | dict[str, str]] = {
    "target_method": {"stated": "a target that somebody else states"},
    "baseline_strata": "figures by stratum",
    "baseline_kept_savings": "what was earned in baseline years",
    "case_mix_coding_cap": "the part of the case mix that is age and sex alone",
    "trend_method": {"national": "the national index"},
    "adjustments_care_moved_out": "expected cost of care outside the domain",
    "adjustments_price": "the effect of prices",
    "adjustments_new_drug": "the cost of new drugs",
    "adjustments_disaster": "the relief of a disaster",
    "access_requirements": "measures of access",
    "sharing_sized_by": {"persons": "the number of persons"},
    "sharing_own_choice_from": "the party's own choice of a threshold",
    "limits_cap_of_revenue": "the consortium's revenue",
    "limits_collar_of_revenue": "the consortium's revenue",
    "carry_over_unshared_loss": "what earlier years left to carry over",
    "carry_over_gain_above_cap": "what earlier years left to carry over",
    "division_method": {
        "by_volume": "what each member delivered",
        "by_contribution": "what each member contributed",
    },
    "division_compensation": "what each member lost in revenue",
}
"""Terms for which a settlement takes in figures that no nightly step makes; by value where only some values do."""


def _place(term: Term[Any]) -> str:
    return f"{term.key}, clause {term.clause}"
