"""What the audit logs say of a delivery: the same fields, whichever role writes."""

from __future__ import annotations

from collections.abc import Mapping

from pseudonymisation.audit import DONE, Entry
from pseudonymisation.manifest import Manifest


def entry_of(
    action: str,
    manifest: Manifest,
    *,
    counts: Mapping[str, int],
    digests: Mapping[str, str],
    heads: Mapping[str, str] | None = None,
    result: str = DONE,
) -> Entry:
    """An entry about the delivery of a manifest whose signature was verified."""
    return Entry(
        action=action,
        result=result,
        contract=manifest.contract,
        epoch=manifest.epoch,
        key_version=manifest.key_version,
        supplier=manifest.supplier,
        delivery=manifest.delivery,
        on=manifest.delivered_on.isoformat(),
        counts=counts,
        digests=digests,
        heads=heads or {},
    )


def heads_of(*manifests: Manifest) -> dict[str, str]:
    """The heads of the senders' logs as their manifests say, by sender; without those who keep none."""
    return {manifest.sender: manifest.audit_head for manifest in manifests if manifest.audit_head}
