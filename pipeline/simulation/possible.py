"""Whether a contract can be simulated on a table of persons, and on which of its years; if not, what is missing."""

from __future__ import annotations

from pipeline.contract import Contract, Terms
from pipeline.errors import FiguresError
from pipeline.simulation.assumed import Assumed, asked, wanted
from pipeline.simulation.people import People


def require_known(contract: Contract, year: int, people: People, assumed: Assumed) -> None:
    """See that the table and what is given tell all that the contract asks for.

    Raises:
        ContractValueError: when the year is outside the contract's term.
        FiguresError: naming what is missing, and how to give it.
    """
    terms = contract.for_year(year)
    where = f"contract '{contract.id}'"
    _require_persons(terms, where)
    _require_given(terms, assumed, where)
    compared = terms.case_mix_model is not None and terms.case_mix_model.value == "indirect"
    kinds = set(terms.trend_blend.value) if terms.trend_blend else set()
    kinds |= {terms.trend_method.value} if terms.trend_method else set()
    if people.comparison is None and (compared or "benchmark" in kinds):
        raise FiguresError(
            "The contract compares with a group, and the table of persons has none",
            where=where,
            remedy="Add rows with group_code 'comparison'.",
        )


def _require_persons(terms: Terms, where: str) -> None:
    """See that the contract is about persons, all alike."""
    unit = terms.unit_counted_in
    if unit is not None and unit.value == "episode":
        raise FiguresError(
            "The contract counts episodes, and a table of person years does not say what belongs to which episode",
            where=f"{where}, clause {unit.clause}",
            remedy="Simulate a copy of the contract that counts insured years, with a target per insured year.",
        )
    if terms.baseline_strata is not None:
        raise FiguresError(
            "A contract with strata cannot be simulated: the table of persons does not say who is in which",
            where=f"{where}, clause {terms.baseline_strata.clause}",
            remedy="Simulate each stratum as a contract of its own.",
        )


def _require_given(terms: Terms, assumed: Assumed, where: str) -> None:
    """See that what only somebody else knows is given, and nothing that is of no use to the contract."""
    missing = [name for name in asked(terms) if name not in assumed.given]
    if missing:
        named = " and ".join(f"'{name}'" for name in missing)
        lines = " and ".join(f"`{name}: {{year: value}}`" for name in missing)
        raise FiguresError(
            f"No table of persons tells {named}, which this contract asks for",
            where=where,
            remedy=f"Give {'it' if len(missing) == 1 else 'them'} with --figures: a YAML file with {lines}.",
        )
    of_no_use = [name for name in assumed.given if name not in set(wanted(terms))]
    if of_no_use:
        raise FiguresError(
            f"The contract asks for no '{of_no_use[0]}'",
            where=where,
            remedy="Leave it out of the figures that you give, or agree in the contract on what it is needed for.",
        )


def newest_whole(contract: Contract, year: int, people: People) -> int:
    """The newest year of the table before which all baseline years lie in it.

    Raises:
        FiguresError: when there is none.
    """
    back = [year - each for each in contract.for_year(year).baseline_years]
    whole = [now for now in people.years if all(now - each in people.years for each in back)]
    if not whole:
        far = ", ".join(str(each) for each in sorted(back))
        raise FiguresError(
            f"The table of persons has the years {people.years[0]} to {people.years[-1]}",
            where=f"contract '{contract.id}'",
            remedy=f"It needs a year, and the years that lie {far} before it.",
        )
    return whole[-1]
