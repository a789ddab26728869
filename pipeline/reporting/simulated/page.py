"""A simulation as one page for negotiators: what it would have paid, what chance pays, and what changes that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.reporting.house import render
from pipeline.reporting.notation import Notation
from pipeline.reporting.simulated.chart import HEIGHT, columns, spreads
from pipeline.reporting.simulated.remarks import remarks
from pipeline.reporting.texts import texts
from pipeline.simulation import Simulation
from pipeline.simulation.chance import Chance
from pipeline.simulation.simulate import Tried


def simulation_page(simulation: Simulation, language: str | None = None) -> str:
    """The page as HTML, in the contract's language unless another (`nl` or `en`) is asked."""
    language = language or simulation.contract.contract.language
    notation, words = Notation(language), texts(language, "simulation")
    agreed, parties = simulation.as_agreed, simulation.contract.parties
    named = {"payer": parties.payer, "consortium": parties.consortium}
    curve, zero = columns(agreed.all_payable)
    return render(
        "simulated/simulation.html",
        language=language,
        words=words,
        contract=simulation.contract,
        year=simulation.year,
        headline=words["headline"].format(
            mean=notation.euros(abs(agreed.payable.mean)), **_way(agreed, named)
        ),
        lead=_lead(simulation, notation, words, named),
        remarks=remarks(simulation, language),
        past=_past(simulation, notation, words),
        curve=curve,
        zero=zero,
        height=HEIGHT,
        best=notation.euros(agreed.payable.highest),
        worst=notation.euros(agreed.payable.lowest),
        empty=_empty(agreed, notation, words),
        tables=_tables(simulation, notation, words),
    )


def _tables(simulation: Simulation, notation: Notation, words: dict[str, Any]) -> list[dict[str, Any]]:
    """What chance does by each thing that can be negotiated; of what was not tried, no table."""
    made = [
        _table("by_size", simulation.by_size, notation, words, notation.number),
        _table("by_threshold", simulation.by_threshold, notation, words, notation.percent),
        _table(
            "by_ceiling", simulation.by_ceiling, notation, words, lambda euros: notation.euros(euros * 100)
        ),
        _table("by_path", simulation.by_path, notation, words, notation.percent),
    ]
    return [table for table in made if table["rows"]]


def _way(chance: Chance, named: dict[str, str]) -> dict[str, str]:
    """Who pays whom, in the mean of all years."""
    payer, consortium = named["payer"], named["consortium"]
    if chance.payable.mean < 0:
        payer, consortium = consortium, payer
    return {"giver": payer, "taker": consortium}


def _lead(simulation: Simulation, notation: Notation, words: dict[str, Any], named: dict[str, str]) -> str:
    agreed = simulation.as_agreed
    return str(words["lead"]).format(
        years=notation.number(agreed.years),
        gain=_percent(agreed.gain, notation),
        loss=_percent(agreed.loss, notation),
        nothing=_percent(agreed.nothing, notation),
        low=notation.euros(agreed.payable.low),
        high=notation.euros(agreed.payable.high),
        spread=_percent(agreed.spread, notation),
        **named,
    )


def _empty(chance: Chance, notation: Notation, words: dict[str, Any]) -> str:
    """In how many years nothing is paid, so that the picture has no columns there."""
    empty = Fraction(sum(not cents for cents in chance.all_payable), chance.years)
    return str(words["curve_nothing"]).format(share=notation.percent(empty, 1)) if empty else ""


def _percent(share: float, notation: Notation) -> str:
    return notation.percent(Fraction(share), 1)


def _past(simulation: Simulation, notation: Notation, words: dict[str, Any]) -> list[dict[str, str]]:
    reasons = notation.words["reasons"]
    return [
        {
            "year": str(each.year),
            "rests_on": ", ".join(str(year) for year in each.rests_on) or words["no_baseline"],
            "lacking": words["lacking"].format(years=", ".join(str(year) for year in each.lacking))
            if each.lacking
            else "",
            "target": notation.euros(each.settled.target),
            "actual": notation.euros(each.settled.actual),
            "saved": notation.percent((each.settled.target - each.settled.actual) / each.settled.target, 1),
            "payable": notation.euros(each.settled.payable),
            "reason": reasons[each.settled.reason],
        }
        for each in simulation.past
    ]


def _table(
    name: str,
    tried: Sequence[Tried],
    notation: Notation,
    words: dict[str, Any],
    shown: Callable[[Decimal | int], str],
) -> dict[str, Any]:
    own = words["this_population" if name == "by_size" else "as_agreed"]
    rows = [
        {
            "value": words["as_agreed"] if item.value is None else shown(item.value),
            "own": own if item.is_agreed and item.value is not None else "",
            "is_agreed": item.is_agreed,
            "gain": _percent(item.chance.gain, notation),
            "loss": _percent(item.chance.loss, notation),
            "mean": notation.euros(item.chance.payable.mean),
            "low": notation.euros(item.chance.payable.low),
            "high": notation.euros(item.chance.payable.high),
            "spread": _percent(item.chance.spread, notation),
            "bar": bar,
        }
        for item, bar in zip(tried, spreads([item.chance for item in tried]), strict=True)
    ]
    return {
        "title": words[name],
        "explained": words[f"{name}_explained"],
        "of": words[f"{name}_of"],
        "rows": rows,
    }
