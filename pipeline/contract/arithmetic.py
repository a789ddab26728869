"""The numbers of a contract's target and quality that must fit one another; those of the shares are in `tiers`."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.contract.dated import Economy
from pipeline.contract.findings import Finding, by_date, one_in_all, over_years
from pipeline.contract.tiers import holes, share_misfits
from pipeline.contract.values import Indicator, QualityGate
from pipeline.periods import first_day

__all__ = ["Finding", "by_date", "misfits"]


def misfits(contract: Economy) -> Iterator[Finding]:
    """All numbers that do not fit one another, in the order of the contract's sections."""
    yield from _age_bounds(contract)
    yield from _target(contract)
    yield from _baseline(contract)
    yield from _trend(contract)
    yield from _quality(contract)
    yield from _ways_to_a_gain(contract)
    yield from _access(contract)
    yield from share_misfits(contract)


def _age_bounds(contract: Economy) -> Iterator[Finding]:
    case_mix = contract.case_mix
    if case_mix is None:
        return
    for key, bounds in by_date("case_mix", "age_bounds", case_mix.age_bounds):
        if bounds[0] != 0 or list(bounds) != sorted(set(bounds)):
            yield (
                key,
                "The age classes leave a hole or overlap",
                "Begin at 0 and let each bound be higher than the last.",
            )
    by_cell = any(model != "score" for model in case_mix.model.values.values())
    for name in ("cells", "age_bounds"):
        if by_cell and getattr(case_mix, name) is None:
            yield (
                ("case_mix",),
                f"The case mix is by sex and age, but 'case_mix.{name}' is not agreed",
                f"Add case_mix.{name}, or write `score` as the model.",
            )


def _target(contract: Economy) -> Iterator[Finding]:
    """What a target needs: baseline years and a trend, or an amount."""
    target = contract.target
    methods = set(target.method.values.values()) if target and target.method else {"baseline"}
    if "baseline" in methods:
        for name in ("baseline", "trend"):
            if getattr(contract, name) is None:
                yield (
                    (name,),
                    f"The target rests on baseline years, but the section '{name}' is not there",
                    f"Add the section {name}, or agree on target.method: agreed or stated.",
                )
    if "agreed" in methods and target is not None and target.amount is None:
        yield ("target",), "The target is an agreed amount, but no amount is there", "Add target.amount."
    yield from _path(contract)


def _path(contract: Economy) -> Iterator[Finding]:
    """Who states a target states it with all that it asks: a path would move nothing in such a year."""
    method, path = (contract.target.method, contract.target.path) if contract.target else (None, None)
    if method is None or path is None:
        return
    methods, paths = method, path

    def without_effect(year: int) -> Iterator[Finding]:
        day = first_day(year)
        part = paths.on(day).value
        if methods.on(day).value == "stated" and part != 1:
            yield (
                ("target", "path"),
                f"The target of {{years}} is stated as a whole, so that a path of {part} would be without effect",
                "Take target.path out, or let it be 1 in {years}: a stated target holds all that is asked.",
            )

    yield from over_years(contract.years, without_effect)


def _baseline(contract: Economy) -> Iterator[Finding]:
    baseline = contract.baseline
    if baseline is None:
        return
    for key, weights in by_date("baseline", "weights", baseline.weights):
        yield from one_in_all(key, "The weights of the baseline years", weights.values())
        day = key[-1]
        first = max(contract.contract.first_year, getattr(day, "year", 0))
        late = [year for year in weights if year >= first]
        if late:
            yield (
                key,
                f"Baseline year {late[0]} is no year before the contract",
                "Use years before the first year.",
            )


def _trend(contract: Economy) -> Iterator[Finding]:
    """Agreed growth must be known for each year between the oldest baseline year and the last year."""
    trend, baseline = contract.trend, contract.baseline
    if trend is None or baseline is None:
        return
    kinds = set(trend.method.values.values())
    if "blend" in kinds:
        if trend.blend is None:
            yield ("trend",), "The trend is a blend, but of what is not agreed", "Add trend.blend."
        else:
            kinds |= {kind for blend in trend.blend.values.values() for kind in blend}
    for key, blend in by_date("trend", "blend", trend.blend):
        yield from one_in_all(key, "The parts of the blend", blend.values())
    if "agreed" not in kinds:
        return
    oldest = min(year for weights in baseline.weights.values.values() for year in weights)
    if trend.growth is None:
        yield ("trend", "growth"), "The trend is agreed, but no growth is", "Add growth, or choose benchmark."
    elif min(trend.growth.values) > first_day(oldest + 1):
        yield (
            ("trend", "growth", "values"),
            f"No growth is agreed from {oldest} to {oldest + 1}",
            f"Add a value with an effective date of {first_day(oldest + 1)} or earlier.",
        )


def _quality(contract: Economy) -> Iterator[Finding]:
    if contract.quality is None:
        return
    for key, indicators in by_date("quality", "indicators", contract.quality.indicators):
        yield from one_in_all(key, "The weights of the indicators", (each.weight for each in indicators))
        yield from (_wrong_way(key, item) for item in indicators if not _points_the_right_way(item))


def _points_the_right_way(indicator: Indicator) -> bool:
    if indicator.direction == "higher_is_better":
        return indicator.goal > indicator.floor
    return indicator.goal < indicator.floor


def _wrong_way(key: tuple[object, ...], indicator: Indicator) -> Finding:
    return (
        key,
        f"Indicator '{indicator.id}': floor {indicator.floor} and goal {indicator.goal} contradict "
        f"'{indicator.direction}'",
        "The goal must be on the better side of the floor.",
    )


def _ways_to_a_gain(contract: Economy) -> Iterator[Finding]:
    """Either a minimum score or gates; brackets where something goes by brackets."""
    quality = contract.quality
    if quality is None:
        return
    if (quality.minimum_score is None) == (quality.gates is None):
        yield (
            ("quality",),
            "A gain asks for a minimum score or for one of several gates, and for exactly one of the two",
            "Keep quality.minimum_score or quality.gates.",
        )
    ways: set[str] = set(quality.share_by.values.values()) if quality.share_by else set()
    for _, gates in by_date("quality", "gates", quality.gates):
        ways |= {way for gate in gates for way in _ways_of(gate)}
    if "brackets" in ways and quality.share_brackets is None:
        yield (
            ("quality",),
            "The share goes by brackets of the score, but there are none",
            "Add quality.share_brackets.",
        )
    for key, brackets in by_date("quality", "share_brackets", quality.share_brackets):
        yield from holes(key, brackets)


def _ways_of(gate: QualityGate) -> tuple[str, str]:
    return gate.gain, gate.loss or gate.gain


def _access(contract: Economy) -> Iterator[Finding]:
    if contract.access is None:
        return
    for key, requirements in by_date("access", "requirements", contract.access.requirements):
        for place, item in enumerate(requirements):
            if (item.at_most is None) == (item.at_least is None):
                yield (
                    (*key, place),
                    f"Requirement '{item.id}' needs a bound: at most or at least so much, not both and not neither",
                    "Write at_most or at_least.",
                )
