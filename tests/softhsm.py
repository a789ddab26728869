"""SoftHSM2, a PKCS#11 token in software, for tests: installed from Debian where that can be done.

SoftHSM reads its settings once a process, so there is one token for all tests of a process; rings tell their
keys apart in it by role and name, so a test takes a name of its own.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from pseudonymisation.tokenplace import TokenPlace

LABEL, PIN = "pseudonyms", "4711-right"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


def soft_token(monkeypatch: pytest.MonkeyPatch, folder: Path) -> TokenPlace:
    """The token, with its PIN in a private file of this test; skips where there can be none."""
    place, settings = _initialised()
    pin = folder / "pin"
    pin.touch(mode=0o600)
    pin.write_text(f"{PIN}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", settings)
    monkeypatch.setenv("OCMO_TOKEN_PIN_FILE", str(pin))
    return place


def own_name(folder: Path) -> str:
    """A ring's name that no other test uses."""
    return f"{folder.parent.name}.{folder.name}"[-60:].strip("._-")


@functools.cache
def _initialised() -> tuple[TokenPlace, str]:
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    module = _module() or _install()
    folder = Path(tempfile.mkdtemp(prefix="softhsm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)  # for the module itself, which outlives a test
    command = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        LABEL,
        "--pin",
        PIN,
        "--so-pin",
        "so-" + PIN,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return TokenPlace(str(module), LABEL), str(settings)


def _module() -> Path | None:
    return next((Path(path) for path in MODULES if Path(path).exists()), None)


def _install() -> Path:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        pytest.skip("SoftHSM2 is not there, and only root with apt-get can install it (Debian: softhsm2)")
    for command in (["update", "-qq"], ["install", "-y", "-qq", "softhsm2"]):
        done = subprocess.run(
            ["apt-get", *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
        )
    module = _module()
    if done.returncode or module is None:
        pytest.skip("SoftHSM2 is not there, and Debian's packages cannot be reached")
    return module
