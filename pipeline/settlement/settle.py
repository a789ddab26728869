"""Settle one contract year: apply the rules in order; the list of their results is the statement."""

from __future__ import annotations

from fractions import Fraction

from pipeline.contract import Contract
from pipeline.errors import FiguresError
from pipeline.periods import first_day
from pipeline.settlement import population, quality, sharing, target
from pipeline.settlement.figures import Figures
from pipeline.settlement.line import Line
from pipeline.settlement.statement import State, Statement


def settle(contract: Contract, year: int, figures: Figures, *, state: State = "draft") -> Statement:
    """The statement of a contract year.

    Raises:
        ContractValueError: when the year is outside the contract's term.
        FiguresError: when a figure is missing, of another contract or year, or gives no target.
    """
    if (figures.contract_id, figures.year) != (contract.id, year):
        raise FiguresError(
            f"These are the figures of contract {figures.contract_id} for {figures.year}, "
            f"not of {contract.id} for {year}",
            remedy=f"Run the nightly pipeline for contract {contract.id}, or settle the year of the figures.",
        )
    settling = Settling(contract, figures)
    settling.count_people()
    settling.set_target()
    settling.judge_quality()
    settling.divide()
    agreed = settling.terms.quality_indicators
    return Statement(
        contract=contract,
        year=year,
        state=state,
        lines=tuple(settling.lines),
        indicators={item.id: figures.indicators[item.id] for item in agreed.value} if agreed else {},
        sources=dict(sorted(figures.sources.items())),
        notes=figures.notes,
        business_date=figures.business_date,
    )


class Settling:
    """One year being settled: the lines so far, and the results that later rules need."""

    def __init__(self, contract: Contract, figures: Figures) -> None:
        self.contract, self.figures, self.year = contract, figures, figures.year
        self.terms = contract.for_year(figures.year)
        self.lines: list[Line] = []

    def _write(self, line: Line) -> Line:
        self.lines.append(line)
        return line

    def _amount(self, line: Line) -> Fraction:
        return self._write(line).amount

    def count_people(self) -> None:
        """How many people, and whether they are enough."""
        terms, figures, year = self.terms, self.figures, self.year
        months = figures.positive("insured_months", year)
        self.years = self._amount(population.insured_years(months, terms.population_contracted_area, year))
        without = figures.amount("insured_months_without_cell", year)
        self._write(population.without_cell(without, months, terms.case_mix_cells, year))
        truncated = figures.amount("truncated_cents", year)
        self._write(population.truncated_cost(truncated, terms.truncation_ceiling, year))
        minimum, below = terms.population_minimum_insured_years, terms.population_below_minimum
        self.population_gate = self._write(population.population_gate(self.years, minimum, below)).outcome

    def set_target(self) -> None:
        """The baseline years brought to today, the target they give, and the saving."""
        terms, figures, year = self.terms, self.figures, self.year
        expected = figures.positive("expected_cents", year)
        level = self._amount(target.case_mix_level(expected, self.years, terms.case_mix_model, year))
        updated = {then: self._updated_baseline(level, then) for then in terms.baseline_years}
        weights, basis = terms.baseline_weights, terms.valuation_basis
        per_year = self._amount(target.target_per_insured_year(updated, weights, year))
        if per_year <= 0:
            raise FiguresError(
                "The baseline years give no target above zero",
                where=figures.where,
                remedy="Look at actual_cents of the baseline years: credits may exceed what was claimed.",
            )
        actual = figures.amount("actual_cents", year)
        self.target_cents = self._amount(target.target(per_year, self.years, weights, year))
        self._write(target.cost_per_insured_year(actual, self.years, basis, year))
        self.savings = self._amount(target.savings(self.target_cents, actual, basis, year))

    def _updated_baseline(self, level: Fraction, then: int) -> Fraction:
        terms, figures, model = self.terms, self.figures, self.terms.case_mix_model
        years = figures.positive("insured_months", then) / population.MONTHS_PER_YEAR
        actual, expected = figures.amount("actual_cents", then), figures.positive("expected_cents", then)
        cost = self._amount(target.cost_per_insured_year(actual, years, terms.valuation_basis, then))
        level_then = self._amount(target.case_mix_level(expected, years, model, then))
        ratio = self._amount(target.case_mix_ratio(level, level_then, model, self.year, then))
        trend = self._amount(self._trend(then))
        return self._amount(target.updated_baseline(cost, ratio, trend, model, then))

    def _trend(self, then: int) -> Line:
        method, growth = self.terms.trend_method, self.contract.trend.growth
        if method.value == "agreed" and growth is not None:
            into = range(then + 1, self.year + 1)
            return target.agreed_trend(method, [growth.on(first_day(each)) for each in into], then)
        observed, expected, observed_then, expected_then = (
            self.figures.positive(name, each)
            for each in (self.year, then)
            for name in ("comparison_observed_cents", "comparison_expected_cents")
        )
        return target.benchmark_trend(
            method, (observed, expected), (observed_then, expected_then), self.year, then
        )

    def judge_quality(self) -> None:
        """The score that decides the share, and whether it reaches the minimum; full without quality terms."""
        agreed, minimum = self.terms.quality_indicators, self.terms.quality_minimum_score
        if agreed is None or minimum is None:
            self.score, self.quality_gate = self._amount(quality.no_quality_terms()), "met"
            return
        scores = {
            item.id: self._amount(quality.indicator_score(item, self.figures.indicator(item.id), agreed))
            for item in agreed.value
        }
        score = self._amount(quality.quality_score(scores, agreed))
        self.quality_gate = self._write(quality.quality_gate(score, minimum)).outcome
        self.score = self._amount(quality.counting_score(score, self.quality_gate, minimum))

    def divide(self) -> None:
        """Whether the result counts, which part is the consortium's, and what is paid."""
        terms = self.terms
        least = self._threshold("minimum_savings", terms.sharing_minimum_savings)
        most = self._threshold("minimum_loss", terms.loss_minimum_loss) if terms.loss_minimum_loss else None
        result = self._write(sharing.counting_result(self.savings, least, most)).outcome
        obstacle = sharing.obstacle(result, self.population_gate, self.quality_gate)
        share = Fraction(0) if obstacle else self._share(least if result == "gain" else most or least)
        paid = int(self._amount(sharing.payable(share, obstacle or result)))
        self._write(sharing.insurer_share(self.savings, paid))

    def _threshold(self, name: str, brackets: sharing.Tiers) -> Line:
        return self._write(sharing.threshold(name, self.target_cents, self.years, brackets))

    def _share(self, limit: Line) -> Fraction:
        """The consortium's share of a saving or loss that counts, within its limits."""
        terms = self.terms
        amount = self._amount(sharing.shared_amount(self.savings, limit, terms.sharing_starts_at))
        floor, ceiling, bound = terms.loss_rate_floor, terms.loss_rate_ceiling, terms.limits_collar
        if self.savings < 0 and floor and ceiling and bound:
            rate = self._write(sharing.loss_rate(self.score, terms.sharing_gain_rate, floor, ceiling))
        else:
            rate, bound = (
                self._write(sharing.gain_rate(self.score, terms.sharing_gain_rate)),
                terms.limits_cap,
            )
        share = self._amount(sharing.consortium_share(rate, amount))
        return self._amount(sharing.limited_share(share, self.target_cents, bound))
