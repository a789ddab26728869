"""A CSV file as a table of texts whose columns go by their canonical names, as the mapping gives them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from pipeline.demo.edits import Material
from pipeline.demo.exports import described, source_codes


@dataclass(frozen=True)
class CsvText:
    """All columns as text; empty is null. `mapping` names the mapping that reads the file."""

    rows: pl.DataFrame
    mapping: str

    @classmethod
    def read(cls, material: Material) -> Self:
        """The table in these bytes."""
        separator = described(material.mapping)["format"]["separator"]
        rows = pl.read_csv(material.content, separator=separator, infer_schema=False)
        return cls(rows, material.mapping)

    @property
    def person(self) -> str:
        """The source column of the BSN."""
        return str(described(self.mapping)["person"])

    def sources(self, canonical: str) -> list[str]:
        """The source columns that a canonical column comes from, the first naming its value."""
        rule = described(self.mapping)["columns"][canonical]
        if isinstance(rule, str):
            return [rule]
        named = next(iter(rule.values()))
        first = [named] if isinstance(named, str) else list(named)
        return [*first, *([rule["sign"]] if "sign" in rule else [])]

    def code(self, canonical: str, value: object) -> str:
        """How the source writes a canonical value that the mapping translates."""
        return source_codes(self.mapping, canonical)[value]

    def chosen(self, rng: np.random.Generator, share: float, among: pl.Expr | None = None) -> pl.Expr:
        """True for a share of the rows, one at least; `among` says which rows may be chosen."""
        may = self.rows.select(pl.lit(True) if among is None else among).to_series()
        places = (
            may.arg_true() if may.len() == self.rows.height else pl.arange(0, self.rows.height, eager=True)
        )
        count = min(places.len(), max(1, round(share * places.len())))
        picked = rng.choice(places.to_numpy(), count, replace=False)
        hit = np.zeros(self.rows.height, dtype=bool)
        hit[picked] = True
        return pl.lit(pl.Series(hit))

    def bytes(self, rows: pl.DataFrame) -> bytes:
        """These rows as a file of the same form."""
        out = io.BytesIO()
        rows.write_csv(out, separator=described(self.mapping)["format"]["separator"])
        return out.getvalue()
