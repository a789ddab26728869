"""A Python with this project in it that every user of the machine can run.

The interpreter, the installed packages or the checkout often lie under a home that only its owner can enter. What
does lies somewhere else then: as links to the same files where the file system allows it, else as copies.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from pipeline.home import CHECKOUT

DEBIAN = Path("/usr/bin/python3")
PARTS = ("pipeline", "pseudonymisation", "sql", "contracts")


@dataclass(frozen=True)
class ReadablePython:
    """The interpreter, and what must be in the environment of who runs it."""

    executable: Path
    environment: dict[str, str]

    @classmethod
    def under(cls, folder: Path) -> ReadablePython:
        """Where everything is open to all already, that; the rest is laid under `folder`, which must be open."""
        environment = {"PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath}
        packages = Path(sysconfig.get_paths()["purelib"])
        if not is_open(packages):
            packages = _laid(packages, folder / "packages")
        code = CHECKOUT
        if not all(is_open(CHECKOUT / part) for part in PARTS):
            code = folder / "code"
            for part in PARTS:
                _laid(CHECKOUT / part, code / part)
        executable = Path(sys.executable).resolve()
        if not is_open(executable):
            executable = _other_interpreter(folder, environment)
        environment["PYTHONPATH"] = f"{code}{os.pathsep}{packages}"
        return cls(executable, environment)


def is_open(path: Path) -> bool:
    """Whether every user can get to a path, and read it: their own rights, not root's."""
    real = path.resolve()
    wanted = stat.S_IROTH | (stat.S_IXOTH if real.is_dir() else 0)
    if real.stat().st_mode & wanted != wanted:
        return False
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in real.parents)


def _other_interpreter(folder: Path, environment: dict[str, str]) -> Path:
    """Debian's Python when it is of the same version; else a copy of our own."""
    same = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if DEBIAN.resolve().name == same and is_open(DEBIAN):
        return DEBIAN
    base = _laid(Path(sys.base_prefix), folder / "python", "site-packages", "test", "share")
    environment["PYTHONHOME"] = str(base)
    return base / "bin" / same


def _laid(source: Path, target: Path, *without: str) -> Path:
    shutil.copytree(
        source,
        target,
        symlinks=True,
        copy_function=_link_or_copy,
        ignore=shutil.ignore_patterns("__pycache__", *without),
    )
    for path in (target, *target.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    return target


def _link_or_copy(source: str, target: str) -> None:
    try:
        if not Path(source).stat().st_mode & stat.S_IROTH:
            raise OSError("a link would be closed as well")
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)
