"""A supplier, the TTP and the OCMO under three user ids: homes closed to one another, drop folders between them.

drop/ttp    the TTP's: everybody may put something there, and only the TTP may read what others put
drop/ocmo   the OCMO's, likewise
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipeline.home import STATE_VARIABLE
from pseudonymisation.agreement import Agreement
from pseudonymisation.identity import PublicIdentity
from tests.e2e.readable_python import ReadablePython
from tests.unit.sealing_world import HEADER, MAPPINGS, synthetic_numbers

CONTRACT, DELIVERY, PERSONS = "maasoever", "one-2025", 60
USERS = {"one": 61_001, "ttp": 61_002, "ocmo": 61_003}
"""Ids of users that exist nowhere else; each role's group has the same number."""
ROLES = {"one": "supplier", "ttp": "ttp", "ocmo": "ocmo"}
PRIVATE, DROP = 0o700, 0o3773
"""Of a drop folder: what is put there belongs to its owner's group, who may read and remove it; others see nothing."""


@dataclass(frozen=True)
class Ended:
    """How a role's process ended."""

    exit_code: int
    said: str
    complained: str


@dataclass(frozen=True)
class ThreeUsers:
    """Where all of it lies, and how a process of each user is started."""

    root: Path
    python: ReadablePython

    @classmethod
    def make(cls) -> ThreeUsers:
        """Homes, rings made by each role itself, the agreement handed out; nothing is sealed yet."""
        root = Path(tempfile.mkdtemp(prefix="three-users-"))
        root.chmod(0o755)
        world = cls(root, ReadablePython.under(root))
        for name, user in USERS.items():
            world._folder(world.home(name), user, PRIVATE)
            if name != "one":
                world._folder(root / "drop" / name, user, DROP)
        world._folder(root / "identities", 0, 0o1777)
        world._make_rings()
        world._agree()
        world._settings()
        return world

    def home(self, name: str) -> Path:
        """A role's home."""
        return self.root / "homes" / name

    def run(self, name: str, *arguments: str, umask: int = 0o007) -> Ended:
        """Run `ocmo ARGUMENTS` as a role's own user."""
        return self.python_as(name, "-m", "pipeline.cli", *arguments, umask=umask)

    def python_as(self, name: str, *arguments: str, umask: int = 0o007, given: str = "") -> Ended:
        """Run Python as a role's own user, in its home; `given` goes to its standard input."""
        ended = subprocess.run(
            [str(self.python.executable), *arguments],
            user=USERS[name],
            group=USERS[name],
            extra_groups=[],
            umask=umask,
            cwd=self.home(name),
            env={
                **self.python.environment,
                "HOME": str(self.home(name)),
                STATE_VARIABLE: str(self.root / "homes"),
            },
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def done(self, name: str, *arguments: str, umask: int = 0o007) -> str:
        """The same, for what must succeed: what it said."""
        ended = self.run(name, *arguments, umask=umask)
        assert ended.exit_code == 0, f"{name}: {' '.join(arguments[:2])}: {ended.complained}"
        return ended.said

    def _folder(self, path: Path, user: int, mode: int) -> None:
        path.mkdir(parents=True)
        os.chown(path, user, user)
        path.chmod(mode)

    def _give(self, path: Path, name: str, text: str) -> None:
        """A file in a role's home, as its own."""
        if not path.parent.exists():
            self._folder(path.parent, USERS[name], PRIVATE)
        path.write_text(text, encoding="utf-8")
        os.chown(path, USERS[name], USERS[name])
        path.chmod(0o600)

    def _make_rings(self) -> None:
        for name, role in ROLES.items():
            public = str(self.root / "identities" / f"{name}.json")
            self.done(
                name,
                "keys",
                "create",
                "keys",
                "--role",
                role,
                "--name",
                name,
                "--identity",
                public,
                umask=0o022,
            )
        self.done("one", "keys", "make-secret", "keys")
        self.done("ttp", "keys", "make-epoch", "keys", "--contract", CONTRACT, "--epoch", "1")

    def _agree(self) -> None:
        public = {
            name: PublicIdentity.from_json(
                json.loads((self.root / "identities" / f"{name}.json").read_text())
            )
            for name in USERS
        }
        Agreement(
            contract=CONTRACT,
            epoch=1,
            key_version=1,
            ttp=public["ttp"],
            ocmo=public["ocmo"],
            suppliers=(public["one"],),
            minimum_persons=10,
            maximum_persons=1_000,
            allow_test_numbers=True,
        ).write(self.root / "agreement.json")
        text = (self.root / "agreement.json").read_text()
        self._give(self.home("one") / "agreement.json", "one", text)
        for name in ("ttp", "ocmo"):
            self._give(self.home(name) / "agreements" / f"{CONTRACT}.json", name, text)

    def _settings(self) -> None:
        """What each role is set to, and the supplier's file."""
        drop = self.root / "drop"
        self._give(
            self.home("ttp") / "ttp.json",
            "ttp",
            json.dumps({"inbox": str(drop / "ttp"), "outbox": str(drop / "ocmo")}),
        )
        ocmo = {"inbox": str(drop / "ocmo"), "ttp_outbox": str(drop / "ttp")}
        self._give(self.home("ocmo") / "ocmo.yaml", "ocmo", yaml.safe_dump(ocmo))
        mapping = (MAPPINGS / "insured.yaml").read_text()
        self._give(self.home("one") / "insured.yaml", "one", mapping)
        rows = [f"{n};9991;01-02-1960;V;5311 AB;01-01-2025;;;" for n in synthetic_numbers(PERSONS)]
        self._give(self.home("one") / "register.csv", "one", "\n".join([HEADER, *rows, ""]))
        planned = {
            "delivery_id": DELIVERY,
            "period": "2025",
            "delivered_on": "2026-01-31",
            "files": [{"path": "register.csv", "mapping": "insured.yaml"}],
        }
        supplier = {
            "name": "one",
            "ttp_outbox": str(drop / "ttp"),
            "ocmo_outbox": str(drop / "ocmo"),
            "deliveries": [planned],
        }
        self._give(self.home("one") / "supplier.yaml", "one", yaml.safe_dump(supplier))
