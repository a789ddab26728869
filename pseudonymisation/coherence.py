"""Whether an authentic manifest can be true: its names, counts and chunks, and the agreement it is under."""

from __future__ import annotations

import re

from pseudonymisation.agreement import Agreement
from pseudonymisation.errors import AgreementError, ManifestRefusedError
from pseudonymisation.identity import require_name
from pseudonymisation.manifest import IDENTIFIERS, TABLES, Manifest

_IN_LINE = "Both must bring their copies of the agreement in line; then {sender} must seal a new delivery."
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_AUDIT_HEAD = re.compile(r"([1-9][0-9]{0,11}:[0-9a-f]{64})?")


def is_table_name(name: str) -> bool:
    """Whether a text can name a table: it becomes part of a file name."""
    return _TABLE_NAME.fullmatch(name) is not None


def refuse_contradictions(manifest: Manifest) -> None:
    """Raise ManifestRefusedError when names cannot be, or chunks, rows and lists of blobs do not add up."""
    try:
        for field in ("supplier", "delivery", "period", "contract"):
            require_name(getattr(manifest, field), field)
        if manifest.replaces:
            require_name(manifest.replaces, "delivery id of the one replaced")
    except AgreementError as error:
        raise _refused(error.what, manifest) from None
    if manifest.replaces == manifest.delivery:
        raise _refused("It would replace itself", manifest)
    for table, rows in manifest.expected_rows.items():
        chunks = [blob for blob in manifest.blobs if blob.table == table]
        numbers = [(blob.chunk, blob.of) for blob in chunks]
        all_there = chunks and numbers == [(i, len(chunks)) for i in range(1, len(chunks) + 1)]
        if not is_table_name(table) or not all_there or sum(blob.rows for blob in chunks) != rows:
            raise _refused("Chunks or rows of a table do not add up", manifest)
    own = manifest.own_digests
    if not _AUDIT_HEAD.fullmatch(manifest.audit_head):
        raise _refused("The head of its audit log is none", manifest)
    listed = {IDENTIFIERS: manifest.identifier_blobs, TABLES: manifest.table_blobs}.get(manifest.kind, own)
    if listed != own or {blob.table for blob in manifest.blobs} != set(manifest.expected_rows):
        raise _refused("The lists of blobs contradict each other", manifest)


def refuse_other_agreement(manifest: Manifest, agreement: Agreement, *, any_epoch: bool = False) -> None:
    """Raise ManifestRefusedError when a manifest was made under other terms than these.

    With `any_epoch` it may be of an epoch and key version that the agreement had before, or has next.
    """
    for field in ("contract", "engine", "suite", *(() if any_epoch else ("epoch", "key_version"))):
        said, agreed = getattr(manifest, field), getattr(agreement, field)
        if said != agreed:
            raise ManifestRefusedError(
                f"The delivery is made for {field} {said}, the agreement says {agreed}",
                where=manifest.delivery,
                remedy=_no_party(manifest, agreement)
                if field == "contract"
                else _IN_LINE.format(sender=manifest.sender),
            )


def _no_party(manifest: Manifest, agreement: Agreement) -> str:
    return (
        f"{manifest.sender} delivers for {agreement.contract}, and is no party to {manifest.contract} here: "
        "it must seal a new delivery for its own contract."
    )


def _refused(what: str, manifest: Manifest) -> ManifestRefusedError:
    return ManifestRefusedError(
        what,
        where=manifest.delivery,
        remedy=f"{manifest.sender} must make it again with this version of the software.",
    )
