"""Each fuzz target starts and comes through its own corpus, so that `make fuzz` does not rot between its runs."""

from __future__ import annotations

import pytest

from tests.fuzz.run import fuzz, targets


@pytest.mark.parametrize("target", targets())
def test_it_comes_through_its_corpus(target: str) -> None:
    code, said = fuzz(target, seconds=1)
    assert code == 0, said
    assert "Done " in said
