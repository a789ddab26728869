"""What parameters are made of: shares, values by age, and models that take no unknown name."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
ByAge = dict[int, float]
"""A value from each age on."""


class Part(BaseModel):
    """A part of the parameters: unchangeable, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def step(values: ByAge, age: int) -> float:
    """The value that holds at this age: that of the highest age reached; 0 before the first."""
    reached = [start for start in values if start <= age]
    return values[max(reached)] if reached else 0.0


def straight(values: ByAge, ages: int) -> NDArray[np.float64]:
    """The value at each age from 0 up to, not including, `ages`: straight lines between those given."""
    return np.interp(np.arange(ages), list(values), list(values.values()))
