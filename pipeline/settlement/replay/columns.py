"""How a map names figures by columns, and rows by what their columns show."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

STRICT = ConfigDict(extra="forbid", frozen=True)


def _exact(value: object) -> object:
    """A number as it is written, not as the nearest binary fraction."""
    return Decimal(repr(value)) if isinstance(value, float) else value


Exact = Annotated[Decimal, BeforeValidator(_exact)]
ONCE = Decimal(1)
"""The factor that changes nothing."""

ByYear = Annotated[dict[int, Exact], Field(min_length=1)]


class Column(BaseModel):
    """A figure from a column: its number times `times`, without its sign when only the magnitude counts.

    `when_empty` is what holds where the cell, or the whole column, is empty. `constant` is a number for all rows.
    """

    model_config = STRICT

    column: str = ""
    constant: Exact | None = None
    times: Exact = ONCE
    magnitude: bool = False
    when_empty: Exact | None = None


class Ratio(BaseModel):
    """A column over the product of others, within bounds: what a table shows of a row without saying it.

    A row of which one of these columns is empty shows nothing.
    """

    model_config = STRICT

    column: str
    over: tuple[str, ...]
    at_least: Exact
    below: Exact

    def __str__(self) -> str:
        return f"{self.column} / ({' x '.join(self.over)}) from {self.at_least} to below {self.below}"
