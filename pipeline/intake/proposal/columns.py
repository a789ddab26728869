"""Which column of a file feeds which canonical one: its name decides, its values confirm or contradict it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.canonical import CanonicalColumn, CanonicalTable, code_forms
from pipeline.intake.columns.mapping import DATE_VERBS
from pipeline.intake.proposal.codes import translated
from pipeline.intake.proposal.guess import CONFIRMED, CONTRADICTED, LIKELY, SURE, UNSURE, Guess
from pipeline.intake.proposal.sample import Sample
from pipeline.intake.proposal.words import SAME, fit, words
from pipeline.intake.tables.mapping_file import DECIDE

PSEUDONYM = "pseudonym"
"""The privacy class of numbers that leave as an HMAC only."""

_KINDS = {"date": "date", "int16": "count", "int32": "count", "int64": "count"}


@dataclass(frozen=True)
class Columns:
    """The columns of one canonical table, looked for in a sample."""

    sample: Sample
    table: CanonicalTable

    def guesses(self) -> dict[str, Guess]:
        """A guess for each mandatory column, and for the optional ones that were found."""
        taken = self._surely_named()
        found: dict[str, Guess] = {}
        for column in self.table.columns:
            guess = self._guess(column, taken)
            if guess is not None:
                found[column.name] = guess
            elif not column.optional:
                found[column.name] = Guess({DECIDE: _asked(column)}, UNSURE, "no column was found for it")
        return found | self._only_days_left(found)

    def _only_days_left(self, found: Mapping[str, Guess]) -> dict[str, Guess]:
        """The one column of dates that feeds nothing, for the mandatory dates for which none was found."""
        lacking = [one.name for one in self.table.columns if one.type == "date" and _is_open(found, one.name)]
        used = {source for guess in found.values() for source in guess.sources}
        days = [
            name
            for name in self.sample.raw.columns
            if name not in used and self.sample.text[name].count() and self._holds_days(name)
        ]
        if len(days) != 1:
            return {}
        why = "the only column of dates that feeds nothing else"
        return {name: Guess(days[0], UNSURE, why, (days[0],)) for name in lacking}

    def _holds_days(self, name: str) -> bool:
        return self.sample.share(name, "date") >= CONFIRMED and self.sample.share(name, "bsn") < CONFIRMED

    def _surely_named(self) -> set[str]:
        """The file's columns whose name is a word for some column here: others may not take them by half a word."""
        groups = [
            group
            for candidates in words().rules[self.table.name].values()
            for rule in candidates
            for key, value in rule.items()
            if key != "separator"
            for group in (value if isinstance(value, list) else [value])
            if isinstance(group, tuple)
        ]
        return {name for name in self.sample.raw.columns if any(fit(name, group) == SAME for group in groups)}

    def _guess(self, column: CanonicalColumn, taken: set[str]) -> Guess | None:
        for candidate in words().rules[self.table.name].get(column.name, []):
            verb, value = next(iter(candidate.items()))
            parts = value if isinstance(value, list) else [value]
            sources = [found for part in parts if (found := self._source(part, taken))]
            if len(sources) < len(parts):
                continue
            names = [name for name, _ in sources]
            worst = min(score for _, score in sources)
            rule: dict[str, Any] = {verb: names if isinstance(value, list) else names[0]}
            if "separator" in candidate:
                rule["separator"] = candidate["separator"]
            sign = self._source(candidate["sign"], taken) if "sign" in candidate else None
            if sign and sign[1] == SAME:
                rule["sign"] = sign[0]
                names.append(sign[0])
            return self._judged(column, verb, rule, names, worst)
        return None

    def _source(self, part: str | tuple[str, ...], taken: set[str]) -> tuple[str, float] | None:
        """The file's column that fits best, and how well; `part` may name another canonical column."""
        if isinstance(part, str):
            other = self._guess(next(one for one in self.table.columns if one.name == part[1:]), taken)
            return (other.sources[0], SAME) if other and len(other.sources) == 1 else None
        scores = {name: fit(name, part) for name in self.sample.raw.columns}
        scores = {name: score for name, score in scores.items() if score == SAME or name not in taken}
        best = max(scores, key=lambda name: scores[name], default="")
        return (best, scores[best]) if best and scores[best] > 0 else None

    def _judged(
        self, column: CanonicalColumn, verb: str, rule: dict[str, Any], names: list[str], score: float
    ) -> Guess:
        kind = "date" if verb in DATE_VERBS else "cents" if verb == "amount" else ""
        kind = kind or (column.codes or _KINDS.get(column.type, "") if verb == "take" else "")
        said = "the name says so" if score == SAME else "the name is near"
        sureness = SURE if score == SAME else LIKELY
        if kind:
            share = min(self.sample.share(name, kind) for name in names[: None if kind == "date" else 1])
            said += f"; {share:.0%} look like {_SHOWN.get(kind, kind)}"
            sureness = UNSURE if share < CONTRADICTED else LIKELY if share < CONFIRMED else sureness
        if verb != "take":
            return Guess(rule, sureness, said, tuple(names))
        codes = translated(column, self.sample.text[names[0]]) if score == SAME else {}
        if codes is None:
            return Guess({DECIDE: f"{names[0]} has too many values for a list of codes"}, UNSURE, said)
        if codes:
            said += "; only the codes of these rows are here"
            return Guess(rule | {"codes": codes}, sureness, said, tuple(names))
        return Guess(names[0], sureness, said, tuple(names))


_SHOWN = {"date": "dates", "cents": "amounts", "count": "whole numbers", "zorgproduct": "care products"}


def _is_open(found: Mapping[str, Guess], name: str) -> bool:
    return name in found and found[name].is_open


def _asked(column: CanonicalColumn) -> str:
    """What a person has to find out."""
    if column.privacy == PSEUDONYM:
        return (
            "the column of the number, with the provider to whom it belongs: {compose: [PROVIDER, NUMBER]}; the "
            "software itself makes the HMAC of it"
        )
    form = code_forms().get(column.codes)
    digits = f", {form.digits} digits" if form and form.digits else ""
    written = f"; in the form of {form.name}{digits}" if form else ""
    allowed = f"; one of {', '.join(column.values)}" if column.values else ""
    return f"a column, or a constant: {column.says}{written}{allowed}"
