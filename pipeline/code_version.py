"""Which code computed a figure: the release, and a digest of the sources that ran.

Every figure is a function of table contents, the contract's terms and the code. The digest covers all
Python, SQL and YAML of the pipeline, so that changed code never passes for what was computed before.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version

from pipeline.home import CHECKOUT

SOURCES = ("pipeline", "pseudonymisation", "sql")
KINDS = {".py", ".sql", ".yaml", ".html", ".csv"}


@cache
def code_version() -> str:
    """The release and the first twelve digits of the sources' SHA-256, such as `0.1.0+3f9a0c12be77`."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((CHECKOUT / folder).rglob("*")):
            if path.suffix in KINDS:
                digest.update(path.relative_to(CHECKOUT).as_posix().encode())
                digest.update(path.read_bytes())
    return f"{version('ocmo')}+{digest.hexdigest()[:12]}"
