"""Nobody can compute back from an interim report what it hides: tried by solving all of its sums at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reporting.interim.disclosure import refuse_disclosure
from pipeline.reporting.interim.measures import Measure, measures
from pipeline.reporting.interim.state import KindOfCare, YearState
from pipeline.settlement import Figure
from tests.interim_world import state

MINIMUM = 10

Row = dict[str, Fraction]
"""A sum that a reader knows the outcome of: how often each unknown is in it."""

kinds = st.lists(
    st.builds(
        KindOfCare,
        code=st.integers(0, 99).map("k{:02d}".format),
        is_in_domain=st.sampled_from([True, True, True, False]),
        is_fixed=st.booleans(),
        persons=st.one_of(st.integers(1, 12), st.integers(10, 500)),
        cents_so_far=st.integers(1, 10_000_000),
        completed_cents=st.integers(1, 10_000_000),
        share_complete=st.just(0.9),
        method=st.just("chain_ladder"),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda kind: kind.code,
)


@st.composite
def years(draw: st.DrawFn) -> YearState:
    """A year whose kinds of care add up to cost and truncated cost, in so far as anybody was truncated."""
    listed = [
        dataclasses.replace(kind, completed_cents=kind.cents_so_far) if draw(st.booleans()) else kind
        for kind in draw(kinds)
    ]
    own = [kind for kind in listed if kind.is_in_domain]
    whole = sum(kind.cents_so_far for kind in own)
    persons = draw(st.integers(0, 14)) if whole else 0
    truncated = draw(st.integers(1, whole)) if persons else 0
    world = state()
    amounts = {"actual_cents": whole - truncated, "truncated_cents": truncated}
    values = {(name, 2025): Figure(cents, "cents") for name, cents in amounts.items()}
    run_out = Fraction(sum(kind.completed_cents for kind in own), whole) if whole else Fraction(1)
    return dataclasses.replace(
        world,
        figures=dataclasses.replace(world.figures, values={**world.figures.values, **values}),
        truncated_persons=persons,
        kinds=tuple(listed),
        run_out={**world.run_out, "contracted": run_out},
    )


@given(year=years())
@settings(max_examples=400, deadline=None)
def test_no_small_figure_can_be_solved(year: YearState) -> None:
    shown = [item for item in measures(year, None) if item.value is not None]
    refuse_disclosure(year, {(item.code, item.subject) for item in shown})
    known = _independent(_sums(year, shown))
    small = [
        *(f"kind {kind.code}" for kind in year.kinds if 0 < kind.persons < MINIMUM),
        *(f"kind_completed {kind.code}" for kind in year.kinds if 0 < kind.persons < MINIMUM),
        *(["truncated "] if 0 < year.truncated_persons < MINIMUM else []),
    ]
    solved = [name for name in small if len(_independent([*known, {name: Fraction(1)}])) == len(known)]
    assert solved == []


def _sums(year: YearState, shown: Iterable[Measure]) -> list[Row]:
    """All that the page and its text tell, as sums over what each kind cost and what was truncated."""
    told = {(item.code, item.subject): item.value for item in shown}
    one, own = Fraction(1), [kind for kind in year.kinds if kind.is_in_domain]
    rows: list[Row] = [
        {f"{code} {subject}": one}
        for code, subject in told
        if code in ("kind", "kind_completed", "truncated")
    ]
    for total, is_fixed in (("use", False), ("fixed", True)):
        for tail in ("", "_completed"):
            if (f"{total}{tail}", "") in told:
                rows.append({f"kind{tail} {kind.code}": one for kind in own if kind.is_fixed == is_fixed})
    rows.append({**{f"kind {kind.code}": one for kind in own}, "truncated ": -one})
    run_out = year.run_out["contracted"]
    rows.append({**{f"kind_completed {kind.code}": one for kind in own}, "truncated ": -run_out})
    complete = [kind.code for kind in own if kind.completed_cents == kind.cents_so_far]  # a reader may know
    return [*rows, *({f"kind {code}": one, f"kind_completed {code}": -one} for code in complete)]


def _independent(rows: Iterable[Row]) -> list[Row]:
    """The rows of a basis, by Gaussian elimination in fractions."""
    basis: list[tuple[str, Row]] = []
    for row in rows:
        left = dict(row)
        for pivot, own in basis:
            times = left.get(pivot, Fraction(0)) / own[pivot]
            left = {
                name: left.get(name, Fraction(0)) - times * own.get(name, Fraction(0)) for name in left | own
            }
        found = next((name for name in sorted(left) if left[name]), None)
        if found is not None:
            basis.append((found, left))
    return [row for _, row in basis]
