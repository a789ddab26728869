"""Fixtures of the property tests."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest


@pytest.fixture(scope="session")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection for all examples: to open one takes longer than to make a small region's tables."""
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection
