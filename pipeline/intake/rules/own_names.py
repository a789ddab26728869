"""What a finding's field is called in the supplier's own file, and what is wrong with it in those words.

A finding names a field by the software's own name: a field of a layout, or a canonical column. Who has to mend it knows
the name of the standard or of the own header: readers give these with the facts of a file (`OwnNames`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from pipeline.intake.columns.mapping import TableMapping

TOLD = ("record_code", "field", "reason")


class OwnName(NamedTuple):
    """The name of a field in the supplier's file, and where that stands: 'positions 24-27', empty of a column."""

    name: str
    place: str = ""

    def __str__(self) -> str:
        """Both, as a person reads them."""
        return f"{self.name} ({self.place})" if self.place else self.name


OwnNames = Mapping[tuple[str, str], OwnName]
"""By code of the record and field of a finding."""


def canonical_names(mapping: TableMapping, own: Callable[[str], OwnName]) -> dict[str, OwnName]:
    """By canonical column, and `bsn`, the fields that it comes from; `own` names a source field of the mapping.

    A column that comes from no field, such as a constant, is not there.
    """
    found = {
        name: _joined([own(source) for source in sources]) for name, sources in mapping.sources().items()
    }
    return found if mapping.person is None else found | {"bsn": own(mapping.person)}


def in_own_words(findings: pl.LazyFrame, names: OwnNames) -> pl.LazyFrame:
    """The findings (`TOLD` and any other columns) of one file, with `own_name`, and `reason` in the same words.

    Where nothing is known of a field, its name stays as it is.
    """
    kinds = findings.select(TOLD).unique().collect(engine="streaming").sort(TOLD)
    told = [_told(kind, names) for kind in kinds.iter_rows()]
    words = kinds.with_columns(
        pl.Series("own_name", [name for name, _ in told], dtype=pl.String),
        pl.Series("said", [said for _, said in told], dtype=pl.String),
    )
    return (
        findings.join(words.lazy(), on=TOLD, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(reason="said")
        .drop("said")
    )


def _told(kind: tuple[str, str, str], names: OwnNames) -> tuple[str, str]:
    """The field's own name, and the reason with own names in it."""
    code, field, reason = kind
    parts = [(names[code, part], part) for part in field.split(", ") if (code, part) in names]
    own_name = ", ".join(str(own) for own, _ in parts) if parts else field
    known = {name: own.name for (of, name), own in names.items() if of == code}
    # A name without underscore may be a word of the sentence: it is the field's only where the sentence begins with it.
    said = re.sub(r"\b[a-z]\w*_\w+\b", lambda found: known.get(found[0], found[0]), reason)
    first, blank, rest = said.partition(" ")
    return own_name, known.get(first, first) + blank + rest if first == field else said


def _joined(sources: Iterable[OwnName]) -> OwnName:
    unique = list(dict.fromkeys(sources))
    places = dict.fromkeys(source.place for source in unique if source.place)
    return OwnName(" or ".join(source.name for source in unique), "; ".join(places))
