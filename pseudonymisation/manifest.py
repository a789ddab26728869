"""The manifests: what each half of a delivery, and the answers to it, say about themselves.

    A  identifiers      supplier -> TTP    persons, canary
    B  tables           supplier -> OCMO   rows and schema per table, the supplier's accounts
    C  map              TTP -> OCMO        the digest of A
    D  acknowledgement  OCMO -> TTP        the digests of A and C: it was opened, or will not be used

All list the digests of all blobs of both halves, so that neither can be swapped for another's. A
manifest's bytes are canonical JSON: what does not read back to the same bytes is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, ClassVar, Self

from pseudonymisation.encoding import PROTOCOL, lp
from pseudonymisation.errors import ManifestRefusedError
from pseudonymisation.identity import OCMO, SENDERS, SUPPLIER, TTP
from pseudonymisation.jsonfields import misfits

IDENTIFIERS, TABLES, MAP, ACKNOWLEDGEMENT = "identifiers", "tables", "map", "acknowledgement"
RESULTS = OPENED, NOT_USED = "opened", "not-used"
"""What the OCMO may say of a delivery that it is done with."""


@dataclass(frozen=True)
class Blob:
    """One sealed chunk: `chunk` (from 1) of `of` of a table, its rows, and SHA-256 of the sealed bytes."""

    table: str
    chunk: int
    of: int
    rows: int
    digest: str

    @property
    def name(self) -> str:
        """Its file name in the drop folder."""
        return f"{self.table}-{self.chunk:04d}.blob"


@dataclass(frozen=True)
class TableCount:
    """Rows of a table, the digest of the schema that the supplier means by it, and whether rows are persons'."""

    rows: int
    schema_digest: str
    is_personal: bool


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What all of them say. `delivered_on` is the business date; `persons` counts the rows of blob or map.

    `replaces` is the id of the delivery whose place this one takes; empty when it takes none's. `audit_head` is
    the head of the signer's audit log (see `audit`), with its line for this delivery; empty when it keeps none.
    """

    kind: ClassVar[str]
    signed_by: ClassVar[str] = SUPPLIER

    engine: str
    suite: str
    contract: str
    epoch: int
    key_version: int
    supplier: str
    delivery: str
    period: str
    replaces: str
    delivered_on: date
    persons: int
    blobs: tuple[Blob, ...]
    identifier_blobs: tuple[str, ...]
    table_blobs: tuple[str, ...]
    audit_head: str

    @property
    def sender(self) -> str:
        """The name of the role that must have signed it."""
        return self.supplier

    @property
    def expected_rows(self) -> dict[str, int]:
        """Rows by table, which the blobs must add up to."""
        return {self.kind: self.persons}

    @property
    def own_digests(self) -> tuple[str, ...]:
        """The digests of this folder's own blobs, in order."""
        return tuple(blob.digest for blob in self.blobs)

    @property
    def halves_digest(self) -> str:
        """SHA-256 over the digests of all blobs of both halves: by it every role's log knows the delivery."""
        listed = lp(IDENTIFIERS, *self.identifier_blobs, TABLES, *self.table_blobs)
        return hashlib.sha256(listed).hexdigest()

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes as sent."""
        return hashlib.sha256(self.encode()).hexdigest()

    def encode(self) -> bytes:
        """The bytes that are signed and sent."""
        raw = {"protocol": PROTOCOL, "kind": self.kind} | asdict(self)
        raw["delivered_on"] = self.delivered_on.isoformat()
        return (json.dumps(raw, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The manifest in these bytes.

        Raises:
            ManifestRefusedError: when they are another kind, malformed, or not canonical.
        """
        try:
            raw = json.loads(data)
            header = {"protocol": raw.pop("protocol"), "kind": raw.pop("kind")}
            wrong = misfits(cls, raw)
            manifest = None if wrong else cls(**cls._parsed(raw))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise cls._refused(f"This is no manifest of {cls.kind}") from None
        if header != {"protocol": PROTOCOL, "kind": cls.kind} or manifest is None:
            detail = f" (fields: {', '.join(wrong)})" if wrong else ""
            raise cls._refused(f"This is no manifest of {cls.kind}{detail}")
        if manifest.encode() != data:
            raise cls._refused("The manifest is not in canonical form")
        return manifest

    @classmethod
    def _refused(cls, what: str) -> ManifestRefusedError:
        remedy = f"{SENDERS[cls.signed_by]} must make it again with this version of the software."
        return ManifestRefusedError(what, remedy=remedy)

    @classmethod
    def _parsed(cls, raw: dict[str, Any]) -> dict[str, Any]:
        blobs = []
        for blob in raw["blobs"]:
            if misfits(Blob, blob):
                raise ValueError("malformed blob entry")
            blobs.append(Blob(**blob))
        return raw | {
            "delivered_on": date.fromisoformat(raw["delivered_on"]),
            "blobs": tuple(blobs),
            "identifier_blobs": tuple(str(digest) for digest in raw["identifier_blobs"]),
            "table_blobs": tuple(str(digest) for digest in raw["table_blobs"]),
        }


