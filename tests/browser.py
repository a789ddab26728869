"""A page in a real browser: how wide it comes out, and whether it fetches anything."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

MEASURE = """<script>
document.documentElement.dataset.measured = JSON.stringify({
  width: innerWidth, overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  fetched: performance.getEntriesByType('resource').length})
</script>"""
NARROW = 500
"""The narrowest window that the browser opens."""


def measured(text: str, width: int, folder: Path) -> dict[str, Any]:
    """Width of the window, what the page sticks out by, and how much it fetched; skips where no browser is."""
    assert text.count("</body>") == 1
    page = folder / "page.html"
    page.write_text(text.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    shown = subprocess.run(
        [
            _browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars",
            f"--user-data-dir={folder / 'profile'}", f"--window-size={width},2000",
            "--dump-dom", page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout  # fmt: skip
    found = re.search(r'data-measured="([^"]*)"', shown)
    assert found is not None
    result: dict[str, Any] = json.loads(found.group(1).replace("&quot;", '"'))
    return result


def _browser() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("needs Chromium")
