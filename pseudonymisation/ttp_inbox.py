"""A round of the TTP: every delivery in its inbox that it has not processed or refused before.

One bad delivery is refused and remembered; the others go on. What is refused is tried again only when
its folder has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from pseudonymisation.agreements import read_under
from pseudonymisation.dropfolder import arrived, part_of, write_file
from pseudonymisation.errors import AgreementError, PseudonymisationError
from pseudonymisation.keys import KeyRing
from pseudonymisation.manifest import IdentifiersManifest
from pseudonymisation.seen import SeenStore
from pseudonymisation.signing import MANIFEST_FILE, read_signed
from pseudonymisation.ttp import process

MAPPED, REFUSED = "mapped", "refused"
HOME_VARIABLE = "OCMO_TTP_HOME"


@dataclass(frozen=True)
class TtpHome:
    """The TTP's own folder: `keys/`, `agreements/`, what it has seen; and its drop folders."""

    root: Path
    inbox: Path
    outbox: Path

    @classmethod
    def open(cls, root: Path | None = None) -> TtpHome:
        """Read the home's `ttp.json`: `inbox` and `outbox`, relative to the home.

        The home is the one given, or that in the environment variable `OCMO_TTP_HOME`.

        Raises:
            AgreementError: when the settings are missing or are not these two.
        """
        root = root or Path(os.environ.get(HOME_VARIABLE, "."))
        try:
            settings = json.loads((root / "ttp.json").read_text(encoding="utf-8"))
            inbox, outbox = root / settings["inbox"], root / settings["outbox"]
        except (OSError, ValueError, KeyError, TypeError):
            raise AgreementError(
                "The TTP's settings cannot be read",
                where=str(root / "ttp.json"),
                remedy='Write them as {"inbox": "<folder>", "outbox": "<folder>"}.',
            ) from None
        return cls(root.resolve(), inbox.resolve(), outbox.resolve())


@dataclass(frozen=True)
class TtpOutcome:
    """What became of one delivery: `mapped` or `refused`, with the reason."""

    delivery: str
    outcome: str
    persons: int = 0
    reason: str = ""


def process_inbox(home: TtpHome) -> list[TtpOutcome]:
    """Process what is new in the inbox, in the order of the folders' names."""
    ring, seen = KeyRing.open(home.root / "keys"), SeenStore(home.root / "seen.json")
    refused = _refused_before(home)
    done = {entry.manifest_digest for entry in seen.deliveries()}
    outcomes = []
    for folder in arrived(home.inbox):
        contents = _contents_digest(folder)
        if refused.get(folder.name) == contents or _is_mapped(home, folder, done):
            continue
        outcome = _process_one(home, folder, ring, seen)
        if outcome.outcome == REFUSED:
            refused[folder.name] = contents
            _remember_refused(home, refused)
        outcomes.append(outcome)
    return outcomes


def _process_one(home: TtpHome, folder: Path, ring: KeyRing, seen: SeenStore) -> TtpOutcome:
    try:
        agreement, _ = read_under(
            home.root / "agreements",
            lambda agreed: read_signed(
                folder, IdentifiersManifest, agreement=agreed, signers=agreed.suppliers
            ),
        )
        receipt = process(folder, agreement=agreement, ring=ring, seen=seen, outbox=home.outbox)
    except PseudonymisationError as error:
        return TtpOutcome(folder.name, REFUSED, reason=str(error))
    return TtpOutcome(receipt.delivery_id, MAPPED, persons=receipt.persons)


def _is_mapped(home: TtpHome, folder: Path, done: set[str]) -> bool:
    """Whether this very delivery was processed, and not broken off before its map appeared."""
    manifest = folder / MANIFEST_FILE
    if not manifest.is_file() or part_of(home.outbox / f"{folder.name}.map").exists():
        return False
    return hashlib.sha256(manifest.read_bytes()).hexdigest() in done


def _contents_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _refused_before(home: TtpHome) -> dict[str, str]:
    path = home.root / "refused.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _remember_refused(home: TtpHome, refused: dict[str, str]) -> None:
    part = home.root / "refused.json.part"
    write_file(part, (json.dumps(refused, indent=1, sort_keys=True) + "\n").encode())
    part.replace(home.root / "refused.json")
