"""The words of one language for one contract: codes by their names, shares as percentages, lists in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pipeline.canonical import care_types
from pipeline.contract import Contract
from pipeline.reporting.notation import Notation
from pipeline.reporting.texts import texts


class Phrases:
    """What every sentence about a contract is put together from."""

    def __init__(self, contract: Contract, language: str) -> None:
        self.notation = Notation(language)
        self.language = language
        self.words: Mapping[str, Any] = texts(language, "explanation")
        self.parties = {"payer": contract.parties.payer, "consortium": contract.parties.consortium}
        members = [one for listed in contract.parties.members.values.values() for one in listed]
        self.members = {one.agb_code: one.name for one in members}

    def put(self, template: str, **parts: object) -> str:
        """A value's own wording, filled in."""
        return str(self.words["values"][template]).format(**parts)

    def listed(self, items: Iterable[str]) -> str:
        """Several things in a sentence: one, another and a third."""
        *first, last = list(items) or [""]
        return f"{', '.join(first)} {self.words['page']['and']} {last}" if first else last

    def named(self, code: str) -> str:
        """A code by its name: a kind of care, a member, a law; else as it is."""
        if code in care_types():
            kind = care_types()[code]
            return kind.dutch if self.language == "nl" else kind.english
        if code in self.members:
            return self.members[code]
        return str(self.words["names"].get(code, code)).format(**self.parties)

    def number(self, value: Decimal) -> str:
        """A number with the decimals it needs."""
        return self.notation.number(value, 4, least=0)

    def share(self, name: object, share: Decimal) -> str:
        """Whose part is how much."""
        return self.put("share", name=self.named(str(name)), share=self.notation.percent(share))
