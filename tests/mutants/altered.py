"""A pytest plugin: import the pipeline with one mutation in it. Nothing on disk changes.

`pytest -p tests.mutants.altered` takes the mutation's name from the environment, as it must be there before the first
module of the pipeline is imported.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

from tests.mutants.mutations import MUTATIONS, Edit

NAME = "OCMO_MUTATION"
"""The environment variable with the mutation's name."""


def altered(source: str, edits: Sequence[Edit]) -> str:
    """A module's source with edits.

    Raises:
        ValueError: when a piece of source does not stand there exactly once.
    """
    for edit in edits:
        if source.count(edit.now) != 1:
            raise ValueError(f"{edit.module}: stands there {source.count(edit.now)} times: {edit.now}")
        source = source.replace(edit.now, edit.wrong)
    return source


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from altered source, and never from a cache."""

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_source(fullname) or ""
        edits = [edit for edit in _edits() if edit.module == fullname]
        return compile(altered(source, edits), self.path, "exec")


class _Finder:
    """Finds the modules that a mutation edits."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if all(edit.module != fullname for edit in _edits()):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin)
        return spec


def _edits() -> tuple[Edit, ...]:
    return next((each.edits for each in MUTATIONS if each.name == os.environ.get(NAME)), ())


loaded = [edit.module for edit in _edits() if edit.module in sys.modules]
if loaded:
    raise RuntimeError(f"{loaded[0]} was imported before the mutation could be made")
sys.meta_path.insert(0, _Finder)
