"""What several kinds of tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
REFERENCE = CHECKOUT.parent / "shared" / "reference"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The reference data beside the checkout; tests that need them say so where they are absent."""
    if not REFERENCE.is_dir():
        pytest.skip("needs the reference data in ../shared/reference")
    return REFERENCE
