"""The forms of codes kept by others: `code_forms.yaml`. Whether a code exists only its keeper's register tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

CODE_FORMS = Path(__file__).parent / "code_forms.yaml"

WITHHELD = "withheld"
"""In place of a code that the person objected to: not told on purpose, which is another thing than not known."""


@dataclass(frozen=True)
class CodeForm:
    """What a code of this name looks like. `digits` is set where it is so many digits, leading zeros kept."""

    name: str
    says: str
    source: str
    digits: int | None = None
    pattern: str = ""

    @property
    def article(self) -> str:
        """The article before its name: 'an AGB code'."""
        return "an" if self.name[0] in "AEIOU" else "a"

    @property
    def whole(self) -> str:
        """The regular expression of a text that is such a code and nothing besides."""
        return rf"^(?:{self.pattern or f'[0-9]{{{self.digits}}}'})$"


@cache
def code_forms() -> dict[str, CodeForm]:
    """All forms by name, in the order of the file."""
    raw = yaml.safe_load(CODE_FORMS.read_text(encoding="utf-8"))
    return {name: CodeForm(name=name, **entry) for name, entry in raw.items()}


def digits_of(name: str) -> int:
    """How many digits a code of this form has.

    Raises:
        ValueError: when it is not made of digits alone.
    """
    digits = code_forms()[name].digits
    if digits is None:
        raise ValueError(f"A code of the form {name} is not so many digits")
    return digits
