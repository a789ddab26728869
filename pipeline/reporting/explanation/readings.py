"""How a contract's values read in a sentence: each kind of value with parts in its own words, brackets too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pipeline.contract import Term
from pipeline.contract.recognition import Condition, Episode
from pipeline.contract.values import (
    AgreedAmount,
    Bracket,
    ExpectedDelivery,
    Indicator,
    Overlap,
    Precedence,
    Provider,
    QualityGate,
    Requirement,
    RiskLimit,
    Statistical,
)
from pipeline.reporting.explanation.delivered import deliveries, overlap, risk_limit
from pipeline.reporting.explanation.phrases import Phrases
from pipeline.reporting.explanation.recognised import condition, episode


class Readings(Phrases):
    """The values of one contract, in the words of one language."""

    def of(self, term: Term[Any]) -> str:
        """A term's value, as it reads in a sentence."""
        value, unit = term.value, term.unit
        if isinstance(value, Mapping):
            return self.listed(self.share(name, share) for name, share in value.items())
        if isinstance(value, tuple):
            if all(isinstance(item, Bracket) for item in value):
                return "; ".join(self._bracket(item) for item in value)
            if all(isinstance(item, ExpectedDelivery) for item in value):
                return "; ".join(deliveries(self, value))
            if all(isinstance(item, RiskLimit) for item in value):
                return "; ".join(risk_limit(self, item) for item in value)
            return self.listed(self._one(item) for item in value)
        if unit.startswith("EUR"):
            return self.notation.money(value * 100)
        if isinstance(value, Decimal):
            return self.notation.percent(value)
        return self._one(value)

    def _one(self, item: Any) -> str:
        for kind, read in self._readers().items():
            if isinstance(item, kind):
                return read(item)
        if isinstance(item, str):
            return self.named(item)
        return self.notation.number(item)

    def _readers(self) -> dict[type, Callable[[Any], str]]:
        return {
            Provider: lambda item: str(item.name),
            Indicator: self._indicator,
            Condition: lambda item: condition(self, item),
            Episode: lambda item: episode(self, item),
            Overlap: lambda item: overlap(self, item),
            Requirement: self._requirement,
            QualityGate: self._gate,
            Statistical: self._statistical,
            AgreedAmount: lambda item: self.put(
                "amount", name=item.name, amount=self.notation.money(item.amount * 100)
            ),
            Precedence: lambda item: self.put(
                "precedence", rule=self._rule(item.rule), after=self._rule(item.after)
            ),
        }

    def _bracket(self, bracket: Bracket) -> str:
        rate = self.notation.percent(bracket.rate)
        forms, end = self.notation.words["brackets"], bracket.end
        if bracket.to is not None:
            reached = bracket.at if bracket.at is not None else end
            at = self.number(reached) if reached is not None else ""
            rate = self.put("slope", rate=rate, to=self.notation.percent(bracket.to), at=at)
        if end is not None:
            return str(forms["below"]).format(end=self.number(end), rate=rate)
        return str(forms["from" if bracket.start else "all"]).format(
            start=self.number(bracket.start), rate=rate
        )

    def _indicator(self, item: Indicator) -> str:
        higher = item.direction == "higher_is_better"
        said = self.put(
            "indicator_higher" if higher else "indicator_lower",
            name=item.name,
            weight=self.notation.percent(item.weight),
            floor=self.number(item.floor),
            goal=self.number(item.goal),
        )
        return said + str(self.words["values"]["late"]) if item.late else said

    def _requirement(self, item: Requirement) -> str:
        most = item.at_most is not None
        bound = item.at_most if item.at_most is not None else item.at_least
        shown = self.number(bound) if bound is not None else ""
        return self.put("requirement_most" if most else "requirement_least", name=item.name, bound=shown)

    def _gate(self, item: QualityGate) -> str:
        gain = self.words["values"][f"gain_{item.gain}"]
        if item.loss is not None:
            gain += self.put("gate_loss", loss=self.words["values"][f"gain_{item.loss}"])
        if item.indicator is None:
            return self.put("gate", name=item.name, bound=self.notation.percent(item.at_least), gain=gain)
        bound = self.number(item.at_least)
        return self.put("gate_of", name=item.name, indicator=item.indicator, bound=bound, gain=gain)

    def _statistical(self, item: Statistical) -> str:
        return self.put(
            "statistical",
            z=self.number(item.z),
            variation=self.number(item.variation),
            least=self.notation.percent(item.least),
            most=self.notation.percent(item.most),
        )

    def _rule(self, name: str) -> str:
        rule = self.notation.words["rules"].get(name)
        return str(rule["label"]) if rule else name
