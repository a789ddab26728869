"""Who may import whom: the table below, held over the real tree, lazy imports included.

One direction only: a package imports what lies before it in the flow, the contract, or the ground floor.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

GROUND_FLOOR = (
    "errors",
    "airflow_task",
    "money",
    "periods",
    "yaml_faults",
    "home",
    "code_version",
    "database",
    "canonical",
    "lake",
)
"""May import each other; `errors` stands lowest and imports none of them."""

FLOW = (
    "contract", "intake", "deliveries", "linkage", "privacy", "checks", "claims", "completion", "casemix",
    "comparison", "indicators", "settlement", "instruments", "simulation", "reporting",
    "night",
)  # fmt: skip
"""In this order: each imports those before it, never those after."""

TOP_FLOOR = ("cli", "demo", "scheduling")
"""Import everything; of the others only `cli` and `demo` import `scheduling`, and `cli/demo.py` imports `demo`."""

ONLY_BY: dict[str, tuple[str, ...]] = {
    # imported: importers (a module and what lies below it)
    "pipeline.intake": ("pipeline.intake", "pipeline.cli.supplier", "pipeline.demo"),
    "pseudonymisation": ("pseudonymisation", "pipeline.linkage", "pipeline.cli", "pipeline.demo"),
    "pipeline.cli": ("pipeline.cli",),
    "pipeline.demo": ("pipeline.demo", "pipeline.cli.demo"),
    "pipeline.scheduling": ("pipeline.scheduling", "pipeline.cli", "pipeline.demo"),
    "dags": (),
    "tests": (),
    "bench": (),
}

DAG_IMPORTS = ("__future__", "airflow.sdk", "airflow.timetables", "pendulum", "datetime", "pipeline")
"""What a DAG file may import; `pipeline` only inside a task, so that parsing stays quick."""
TTP_DAG_IMPORTS = (*DAG_IMPORTS[:-1], "pseudonymisation")
"""The TTP's own Airflow runs `dags/ttp.py` only, and has the pseudonymisation package only."""
FOR_NO_DAG = ("pipeline.cli", "pipeline.demo", "pipeline.intake", "pipeline.scheduling")
DAG_LINES = 120


def imports(source: str, module: str, *, is_package: bool) -> Iterator[tuple[str, bool]]:
    """(imported module, whether at the top of the file) for every import, wherever it stands."""
    tree = ast.parse(source)
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".") if is_package else module.split(".")[:-1]
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((f"{base}.{alias.name}", id(node) in top) for alias in node.names)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def offences(root: Path) -> list[str]:
    """Every import under `root` that breaks a rule, as 'importer -> imported: rule'."""
    found = []
    for path in sorted((*root.glob("pipeline/**/*.py"), *root.glob("pseudonymisation/**/*.py"))):
        parts = path.relative_to(root).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        module = ".".join(parts[:-1] if is_package else parts)
        for imported, _ in imports(path.read_text(encoding="utf-8"), module, is_package=is_package):
            found += [f"{module} -> {imported}: {rule}" for rule in broken_rules(module, imported)]
    for path in sorted(root.glob("dags/*.py")):
        found += dag_offences(path)
    return found


def broken_rules(module: str, imported: str) -> Iterator[str]:
    for target, importers in ONLY_BY.items():
        if within(imported, target) and not any(within(module, importer) for importer in importers):
            yield f"{target} is imported only by {', '.join(importers) or 'nobody'}"
    if within(module, "pseudonymisation") and within(imported, "pipeline"):
        yield "pseudonymisation imports nothing of pipeline"
    if within(module, "pipeline") and within(imported, "pipeline"):
        yield from broken_order(module, imported)


def broken_order(module: str, imported: str) -> Iterator[str]:
    importer, target = (name.split(".")[1] if "." in name else "" for name in (module, imported))
    if importer == target or importer in TOP_FLOOR:
        return
    known = (*GROUND_FLOOR, *FLOW, *TOP_FLOOR)
    if importer not in known:
        yield f"pipeline.{importer} has no place in the flow: give it one here and in the design"
    elif importer == "errors":
        yield "errors stands lowest"
    elif importer in GROUND_FLOOR and target not in GROUND_FLOOR:
        yield "the ground floor imports only the ground floor"
    elif importer in FLOW and target in FLOW and FLOW.index(target) > FLOW.index(importer):
        yield f"{target} comes after {importer} in the flow"


