"""What an outsider may know of somebody: the columns that are kept, and which of them are tried together."""

from __future__ import annotations

from itertools import combinations

from pipeline.contract.linking import quasi_identifiers

Known = tuple[str, ...]
"""Columns that an outsider knows of somebody, in the order of `COLUMNS`."""

LABELS = {
    "birth_year": "birth year",
    "birth_band_year": "birth year in bands of five",
    "sex_code": "sex",
    "region_code": "care-office region",
    "postcode3_code": "3-digit postcode",
    "distance_class_code": "distance to a hospital",
    "socioeconomic_class_code": "socio-economic class",
    "cover_module_code": "module of cover",
    "from_month": "first insured month",
    "general_practice_code": "general practice",
    "insured_months": "number of insured months",
    "operations": "number of operations",
    "operation_year": "year of the last operation",
}
"""Every column that can be known, as people call it."""

COLUMNS = tuple(LABELS)
COARSER = {"birth_year": "birth_band_year"}
"""What a column could be made coarser to; no column of its own."""
FACTS: Known = ("insured_months", "operations", "operation_year")
"""Coarse facts that follow from the records, and that an acquaintance may know."""
AT_ONCE = 3
"""As many columns as are tried together, beside all at once."""


def everything() -> Known:
    """All quasi-identifiers that the canonical tables have, delivered or not."""
    return in_order(quasi_identifiers())


def in_order(columns: Known) -> Known:
    """Columns in the order of `COLUMNS`."""
    return tuple(column for column in COLUMNS if column in columns)


def few_at_once(kept: Known) -> list[Known]:
    """Every combination of up to three of the quasi-identifiers that are kept and of the coarse facts."""
    tried = in_order((*kept, *FACTS))
    return [chosen for size in range(1, AT_ONCE + 1) for chosen in combinations(tried, size)]


def remedies(kept: Known) -> dict[str, Known]:
    """By what could be done, in words: what would then be left of the quasi-identifiers that are kept."""
    left_out = {f"without {LABELS[name]}": tuple(c for c in kept if c != name) for name in kept}
    coarser = {
        f"with {LABELS[band]}": in_order((*(c for c in kept if c != name), band))
        for name, band in COARSER.items()
        if name in kept
    }
    return {**coarser, **left_out}


def in_words(known: Known) -> str:
    """The columns as people call them."""
    return ", ".join(LABELS[column] for column in known)
