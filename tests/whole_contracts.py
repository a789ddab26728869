"""Whole contracts and figures drawn at random: every economic term of the language, and what it asks to be measured.

The settlement year's cost is drawn last, around the target that the second settlement finds, and often within a cent
of a threshold, a limit or the target itself: that is where rules go wrong.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, localcontext
from functools import cached_property
from typing import Any

import yaml
from hypothesis import reject
from hypothesis import strategies as st

from pipeline.contract import Contract
from pipeline.settlement import Figure, Figures, IndicatorFigure
from pipeline.settlement.figures import UNITS
from tests.oracles.contract_plainly import Book, RefusedError
from tests.oracles.settlement_decimal import bound, threshold
from tests.oracles.target_decimal import savings_of, target_of
from tests.settlement_world import RAW, contract_from, raw_contract

YEAR = 2025
BASELINE = (2022, 2023, 2024)
MEMBERS = ("06990001", "06990002")
INDICATORS = next(iter(RAW["quality"]["indicators"]["values"].values()))
MOVING = ("loss_set_off", "consortium_share", "deduction", "carried_gain", "limited_share", "disaster_relief")
OPERATIONS = ("parties", "domain", "valuation", "truncation", "reporting", "linkage", "deliveries")
BIRTH = {"id": "birth", "name": "Birth", "evidence": ({"column": "icd10_code", "begins_with": ("O80",)},),
         "days_before": 280, "days_after": 42}  # fmt: skip
COPD = ({"id": "copd", "name": "COPD", "evidence": ({"column": "icd10_code", "begins_with": ("J44",)},)},)


class Dumper(yaml.CSafeDumper):
    """YAML as a person would write it: decimals in digits."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def decimal(self, value: Decimal) -> yaml.ScalarNode:
        digits = f"{value:f}"
        return self.represent_scalar("tag:yaml.org,2002:float", digits if "." in digits else f"{digits}.0")


Dumper.add_representer(Decimal, Dumper.decimal)


@dataclass(frozen=True)
class Case:
    """A contract, the terms by which it differs from the example, and a year's figures.

    `text` is its file, without the sections that say nothing about money.
    """

    terms: dict[str, Any]
    raw: dict[str, Any]
    text: str
    values: dict[tuple[str, int], int | Decimal]
    measured: dict[str, Decimal]

    @cached_property
    def contract(self) -> Contract:
        """The contract, made once."""
        return contract_from(self.raw)


def text_of(raw: dict[str, Any]) -> str:
    """A contract's data as a file of it."""
    return str(yaml.dump(raw, Dumper=Dumper, sort_keys=False, allow_unicode=True))


def figures_from(values: dict[tuple[str, int], int | Decimal], measured: dict[str, Decimal]) -> Figures:
    """The engine's figures of plain ones."""
    return Figures(
        "maasoever",
        YEAR,
        {
            (name, year): Figure(value, UNITS[name.partition(":")[0]])
            for (name, year), value in values.items()
        },
        {
            code: IndicatorFigure(value, 1_000, float(value), float(value), "as measured")
            for code, value in measured.items()
        },
        business_date=dt.date(2026, 7, 15),
    )


def share(low: str = "0", high: str = "1") -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=3, allow_nan=False)


def euros(low: str, high: str) -> st.SearchStrategy[Decimal]:
    """An amount in whole cents, as a contract states it."""
    return st.decimals(Decimal(low), Decimal(high), places=2, allow_nan=False)


