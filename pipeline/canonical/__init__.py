"""The canonical tables: what a delivery may hold, the same on both sides of the wall.

A supplier's intake produces these tables; the OCMO opens nothing else. Each table is one YAML file in
`tables/`: grain, key, columns with type, codes and privacy class. The schema is an allow-list: a column
that is not here cannot be delivered.

`care_types.yaml` lists the kinds of care that they name.

Not here: how a source becomes a canonical table (`intake`), how deliveries are stored (`lake`).
"""

from pipeline.canonical.care_types import CareType, care_types
from pipeline.canonical.schema import (
    About,
    CanonicalColumn,
    CanonicalTable,
    canonical_table,
    canonical_tables,
)

__all__ = [
    "About",
    "CanonicalColumn",
    "CanonicalTable",
    "CareType",
    "canonical_table",
    "canonical_tables",
    "care_types",
]
