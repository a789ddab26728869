"""What the TTP has processed: so that nothing is processed twice, and all suppliers hash alike.

One JSON file in the TTP's home, replaced as a whole. It holds ids, digests and canaries; no ticket, no
pseudonym.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pseudonymisation.dropfolder import exclusive, replace_file
from pseudonymisation.errors import (
    CanaryMismatchError,
    LiveDeliveryRefusedError,
    ManifestRefusedError,
    ReplayRefusedError,
)
from pseudonymisation.manifest import IdentifiersManifest


@dataclass(frozen=True)
class Seen:
    """One processed delivery. `manifest_digest` is the digest of its manifest A.

    Once it `is_acknowledged`, the OCMO is done with it, and its identifiers are removed.
    """

    contract: str
    epoch: int
    key_version: int
    supplier: str
    delivery: str
    period: str
    manifest_digest: str
    blobs: tuple[str, ...]
    canary: str
    replaces: str = ""
    is_acknowledged: bool = False

    @property
    def place(self) -> tuple[str, str, str]:
        """What one live delivery may fill."""
        return (self.contract, self.supplier, self.period)

    @classmethod
    def of(cls, manifest: IdentifiersManifest) -> Seen:
        """What is remembered of a manifest A."""
        return cls(
            contract=manifest.contract,
            epoch=manifest.epoch,
            key_version=manifest.key_version,
            supplier=manifest.supplier,
            delivery=manifest.delivery,
            period=manifest.period,
            manifest_digest=manifest.digest,
            blobs=manifest.identifier_blobs,
            canary=manifest.canary,
            replaces=manifest.replaces,
        )


class SeenStore:
    """The TTP's memory in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Only one process works with this store at a time; others wait."""
        with exclusive(self._path.with_name(self._path.name + ".lock")):
            yield

    def deliveries(self) -> list[Seen]:
        """All processed deliveries, oldest first.

        Raises:
            ManifestRefusedError: when the file cannot be read: without memory nothing may be processed.
        """
        if not self._path.exists():
            return []
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            return [Seen(**{**entry, "blobs": tuple(entry["blobs"])}) for entry in raw]
        except (ValueError, TypeError, KeyError):
            raise ManifestRefusedError(
                "The list of processed deliveries cannot be read",
                where=str(self._path),
                remedy="The TTP must restore it from its backup; do not start with an empty one.",
            ) from None

    def knows(self, manifest_digest: str) -> bool:
        """Whether the delivery with this manifest A was processed."""
        return any(seen.manifest_digest == manifest_digest for seen in self.deliveries())

    def refuse_repeat(self, manifest: IdentifiersManifest) -> None:
        """Raise unless this delivery may be processed now.

        Raises:
            ReplayRefusedError: its id, manifest or a blob was seen before.
            ManifestRefusedError: it would replace a delivery that is not its supplier's own for this period.
            LiveDeliveryRefusedError: the supplier has a live delivery for this period, and this one does
                not replace it: it names none, or another, such as one that was replaced already; or the live
                one has its place already.
            CanaryMismatchError: it hashes unlike an earlier delivery under the same key version.
        """
        new, known = Seen.of(manifest), self.deliveries()
        for old in known:
            self._refuse_replay(old, new)
            self._refuse_foreign_place(old, new)
            self._refuse_other_canary(old, new)
        self._refuse_second([old for old in known if old.place == new.place], new)

    def record(self, manifest: IdentifiersManifest) -> None:
        """Remember a delivery as processed; once it is on disk."""
        self._write([*self.deliveries(), Seen.of(manifest)])

    def acknowledge(self, manifest_digest: str) -> None:
        """Remember that the OCMO is done with the delivery with this manifest A."""
        self._write(
            [
                replace(seen, is_acknowledged=True) if seen.manifest_digest == manifest_digest else seen
                for seen in self.deliveries()
            ]
        )

    def acknowledged(self) -> set[str]:
        """The digests of the manifests A of all deliveries that the OCMO is done with."""
        return {seen.manifest_digest for seen in self.deliveries() if seen.is_acknowledged}

    def _write(self, deliveries: list[Seen]) -> None:
        entries = [asdict(seen) for seen in deliveries]
        replace_file(self._path, (json.dumps(entries, indent=1, sort_keys=True) + "\n").encode())

    @staticmethod
    def _refuse_replay(old: Seen, new: Seen) -> None:
        if old.delivery == new.delivery or set(old.blobs) & set(new.blobs):
            raise ReplayRefusedError(
                "A delivery with this id or these contents was processed before",
                where=new.delivery,
                remedy=f"{new.supplier} must seal a new delivery under a new id.",
            )

    @staticmethod
    def _refuse_second(chain: list[Seen], new: Seen) -> None:
        """`chain` is what was processed of the place: each took that of the one before it, the last is live."""
        if not chain or new.replaces == chain[-1].delivery:
            return
        live = chain[-1].delivery
        if any(old.replaces == new.delivery for old in chain):
            raise LiveDeliveryRefusedError(
                f"{live} already takes the place of this delivery for {new.period}",
                where=new.delivery,
                remedy=f"Nothing is missing when {new.supplier} meant so: {live} counts. Else it must seal a new "
                f"delivery that replaces {live}.",
            )
        raise LiveDeliveryRefusedError(
            f"{new.supplier} already has a live delivery for {new.period}: {live}",
            where=new.delivery,
            remedy=f"One delivery per supplier and period counts: seal it as one that replaces {live}.",
        )

    @staticmethod
    def _refuse_foreign_place(old: Seen, new: Seen) -> None:
        if new.replaces == old.delivery and new.place != old.place:
            raise ManifestRefusedError(
                f"It would replace {old.delivery}, which is another supplier's or of another contract or period",
                where=new.delivery,
                remedy=f"{new.supplier} must name its own earlier delivery for {new.period}, or none.",
            )

    @staticmethod
    def _refuse_other_canary(old: Seen, new: Seen) -> None:
        if (old.contract, old.key_version) == (new.contract, new.key_version) and old.canary != new.canary:
            raise CanaryMismatchError(
                f"{new.supplier} does not hash with the same shared secret as {old.supplier} "
                f"(key version {new.key_version}), so that nobody of theirs would link",
                where=new.delivery,
                remedy="The suppliers must exchange the shared secret again; then seal a new delivery.",
            )
