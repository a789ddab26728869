"""On what the numbers were measured: nothing that tells whose machine it is."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

from pipeline.code_version import code_version
from pipeline.home import OcmoHome

LIBRARIES = ("duckdb", "polars", "pyarrow", "cryptography", "great-expectations")


def machine(home: OcmoHome | None = None) -> dict[str, str]:
    """System, cores, memory, versions, and what a home's settings give the engine; by label."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "memory": f"{memory / 1e9:.0f} GB",
        "Python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
        **({"DuckDB may use": f"{home.memory_limit} and {home.threads} threads"} if home else {}),
        "code": code_version(),
    }
