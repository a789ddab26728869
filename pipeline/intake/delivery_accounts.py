"""What a supplier signs about checked files, and what it keeps for the accounts of later deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.intake.accounts import TableAccount
from pipeline.intake.checked_file import CLAIMS, CheckedFile
from pipeline.intake.columns.references import Mac, file_reference
from pipeline.intake.granted import granted_less_delivered
from pipeline.intake.kept_back import KeptBack, credits_of_rejected, known_before, left_for_later


def accounts(
    checked: Sequence[CheckedFile], mac: Mac, kept_back_before: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """Rows and cents by canonical table over all files, for the signed manifest: JSON-able.

    Of each file only its standard, its version and its reference under the supplier's own key (`mac`): no
    name, no digest and no counts, by which somebody could recognise it. `kept_back_before` are references, under
    that key, of claims that earlier deliveries kept back.
    """
    files: dict[str, list[dict[str, str]]] = {}
    sums: dict[str, TableAccount] = {}
    for file in checked:
        said = {"standard": file.standard, "version": file.version}
        said["file_ref"] = file_reference(file.sha256, mac)
        for name, figures in file.accounts.items():
            sums[name] = sums.get(name, TableAccount()) + figures
            files.setdefault(name, []).append(said)
    told = {name: {**asdict(sums[name].require_closed(name)), "files": files[name]} for name in sorted(sums)}
    if CLAIMS in told:
        accepted = pl.concat([file.tables[CLAIMS] for file in checked if CLAIMS in file.tables])
        told[CLAIMS]["credits_of_rejected"] = credits_of_rejected(
            accepted,
            [*(file.kept_back for file in checked), known_before(accepted, kept_back_before, mac)],
        )
        told[CLAIMS]["awarded_less_declared_cents"] = granted_less_delivered(
            accepted, canonical_table(CLAIMS)
        )
    return told


def kept_back(checked: Sequence[CheckedFile], mac: Mac, before: Collection[str] = ()) -> KeptBack:
    """What these files leave for the accounts of later deliveries; see `left_for_later`."""
    claims = [file.tables[CLAIMS] for file in checked if CLAIMS in file.tables]
    if not claims:
        return KeptBack((), ())
    return left_for_later(pl.concat(claims), [file.kept_back for file in checked], before, mac)