@dataclass(frozen=True, kw_only=True)
class IdentifiersManifest(Manifest):
    """Manifest A. `canary` shows whether all suppliers hash alike."""

    kind: ClassVar[str] = IDENTIFIERS

    canary: str


@dataclass(frozen=True, kw_only=True)
class TablesManifest(Manifest):
    """Manifest B. `accounts` are rows and cents as the supplier's intake counted them, untouched."""

    kind: ClassVar[str] = TABLES

    tables: Mapping[str, TableCount]
    accounts: Mapping[str, object]

    @property
    def expected_rows(self) -> dict[str, int]:
        """Rows by table, which the blobs must add up to."""
        return {name: count.rows for name, count in self.tables.items()}

    @property
    def schema_digests(self) -> dict[str, str]:
        """The schema digest of each table."""
        return {name: count.schema_digest for name, count in self.tables.items()}

    @classmethod
    def _parsed(cls, raw: dict[str, Any]) -> dict[str, Any]:
        tables = {}
        for name, count in raw["tables"].items():
            if misfits(TableCount, count):
                raise ValueError("malformed table entry")
            tables[name] = TableCount(**count)
        return super()._parsed(raw) | {"tables": tables, "accounts": dict(raw["accounts"])}


@dataclass(frozen=True, kw_only=True)
class MapManifest(Manifest):
    """Manifest C. `identifiers_digest` is the digest of the manifest A that it answers."""

    kind: ClassVar[str] = MAP
    signed_by: ClassVar[str] = TTP

    ttp: str
    identifiers_digest: str

    @property
    def sender(self) -> str:
        """The name of the role that must have signed it."""
        return self.ttp


@dataclass(frozen=True, kw_only=True)
class Acknowledgement(Manifest):
    """Manifest D: the OCMO is done with the delivery, so the TTP need not keep its identifiers. It has no blobs.

    `result` says whether it was opened, or cannot be used and will not be.
    """

    kind: ClassVar[str] = ACKNOWLEDGEMENT
    signed_by: ClassVar[str] = OCMO

    ocmo: str
    result: str
    identifiers_digest: str
    map_digest: str

    @property
    def sender(self) -> str:
        """The name of the role that must have signed it."""
        return self.ocmo

    @property
    def expected_rows(self) -> dict[str, int]:
        """None: nothing comes with it."""
        return {}

    @classmethod
    def _parsed(cls, raw: dict[str, Any]) -> dict[str, Any]:
        if raw["result"] not in RESULTS:
            raise ValueError("no such result")
        return super()._parsed(raw)


def shared_fields(manifest: Manifest) -> dict[str, Any]:
    """What A, B, C and D of one delivery say alike, apart from their own blobs, counts and logs."""
    own = {"blobs", "persons", "audit_head"}
    return {field.name: getattr(manifest, field.name) for field in fields(Manifest) if field.name not in own}
