"""The small tables of a contract's terms: a code that stood there twice is there once, so that no join doubles."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from pipeline.claims import terms_tables
from pipeline.contract import Contract, Terms
from tests.settlement_world import raw_contract


@pytest.mark.parametrize(
    ("key", "codes", "table"),
    [
        ("population.contracted_area", ("531", "532", "531"), terms_tables.area),
        ("parties.insurer_codes", ("9991", "9991"), terms_tables.insurer),
        ("domain.financing_laws", ("Zvw", "Zvw"), terms_tables.law),
        ("domain.care_types_in", ("pharmacy", "pharmacy"), terms_tables.care_type),
    ],
)
def test_a_code_that_stands_there_twice_is_one_row(
    key: str, codes: tuple[str, ...], table: Callable[[Terms], pl.DataFrame]
) -> None:
    terms = Contract.model_validate(raw_contract({key: codes})).for_year(2025)
    rows = table(terms)
    assert rows.height == rows.unique().height
    assert rows.to_series().to_list()[: len(set(codes))] == list(dict.fromkeys(codes))
