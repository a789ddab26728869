"""The canonical tables: what a delivery may hold, the same on both sides of the wall.

A supplier's intake produces these tables; the OCMO opens nothing else. Each table is one YAML file in
`tables/`: grain, key, columns with type, codes and privacy class. The schema is an allow-list: a column
that is not here cannot be delivered.

Not here: how a source becomes a canonical table (`intake`), how deliveries are stored (`lake`).
"""

from pipeline.canonical.schema import CanonicalColumn, CanonicalTable, canonical_table, canonical_tables

__all__ = ["CanonicalColumn", "CanonicalTable", "canonical_table", "canonical_tables"]