def dag_offences(path: Path) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    name = f"dags.{path.stem}"
    if len(source.splitlines()) >= DAG_LINES:
        yield f"{name}: a DAG file has under {DAG_LINES} lines"
    for imported, at_top in imports(source, name, is_package=False):
        allowed = TTP_DAG_IMPORTS if path.stem == "ttp" else DAG_IMPORTS
        if not any(within(imported, one) for one in allowed):
            yield f"{name} -> {imported}: a DAG file imports only {', '.join(allowed)}"
        elif any(within(imported, part) for part in FOR_NO_DAG):
            yield f"{name} -> {imported}: not for a DAG"
        elif any(within(imported, part) for part in ("pipeline", "pseudonymisation")) and at_top:
            yield f"{name} -> {imported}: import {imported.split('.')[0]} inside the task"


def test_the_tree_keeps_the_import_rules() -> None:
    assert (CHECKOUT / "pipeline" / "errors.py").is_file()
    found = offences(CHECKOUT)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("file", "line", "rule"),
    [
        ("pipeline/claims/x.py", "import pipeline.settlement.rules", "settlement comes after claims"),
        ("pipeline/claims/x.py", "from pipeline import settlement", "settlement comes after claims"),
        ("pipeline/claims/x.py", "from ..settlement import rules", "settlement comes after claims"),
        ("pipeline/claims/__init__.py", "from ..settlement import rules", "settlement comes after claims"),
        (
            "pipeline/claims/x.py",
            "def f():\n    from pipeline.reporting import page",
            "reporting comes after",
        ),
        ("pipeline/contract/x.py", "import pipeline.linkage", "linkage comes after contract"),
        ("pipeline/lake/x.py", "from pipeline.contract import load", "only the ground floor"),
        ("pipeline/errors.py", "from pipeline.money import euros", "errors stands lowest"),
        ("pipeline/claims/x.py", "from pipeline.intake import reader", "imported only by pipeline.intake"),
        ("pipeline/cli/ocmo.py", "from pipeline.intake import reader", "imported only by pipeline.intake"),
        ("pipeline/checks/x.py", "import pseudonymisation.keys", "pseudonymisation is imported only by"),
        ("pipeline/reporting/x.py", "from pipeline.cli import main", "pipeline.cli is imported only by"),
        ("pipeline/cli/night.py", "from pipeline.demo import region", "pipeline.demo is imported only by"),
        ("pipeline/linkage/x.py", "from dags import nightly", "dags is imported only by nobody"),
        ("pipeline/reporting/x.py", "import pipeline.scheduling", "pipeline.scheduling is imported only by"),
        (
            "pipeline/linkage/x.py",
            "from tests.e2e import identifier_scan",
            "tests is imported only by nobody",
        ),
        ("pseudonymisation/x.py", "from pipeline.errors import OcmoError", "nothing of pipeline"),
        ("pipeline/helpers.py", "from pipeline import money", "has no place in the flow"),
        ("dags/x.py", "import polars", "a DAG file imports only"),
        ("dags/x.py", "from airflow.models import DAG", "a DAG file imports only"),
        ("dags/x.py", "from pipeline.deliveries import arrivals", "inside the task"),
        ("dags/x.py", "def f():\n    from pipeline.demo import region", "not for a DAG"),
        ("dags/x.py", "\n" * 120, "under 120 lines"),
    ],
)
def test_an_offender_is_caught(file: str, line: str, rule: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(line, encoding="utf-8")
    found = offences(tmp_path)
    assert len(found) == 1
    assert rule in found[0]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (
            "pipeline/settlement/x.py",
            "from pipeline.contract import load\nfrom pipeline.claims import chains",
        ),
        (
            "pipeline/claims/x.py",
            "import polars\nfrom pipeline.lake import Lake\nfrom pipeline.claims import y",
        ),
        ("pipeline/lake/x.py", "from pipeline.home import CHECKOUT"),
        ("pipeline/cli/supplier.py", "from pipeline.intake import reader\nimport pseudonymisation.supplier"),
        ("pipeline/cli/demo.py", "from pipeline.demo import region"),
        ("pipeline/demo/x.py", "from pipeline.intake import reader"),
        ("pipeline/scheduling/x.py", "from pipeline.deliveries import Register"),
        ("pipeline/linkage/x.py", "from pseudonymisation.recipient import open_delivery"),
        (
            "dags/x.py",
            "import datetime as dt\nfrom airflow.sdk import dag\ndef f():\n    import pipeline.linkage",
        ),
    ],
)
def test_what_is_allowed_is_no_offence(file: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(line, encoding="utf-8")
    assert offences(tmp_path) == []
