"""Every threat in the trust model has a control and a test, and each test that it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = CHECKOUT / "docs" / "trust-model.md"
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def missing(text: str) -> list[str]:
    """The tests that a text names and that are not there, as file::name."""
    found = []
    for file, name in NAMED.findall(text):
        paths = sorted((CHECKOUT / "tests").rglob(file))
        trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
        names = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        if name not in names:
            found.append(f"{file}::{name}")
    return found


def test_every_test_it_names_exists() -> None:
    assert missing(PAGE.read_text(encoding="utf-8")) == []


def test_every_threat_has_a_control_and_a_test() -> None:
    table = PAGE.read_text(encoding="utf-8").split("| threat | control | test |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    assert len(rows) > 25
    for row in rows:
        assert len(row) == 3
        assert all(row)
        assert NAMED.search(row[2]), row[0]


def test_a_test_that_is_not_there_is_told() -> None:
    text = (
        "`test_docs_trust_model.py::test_nothing` `test_nowhere.py::test_it` "
        "`test_docs_pages.py::test_no_link_is_dead`"
    )
    assert missing(text) == ["test_docs_trust_model.py::test_nothing", "test_nowhere.py::test_it"]
