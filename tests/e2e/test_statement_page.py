"""The statement in a real browser: it fits wide and narrow screens and fetches nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.demo.roles import State

MEASURE = """<script>
document.documentElement.dataset.measured = JSON.stringify({
  width: innerWidth, overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  fetched: performance.getEntriesByType('resource').length})
</script>"""


@pytest.fixture(scope="module")
def browser() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("needs Chromium")


@pytest.mark.parametrize("width", [1280, 500])
def test_the_page_fits_and_fetches_nothing(settled: State, browser: str, tmp_path: Path, width: int) -> None:
    (statement,) = (settled.ocmo / "reports").rglob("*.html")
    page = tmp_path / "statement.html"
    text = statement.read_text(encoding="utf-8")
    assert text.count("</body>") == 1
    page.write_text(text.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    shown = subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars",
            f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},2000",
            "--dump-dom", page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout  # fmt: skip
    measured = re.search(r'data-measured="([^"]*)"', shown)
    assert measured is not None
    assert measured.group(1).replace("&quot;", '"') == f'{{"width":{width},"overflow":0,"fetched":0}}'
