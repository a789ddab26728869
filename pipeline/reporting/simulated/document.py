"""A simulation as data, for programs; amounts in whole cents."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.money import round_cents
from pipeline.simulation import Simulation
from pipeline.simulation.chance import Chance
from pipeline.simulation.past import PastYear
from pipeline.simulation.simulate import Tried


def document(simulation: Simulation) -> dict[str, Any]:
    """What a simulation found; equal simulations give equal documents."""
    contract = simulation.contract
    return {
        "contract": {
            "id": contract.id,
            "name": contract.contract.name,
            "version": contract.contract.version,
            "digest": contract.digest,
            "year": simulation.year,
        },
        "assumed": {
            "quality": float(simulation.assumed.quality),
            "given": sorted(simulation.assumed.given),
            "taken_for_nothing": list(simulation.taken_for_nothing),
        },
        "notes": list(simulation.notes),
        "seed": simulation.seed,
        "past": [_past(each) for each in simulation.past],
        "chance": {"based_on": simulation.based_on, **_chance(simulation.as_agreed)},
        "by_size": _tried(simulation.by_size),
        "by_ceiling": _tried(simulation.by_ceiling),
        "by_threshold": _tried(simulation.by_threshold),
        "by_path": _tried(simulation.by_path),
    }


def _past(each: PastYear) -> dict[str, Any]:
    settled = each.settled
    return {
        "year": each.year,
        "rests_on": list(each.rests_on),
        "lacking": list(each.lacking),
        "units": float(settled.units),
        "target_cents": round_cents(settled.target),
        "actual_cents": round_cents(settled.actual),
        "savings_cents": round_cents(settled.target - settled.actual),
        "savings_share": float(Fraction(settled.target - settled.actual) / settled.target),
        "payable_cents": settled.payable,
        "quality_payment_cents": settled.payable - settled.shared,
        "reason": settled.reason,
    }


def _chance(chance: Chance) -> dict[str, Any]:
    return {
        "years": chance.years,
        "persons": chance.persons,
        "gain": chance.gain,
        "loss": chance.loss,
        "nothing": chance.nothing,
        "savings_spread": chance.spread,
        "asked_share": chance.asked,
        "quality_payment_cents": chance.quality_payment,
        "payable_cents": chance.payable._asdict(),
    }


def _tried(items: Iterable[Tried]) -> list[dict[str, Any]]:
    return [
        {
            "value": float(item.value) if isinstance(item.value, Decimal) else item.value,
            "is_agreed": item.is_agreed,
            **_chance(item.chance),
        }
        for item in items
    ]
