"""Where the OCMO keeps its things, and how much of the machine it may use.

A role's home is one folder. The OCMO's holds `ocmo.yaml` (settings), the register's database, the lake,
its key ring, the agreements with the TTP and what it reports. The state of a whole demonstration, one
folder per role, lies under `OCMO_HOME` (default: `var`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import SettingsError
from pipeline.yaml_faults import yaml_fault

STATE_VARIABLE = "OCMO_HOME"
CHECKOUT = Path(__file__).resolve().parents[1]
"""The source tree: `sql/`, `contracts/` and `dags/` lie beside the package, not in it."""


def state_folder() -> Path:
    """The folder that holds one home per role: `OCMO_HOME`, or `var` in the source tree."""
    return Path(os.environ.get(STATE_VARIABLE) or CHECKOUT / "var").resolve()


@dataclass(frozen=True)
class OcmoHome:
    """The OCMO's own home and its settings; every path is absolute."""

    root: Path
    inbox: Path
    ttp_outbox: Path
    contracts: Path
    database_url: str
    memory_limit: str
    threads: int

    @property
    def keys(self) -> Path:
        """The OCMO's key ring."""
        return self.root / "keys"

    @property
    def lake(self) -> Path:
        """The immutable tables."""
        return self.root / "lake"

    @property
    def agreements(self) -> Path:
        """One pseudonymisation agreement per contract: `<contract>.json`."""
        return self.root / "agreements"

    @property
    def reports(self) -> Path:
        """Statements and the night's summaries."""
        return self.root / "reports"

    @property
    def spill(self) -> Path:
        """Where a query goes when it outgrows the memory limit; holds nothing that lasts."""
        return self.root / "spill"

    def contract_files(self) -> Iterator[Path]:
        """The contracts this OCMO serves, by file name."""
        yield from sorted(self.contracts.glob("*.yaml"))

    @classmethod
    def open(cls, root: Path | None = None) -> OcmoHome:
        """Read the home's `ocmo.yaml`; relative paths in it are relative to the home.

        Raises:
            SettingsError: when the home or its settings are not there, or a setting is unknown.
        """
        root = (root or state_folder() / "ocmo").resolve()
        settings = read_settings(
            root / "ocmo.yaml",
            {
                "inbox": "../drop/ocmo",
                "ttp_outbox": "../drop/ttp",
                "contracts": str(CHECKOUT / "contracts"),
                "database_url": f"sqlite:///{root / 'register.sqlite'}",
                "memory_limit": "2GB",
                "threads": 2,
            },
        )
        return cls(
            root=root,
            inbox=(root / settings["inbox"]).resolve(),
            ttp_outbox=(root / settings["ttp_outbox"]).resolve(),
            contracts=(root / settings["contracts"]).resolve(),
            database_url=settings["database_url"],
            memory_limit=settings["memory_limit"],
            threads=settings["threads"],
        )


def read_settings(path: Path, defaults: dict[str, Any]) -> dict[str, Any]:
    """A role's settings file laid over its defaults.

    Raises:
        SettingsError: when the file is missing, is no YAML, or has a key that is no setting.
    """
    if not path.is_file():
        raise SettingsError(
            f"There is no settings file {path.name}",
            where=str(path.parent),
            remedy="Write it after docs/reference/settings.md, or give another home with --home;"
            " `ocmo demo run` makes those of the demonstration.",
        )
    given = _read_yaml(path)
    unknown = sorted(set(given) - set(defaults), key=str)
    if unknown:
        raise SettingsError(
            f"'{unknown[0]}' is no setting", where=str(path), remedy=f"Known: {', '.join(sorted(defaults))}."
        )
    return {**defaults, **given}


def _read_yaml(path: Path) -> dict[Any, Any]:
    try:
        given = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise SettingsError(
            f"The settings cannot be read ({error.strerror})",
            where=str(path),
            remedy="See to it that the user who runs this role may read them.",
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        what, where = yaml_fault(error, str(path))
        raise SettingsError(
            f"The settings are no valid YAML: {what}",
            where=where,
            remedy="Check indentation, colons, quotes and dates there.",
        ) from None
    if not isinstance(given, dict | None):
        raise SettingsError(
            "The settings have no names",
            where=str(path),
            remedy="Write each on a line of its own, as `name: value`.",
        )
    return given or {}
