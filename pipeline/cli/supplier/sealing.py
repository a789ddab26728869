"""From files at a supplier to a sealed delivery: the glue between intake and pseudonymisation.

Only the supplier runs this. What was sealed is remembered in the home, so that sealing again finds
nothing to do; rejected rows stay here, each with its reason, and only their numbers leave. A delivery that
cannot be sealed leaves neither receipt nor rejected rows: `ocmo supplier check` shows what to mend.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.cli.supplier.planning import PlannedDelivery, SupplierHome
from pipeline.errors import FileRefusedError, SettingsError
from pipeline.intake.check import CheckedFile, accounts, check_file
from pipeline.intake.references import key_references
from pseudonymisation import bsn
from pseudonymisation.agreement import REFUSE, Agreement
from pseudonymisation.dropfolder import exclusive, lock_of, replace_file
from pseudonymisation.identity import require_name
from pseudonymisation.keys import KeyRing
from pseudonymisation.supplier import Delivery, SealReceipt, seal

BSN_REASONS = {
    "empty": "it is empty",
    "not_digits": "it has other characters than digits",
    "wrong_length": "it has not eight or nine digits",
    "eleven_test": "it fails the eleven test",
    "dummy_number": "it is a dummy number",
    "test_number": "it is a test number",
}
"""What the pseudonymisation package says of a number, for the person who has to mend it."""

Judge = Callable[[pl.Series], pl.DataFrame]


@dataclass(frozen=True)
class SealedDelivery:
    """What became of a planned delivery. `is_new` is false when it had been sealed before."""

    delivery_id: str
    is_new: bool
    persons: int
    accounts: dict[str, Any]


def judge_bsn(*, allow_test_numbers: bool) -> Judge:
    """How numbers are judged: normalised number and reason in words, under one policy on test numbers."""

    def judge(numbers: pl.Series) -> pl.DataFrame:
        judged = bsn.judge(numbers, allow_test_numbers=allow_test_numbers)
        return judged.with_columns(pl.col("reason").replace(BSN_REASONS))

    return judge


def seal_planned(home: SupplierHome, planned: PlannedDelivery) -> SealedDelivery:
    """Check the delivery's files, seal what is accepted for the TTP and the OCMO, and keep the rejected rows.

    The receipt is written last. Who is killed before seals again, and finds the delivery as it was sealed.

    Raises:
        FileRefusedError: when a file cannot be used, or holds a failing BSN and the contract refuses such.
        SettingsError: when it was sealed before, from other files.
        PseudonymisationError: when it cannot be sealed.
    """
    require_name(planned.delivery_id, "delivery id")
    require_name(planned.period, "period")
    agreement = Agreement.load(home.root / "agreement.json")
    receipt = home.root / "sealed" / f"{planned.delivery_id}.json"
    with exclusive(lock_of(receipt)):
        if receipt.exists():
            earlier = json.loads(receipt.read_text(encoding="utf-8"))
            _require_same_sources(planned, earlier)
            return SealedDelivery(planned.delivery_id, False, earlier["persons"], earlier["accounts"])
        ring = KeyRing.open(home.root / "keys")
        checked = _check(planned, agreement)
        counted = accounts(checked, ring.reference_mac)
        persons = _seal(home, planned, agreement, ring, checked, counted).persons
        _keep_rejected(home.root / "rejected" / f"{planned.delivery_id}.csv", checked)
        # The files' own digests stay here: the accounts, which leave, name them by keyed references.
        sources = [file.sha256 for file in checked]
        _write_json(receipt, {"persons": persons, "accounts": counted, "files": sources})
    return SealedDelivery(planned.delivery_id, True, persons, counted)


def _check(planned: PlannedDelivery, agreement: Agreement) -> list[CheckedFile]:
    judge = judge_bsn(allow_test_numbers=agreement.allow_test_numbers)
    checked = [
        check_file(file.path, judge_bsn=judge, period=planned.period, mapping=file.mapping)
        for file in planned.files
    ]
    _apply_bsn_policy(agreement, checked)
    return checked


def _seal(
    home: SupplierHome,
    planned: PlannedDelivery,
    agreement: Agreement,
    ring: KeyRing,
    checked: list[CheckedFile],
    counted: dict[str, Any],
) -> SealReceipt:
    names = sorted({name for file in checked for name in file.tables})
    tables = {
        name: key_references(
            canonical_table(name),
            pl.concat([file.tables[name] for file in checked if name in file.tables]),
            ring.reference_mac,
        )
        for name in names
    }
    for outbox in (home.ttp_outbox, home.ocmo_outbox):
        outbox.mkdir(parents=True, exist_ok=True)
    return seal(
        agreement=agreement,
        ring=ring,
        delivery=Delivery(
            planned.delivery_id, home.name, agreement.contract, planned.period, planned.delivered_on
        ),
        tables=tables,
        schema_digests={name: canonical_table(name).schema_digest for name in names},
        accounts=counted,
        ttp_outbox=home.ttp_outbox,
        ocmo_outbox=home.ocmo_outbox,
    )


def _keep_rejected(path: Path, checked: list[CheckedFile]) -> None:
    """Every rejected row with file, line, field and reason; never what the field held."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rejected = pl.concat([file.rejected for file in checked])
    replace_file(path, rejected.write_csv().encode("utf-8"))


def _apply_bsn_policy(agreement: Agreement, checked: list[CheckedFile]) -> None:
    failing = sum(
        account.rejected_by_rule.get("bsn", 0) for file in checked for account in file.accounts.values()
    )
    if failing and agreement.bsn_policy == REFUSE:
        raise FileRefusedError(
            f"{failing} rows have a BSN that cannot be one, and the contract refuses such a delivery",
            remedy="`ocmo supplier check` lists file and line of each; mend them and seal again.",
        )


def _digests(planned: PlannedDelivery) -> list[str]:
    try:
        return [hashlib.sha256(file.path.read_bytes()).hexdigest() for file in planned.files]
    except OSError as error:
        raise FileRefusedError(
            f"A file of delivery {planned.delivery_id} cannot be read ({error.strerror})",
            where=Path(str(error.filename)).name,
            remedy="Put it back, or take the delivery out of supplier.yaml; what was sealed stays sealed.",
        ) from error


def _require_same_sources(planned: PlannedDelivery, earlier: dict[str, Any]) -> None:
    if earlier["files"] != _digests(planned):
        raise SettingsError(
            f"Delivery {planned.delivery_id} was sealed from other files than there are now",
            remedy="Plan a delivery with a new id for the new files, and tell the TTP and the OCMO.",
        )


def _write_json(path: Path, content: dict[str, Any]) -> None:
    replace_file(path, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode("utf-8"))
