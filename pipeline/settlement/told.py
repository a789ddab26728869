"""A figure that nobody delivers, and that somebody told the OCMO: what it is, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

INDICATOR = "indicator"
"""The name under which the value of an indicator is told; which one stands after a colon."""


@dataclass(frozen=True)
class Told:
    """One figure as it was told.

    `name` is that of a figure of the settlement, after a colon its stratum or member, or `indicator:` and its id;
    `value` a number as it was written, amounts in cents; `source` says who told it, or where it stands.
    """

    name: str
    year: int
    value: str
    source: str

    @property
    def kind(self) -> str:
        """The name without the stratum, member or indicator that it is about."""
        return self.name.partition(":")[0]

    @property
    def subject(self) -> str:
        """The stratum, member or indicator that it is about; empty when it is about the whole year."""
        return self.name.partition(":")[2]
