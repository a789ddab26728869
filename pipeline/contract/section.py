"""A section of a contract file: plain facts and dated parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from pipeline.contract.parameter import STRICT, Parameter


class Section(BaseModel):
    """A part of the contract: plain facts and dated parameters."""

    model_config = STRICT

    def parameters(self) -> Iterator[tuple[str, Parameter[Any]]]:
        """The section's parameters by name, in the language's order; absent optional ones left out."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Parameter):
                yield name, value

    @classmethod
    def unit_of(cls, name: str) -> str:
        """The unit that the language gives a parameter."""
        extra = cls.model_fields[name].json_schema_extra
        return str(extra["unit"]) if isinstance(extra, dict) else ""
