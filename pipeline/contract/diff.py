"""What differs between two versions of a contract: by parameter, and from which day to which.

Values are compared on every day, and not as they are written: a value that was repeated under a later date is no
change. Wording is told apart from terms, because only terms move money.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from pipeline.contract.language import Contract
from pipeline.contract.parameter import Parameter
from pipeline.contract.versions import ANY_DAY, holds_from, settled_from

Kind = Literal["fact", "term", "wording"]

OF_PAST_YEARS = frozenset({"trend.growth"})
"""Parameters whose values before the settled year count in it too."""


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise in the second contract: a fact, a parameter's value for a time, or its wording.

    `key` is its place in the file; `since` and `until` (not included) are the days between which values differ, None
    where there is no such day. What one of the two does not have is None in `before` or `after`. `clause` is that of
    the second, or of the first where the second has none.
    """

    kind: Kind
    key: str
    before: Any
    after: Any
    clause: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def differences(before: Contract, after: Contract) -> list[Difference]:
    """All that differs, in the language's order: facts first, then each parameter's values and wording.

    Of an amendment and the version before it, values differ from the day on which the amendment holds; of terms that
    are settled by whole years, from the first 1 January by then. Agreed growth is of past years too: a target goes
    through every year since the baseline, so of growth all days are compared.
    """
    old, new = _parameters(before), _parameters(after)
    amends = before.id == after.id and before.contract.version < after.contract.version
    start = holds_from(after) if amends else None
    order = [*new, *(key for key in old if key not in new)]
    named = [*_facts(before, after)]
    for key in sorted(order, key=_place):
        gave, gives = old.get(key), new.get(key)
        named += [*_values(key, gave, gives, _begins(key, start)), *_wording(key, gave, gives)]
    return named


def held_back(before: Contract, after: Contract) -> list[Difference]:
    """What an amendment from within a year changes and a settlement takes in only from the next 1 January on."""
    day = holds_from(after)
    if settled_from(day) == day:
        return []
    return [
        one
        for one in differences(before, after)
        if one.kind == "term" and one.key.partition(".")[0] not in ANY_DAY
    ]


def _begins(key: str, start: dt.date | None) -> dt.date:
    """From which day on values of a parameter are compared, for an amendment that holds from `start`."""
    if start is None or key in OF_PAST_YEARS:
        return dt.date.min
    return start if key.partition(".")[0] in ANY_DAY else settled_from(start)


def _parameters(contract: Contract) -> dict[str, Parameter[Any]]:
    return {f"{section}.{name}": parameter for section, name, parameter in contract.parameters()}


def _place(key: str) -> tuple[int, int]:
    """Where the language has a parameter: the number of its section, and its own in there."""
    section, name = key.split(".")
    sections = list(Contract.model_fields)
    annotation = Contract.model_fields[section].annotation
    models = (annotation, *getattr(annotation, "__args__", ()))
    model = next(one for one in models if isinstance(one, type) and issubclass(one, BaseModel))
    return sections.index(section), list(model.model_fields).index(name)


def _facts(before: Contract, after: Contract) -> Iterator[Difference]:
    """The header's facts and the parties' names."""
    for section in ("contract", "parties"):
        old, new = getattr(before, section), getattr(after, section)
        for name in type(new).model_fields:
            gave, gives = getattr(old, name), getattr(new, name)
            if gave != gives and not isinstance(gave or gives, Parameter):
                yield Difference("fact", f"{section}.{name}", gave, gives)


def _values(
    key: str, old: Parameter[Any] | None, new: Parameter[Any] | None, start: dt.date
) -> Iterator[Difference]:
    """The times from `start` on in which the values differ; neighbouring times with the same values are one."""
    stated = {*(old.values if old else ()), *(new.values if new else ())}
    days = sorted({max(day, start) for day in stated})
    shown = new or old
    clause = shown.clause if shown else ""
    spans: list[Difference] = []
    for place, day in enumerate(days):
        until = days[place + 1] if place + 1 < len(days) else None
        gave, gives = _on(old, day), _on(new, day)
        if gave == gives:
            continue
        last = spans[-1] if spans else None
        if last and last.until == day and (last.before, last.after) == (gave, gives):
            spans[-1] = Difference("term", key, gave, gives, clause, last.since, until)
        else:
            spans.append(Difference("term", key, gave, gives, clause, day, until))
    yield from spans


def _on(parameter: Parameter[Any] | None, day: dt.date) -> Any:
    """The value in force on a day; None where there is none."""
    if parameter is None or day < min(parameter.values):
        return None
    return parameter.on(day).value


def _wording(key: str, old: Parameter[Any] | None, new: Parameter[Any] | None) -> Iterator[Difference]:
    """The clause and the sentence, where both contracts have the parameter."""
    if old and new:
        for part in ("clause", "says"):
            gave, gives = getattr(old, part), getattr(new, part)
            if gave != gives:
                yield Difference("wording", f"{key}.{part}", gave, gives, new.clause)
