"""The canonical tables: what a delivery may hold, the same on both sides of the wall.

A supplier's intake produces these tables; the OCMO opens nothing else. Each table is one YAML file in
`tables/`: grain, key, columns with type, codes, privacy class, and what to do when the source lacks an optional
one. The schema is an allow-list: a column that is not here cannot be delivered.

`care_types.yaml` lists the kinds of care that they name, `code_forms.yaml` what codes kept by others look like.

Not here: how a source becomes a canonical table (`intake`), how deliveries are stored (`lake`).
"""

from pipeline.canonical.care_types import CareType, care_types
from pipeline.canonical.code_forms import WITHHELD, CodeForm, code_forms, digits_of
from pipeline.canonical.schema import (
    About,
    CanonicalColumn,
    CanonicalTable,
    CodesWhere,
    canonical_table,
    canonical_tables,
)

__all__ = [
    "WITHHELD",
    "About",
    "CanonicalColumn",
    "CanonicalTable",
    "CareType",
    "CodeForm",
    "CodesWhere",
    "canonical_table",
    "canonical_tables",
    "care_types",
    "code_forms",
    "digits_of",
]
