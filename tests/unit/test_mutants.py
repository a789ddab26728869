"""The mutations of `make mutants` fit the code, and a mutation that fits no longer is told."""

from __future__ import annotations

import pytest

from pipeline.home import CHECKOUT
from tests.mutants.altered import altered
from tests.mutants.mutations import MUTATIONS, Edit, Mutation
from tests.mutants.run import SELECTION


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_each_mutation_fits_the_code(mutation: Mutation) -> None:
    for module in {edit.module for edit in mutation.edits}:
        source = (CHECKOUT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
        wrong = altered(source, [edit for edit in mutation.edits if edit.module == module])
        assert wrong != source
        compile(wrong, module, "exec")


@pytest.mark.parametrize("source", ["x = 2\n", "x = 1\nx = 1\n"])
def test_a_piece_that_is_not_there_once_is_told(source: str) -> None:
    with pytest.raises(ValueError, match="stands there"):
        altered(source, [Edit("m", "x = 1", "x = 3")])


def test_mutations_have_names_of_their_own_and_tests_that_are_there() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 8
    for tests in SELECTION.values():
        assert all((CHECKOUT / name).is_file() for name in tests if name.endswith(".py"))