def cents(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@st.composite
def brackets(draw: st.DrawFn, largest: int, top: str) -> tuple[dict[str, Any], ...]:
    """Brackets without holes, some of which slope."""
    edges = [0, *sorted(draw(st.sets(st.integers(1, largest), max_size=3)))]
    made = []
    for start, end in zip(edges, [*edges[1:], None], strict=True):
        bracket: dict[str, Any] = {"from": start, "rate": draw(share("0", top))}
        if end is not None:
            bracket["below"] = end
            if draw(st.booleans()):
                bracket["to"] = draw(share("0", top))
                if end - start > 1 and draw(st.booleans()):
                    bracket["at"] = end - 1
        made.append(bracket)
    return tuple(made)


def by_score() -> st.SearchStrategy[tuple[dict[str, Any], ...]]:
    """Brackets of the quality score."""
    half, most = Decimal("0.4"), Decimal("0.7")
    return st.tuples(share(), share(), share()).map(
        lambda rates: (
            {"from": 0, "below": half, "rate": rates[0]},
            {"from": half, "below": most, "rate": rates[1], "to": rates[2]},
            {"from": most, "rate": rates[2]},
        )
    )


def sometimes(draw: st.DrawFn, terms: dict[str, Any], **agreed: st.SearchStrategy[Any]) -> bool:
    """Agree on these terms together, or on none of them; a term's section and name are parted by two underscores."""
    if not draw(st.booleans()):
        return False
    terms.update({key.replace("__", "."): draw(strategy) for key, strategy in agreed.items()})
    return True


@st.composite
def drawn_terms(draw: st.DrawFn) -> dict[str, Any]:
    """Terms of a whole contract, by key; None takes one of the example out."""
    terms: dict[str, Any] = {}
    _unit(draw, terms)
    _target(draw, terms)
    _quality(draw, terms)
    _sharing(draw, terms)
    _loss(draw, terms)
    _beside(draw, terms)
    return terms


def _unit(draw: st.DrawFn, terms: dict[str, Any]) -> None:
    counted = draw(st.sampled_from(["insured_year", "insured_year", "patient_year", "episode", "total"]))
    terms["unit.counted_in"] = counted
    least = "population.minimum_insured_years"
    if counted == "patient_year":
        terms["population.conditions"] = COPD
    if counted == "episode":
        terms.update({"unit.episode": BIRTH, least: None})
        least = "population.minimum_episodes"
    terms[least] = draw(st.integers(0, 6_000))
    terms["population.below_minimum"] = draw(st.sampled_from(["nothing_shared", "no_bonus"]))


def _target(draw: st.DrawFn, terms: dict[str, Any]) -> None:
    how = draw(st.sampled_from(["baseline", "baseline", "agreed", "stated"]))
    terms["target.method"] = how
    total = terms["unit.counted_in"] == "total"
    if how == "agreed":
        terms["target.amount"] = draw(euros("100000", "99999999") if total else euros("300", "3000"))
    if how != "stated":
        sometimes(draw, terms, target__path=share("0.9", "1.05"))
    first = draw(st.integers(0, 100))
    second = draw(st.integers(0, 100 - first))
    parts = zip(BASELINE, (first, second, 100 - first - second), strict=True)
    terms["baseline.weights"] = {year: Decimal(part) / 100 for year, part in parts}
    if how == "baseline" and not total:
        sometimes(draw, terms, baseline__strata=st.just(("copd", "other")))
    sometimes(draw, terms, baseline__kept_savings=share())
    method = draw(st.sampled_from(["agreed", "benchmark", "national", "blend"]))
    terms.update({"trend.method": method, "trend.growth": draw(share("-0.1", "0.1"))})
    if method == "blend":
        one, two = draw(share()), draw(share())
        terms["trend.blend"] = {"agreed": one * two, "benchmark": one * (1 - two), "national": 1 - one}
    model = draw(st.sampled_from(["indirect", "own", "score", None]))
    terms["case_mix.model" if model else "case_mix"] = model
    if model:
        sometimes(draw, terms, case_mix__coding_cap=share("0", "0.1"))
    sometimes(draw, terms, adjustments__care_moved_out=share())
    sometimes(draw, terms, adjustments__price=share(), adjustments__new_drug=share())
    amounts = st.integers(-90_000, 90_000).map(
        lambda euros: ({"id": "nurse", "name": "Nurse", "amount": euros},)
    )
    sometimes(draw, terms, adjustments__amounts=amounts)


def _quality(draw: st.DrawFn, terms: dict[str, Any]) -> None:
    sometimes(
        draw,
        terms,
        access__requirements=st.just(
            ({"id": "waiting", "name": "Waiting", "indicator": "waiting_days", "at_most": 28},
             {"id": "reach", "name": "Reach", "indicator": "within_reach", "at_least": Decimal("0.95")})
        ),
        access__if_missed=st.sampled_from(["no_gain", "nothing_shared"]),
    )  # fmt: skip
    if draw(st.integers(0, 4)) == 0:
        terms["quality"] = None
        return
    weight, late = draw(share()), draw(st.sampled_from([(), (0,), (1,), (0, 1)]))
    terms["quality.indicators"] = tuple(
        {**item, "weight": part, **({"late": True} if place in late else {})}
        for place, (item, part) in enumerate(zip(INDICATORS, (weight, 1 - weight), strict=True))
    )
    sometimes(draw, terms, quality__while_unknown=st.sampled_from(["floor", "goal"]))
    terms["quality.share_brackets"] = draw(by_score())
    ways = st.sampled_from(["full", "linear", "brackets"])
    if draw(st.booleans()):
        terms["quality.minimum_score"] = draw(share("0", "0.6"))
        sometimes(draw, terms, quality__share_by=ways)
        return
    first = {"id": "standard", "name": "Standard", "at_least": draw(share()), "gain": draw(ways)}
    second = {"id": "reported", "name": "Reported", "indicator": "within_reach", "at_least": Decimal("0.9")}
    second["gain"] = draw(ways)
    for gate in (first, second):
        if draw(st.booleans()):
            gate["loss"] = draw(ways)
    terms.update({"quality.minimum_score": None, "quality.gates": (first, second)})


def _sharing(draw: st.DrawFn, terms: dict[str, Any]) -> None:
    terms["sharing.minimum_savings"] = draw(brackets(30_000, "0.05"))
    bounds = {
        "z": Decimal("1.645"),
        "variation": draw(share("0.5", "4")),
        "least": Decimal("0.005"),
        "most": Decimal("0.05"),
    }
    if draw(st.integers(0, 3)) == 0:
        terms.update({"sharing.minimum_savings": None, "sharing.statistical": bounds})
    sometimes(draw, terms, sharing__sized_by=st.sampled_from(["units", "persons"]))
    sometimes(draw, terms, sharing__own_choice_from=st.integers(0, 30_000))
    terms["sharing.starts_at"] = draw(st.sampled_from(["first_euro", "above_threshold"]))
    terms["sharing.gain_rate"] = draw(share())
    terms["limits.cap"] = draw(share("0", "0.2"))
    sometimes(draw, terms, limits__cap_of_revenue=share("0", "0.3"))
    sometimes(draw, terms, deduction__of_gain=share("0", "0.2"))
    sometimes(draw, terms, carry_over__gain_above_cap=share())
    sometimes(draw, terms, carry_over__unshared_loss=share())
    if draw(st.integers(0, 3)) == 0:
        terms["termination.gain"] = draw(st.sampled_from(["kept", "forfeited"]))
    if draw(st.booleans()):
        rule, after = draw(st.permutations(MOVING))[:2]
        has = {"loss_set_off": "carry_over.unshared_loss", "deduction": "deduction.of_gain",
               "carried_gain": "carry_over.gain_above_cap", "disaster_relief": "adjustments.disaster"}  # fmt: skip
        if all(name not in has or has[name] in terms for name in (rule, after)):
            terms["order.after"] = ({"rule": rule, "after": after},)


def _loss(draw: st.DrawFn, terms: dict[str, Any]) -> None:
    if draw(st.integers(0, 3)) == 0:
        terms.update({"loss": None, "limits.collar": None})
        return
    terms["loss.minimum_loss"] = draw(st.one_of(st.none(), brackets(30_000, "0.05")))
    terms["limits.collar"] = draw(share("0", "0.2"))
    sometimes(draw, terms, limits__collar_of_revenue=share("0", "0.3"))
    if draw(st.booleans()):
        terms.update({"loss.rate": draw(share()), "loss.rate_floor": None, "loss.rate_ceiling": None})
    else:
        floor, ceiling = sorted((draw(share()), draw(share())))
        terms.update({"loss.rate_floor": floor, "loss.rate_ceiling": ceiling})


def _beside(draw: st.DrawFn, terms: dict[str, Any]) -> None:
    sometimes(draw, terms, adjustments__disaster=st.sampled_from(["amount", "share_of_loss"]))
    if sometimes(draw, terms, quality_payment__amount=euros("0", "20")):
        sometimes(draw, terms, quality_payment__minimum_score=share("0", "0.8"))
    sometimes(draw, terms, provisional__advance=share())
    if draw(st.booleans()):
        part = draw(share())
        terms.update(
            {"fee.amount": draw(euros("0", "200000")), "fee.key": {"payer": part, "consortium": 1 - part}}
        )
    method = draw(st.sampled_from([None, "fixed", "by_volume", "by_contribution"]))
    if method is not None:
        part = draw(share())
        agreed = (
            {"shares": dict(zip(MEMBERS, (part, 1 - part), strict=True))}
            if method == "fixed"
            else {"members": MEMBERS}
        )
        terms.update(
            {"division.method": method, **{f"division.{key}": value for key, value in agreed.items()}}
        )
        sometimes(draw, terms, division__compensation=share())
        if sometimes(draw, terms, division__member_cap=share("0.5", "1")):
            sometimes(draw, terms, division__beyond_cap=st.sampled_from(["other_members", "cap_gives_way"]))


@st.composite
def cases(draw: st.DrawFn, **fixed: Any) -> Case:
    """A whole contract and figures that it can be settled on; `fixed` terms hold in all (`limits__cap=...`)."""
    terms = {**draw(drawn_terms()), **{key.replace("__", "."): value for key, value in fixed.items()}}
    raw = raw_contract(terms)
    text = text_of({name: section for name, section in raw.items() if name not in OPERATIONS})
    endings = [f":{code}" for code in terms.get("baseline.strata") or ()] or [""]
    values = _figures(draw, endings)
    measured = _measured(draw, terms)
    for ending in endings:
        values["actual_cents" + ending, YEAR] = 0
    known = {**{item["id"]: item["floor"] for item in INDICATORS}, **measured}
    actual = draw(_near(Book(text, YEAR, values, known)))
    for place, ending in enumerate(endings):
        values["actual_cents" + ending, YEAR] = actual // len(endings) + (place < actual % len(endings))
    return Case(terms, raw, text, values, measured)


def _near(book: Book) -> st.SearchStrategy[int]:
    """Actual cost: anywhere around the target, or within a cent of where a rule begins or ends."""
    with localcontext() as context:
        context.prec = 200
        try:
            target = target_of(book)
        except RefusedError:
            reject()
        even = savings_of(book, target)  # the cost at which nothing is saved: the book's own cost is nought
        places = [Decimal(0), threshold(book, target, "sharing"), bound(book, target, "cap")]
        if book.has("loss"):
            places += [-threshold(book, target, "loss"), -bound(book, target, "collar")]
        exact = [int((even - place).to_integral_value(ROUND_CEILING)) for place in places]
    around = st.integers(700, 1300).map(lambda part: int(even * part / 1000))
    return st.one_of(around, st.sampled_from(exact).flatmap(lambda at: st.integers(at - 2, at + 2)))


def _figures(draw: st.DrawFn, endings: list[str]) -> dict[tuple[str, int], int | Decimal]:
    values: dict[tuple[str, int], int | Decimal] = {}
    for year in (*BASELINE, YEAR):
        for ending in dict.fromkeys(["", *endings]):
            size = draw(st.integers(1, 400_000))
            values |= {
                ("insured_months" + ending, year): size,
                ("patient_months" + ending, year): size,
                ("episodes" + ending, year): max(size // 12, 1),
                ("actual_cents" + ending, year): size * draw(cents(9_000, 11_000)) + draw(cents(0, 99)),
                ("expected_cents" + ending, year): size * draw(cents(9_500, 10_500)),
                ("demographic_cents" + ending, year): size * draw(cents(9_500, 10_500)),
                ("comparison_observed_cents" + ending, year): draw(cents(9 * 10**9, 11 * 10**9)),
                ("comparison_expected_cents" + ending, year): draw(cents(9 * 10**9, 11 * 10**9)),
                ("risk_score" + ending, year): draw(share("0.9", "1.1")),
                ("demographic_score" + ending, year): draw(share("0.9", "1.1")),
                ("national_index" + ending, year): draw(share("90", "110")),
                ("earned_cents" + ending, year): draw(cents(-(10**8), 10**8)),
            }
    size = int(values["insured_months", YEAR])
    values |= {
        ("insured_months_without_cell", YEAR): 0,
        ("truncated_cents", YEAR): draw(cents(0, 10**9)),
        ("target_cents", YEAR): size * draw(cents(9_000, 11_000)),
        ("persons", YEAR): draw(st.integers(1, 40_000)),
        ("chosen_minimum_rate", YEAR): draw(share("0", "0.02")),
        ("moved_out_actual_cents", YEAR): draw(cents(0, size * 100)),
        ("moved_out_expected_cents", YEAR): draw(cents(0, size * 100)),
        ("price_effect_cents", YEAR): draw(cents(-size * 50, size * 50)),
        ("new_drug_cents", YEAR): draw(cents(0, size * 50)),
        ("disaster_relief_cents", YEAR): draw(cents(0, size * 100)),
        ("disaster_share", YEAR): draw(share("0", "1.2")),
        ("revenue_cents", YEAR): size * draw(cents(1_000, 11_000)),
        ("left_within_year", YEAR): draw(st.integers(0, 1)),
    }
    for name in ("carried_loss_cents", "carried_gain_cents", "paid_provisionally_cents"):
        if draw(st.booleans()):
            values[name, YEAR] = draw(cents(0, size * 500))
    for code in MEMBERS:
        values[f"member_volume:{code}", YEAR] = draw(cents(0, 10**9))
        values[f"member_saving_cents:{code}", YEAR] = draw(cents(-(10**9), 10**9))
        values[f"member_lost_revenue_cents:{code}", YEAR] = draw(cents(0, 10**8))
    return values


def _measured(draw: st.DrawFn, terms: dict[str, Any]) -> dict[str, Decimal]:
    """What was measured: often at a floor or goal; what may be unknown sometimes is."""
    measured = {
        "waiting_days": draw(st.sampled_from([Decimal(20), Decimal(28), Decimal("28.1")])),
        "within_reach": draw(
            st.sampled_from([Decimal("0.99"), Decimal("0.95"), Decimal("0.9"), Decimal("0.5")])
        ),
    }
    agreed = terms.get("quality.indicators") or ()
    for item, (low, high) in zip(INDICATORS, (("0.5", "1.5"), ("-0.1", "0.4")), strict=True):
        known = [each for each in agreed if each["id"] == item["id"]]
        may_miss = known and ("quality.while_unknown" in terms or known[0].get("late"))
        if not may_miss or draw(st.booleans()):
            measured[item["id"]] = draw(
                st.one_of(share(low, high), st.sampled_from([item["floor"], item["goal"]]))
            )
    return measured
