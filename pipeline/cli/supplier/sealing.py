"""From files at a supplier to a sealed delivery: the glue between intake and pseudonymisation.

Only the supplier runs this. What was sealed is remembered in the home, so that sealing again finds
nothing to do; rejected rows stay here, each with its reason, and only their numbers leave. A delivery that
cannot be sealed leaves neither receipt nor rejected rows: `ocmo supplier check` shows what to mend.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.cli.supplier.judging import judge_bsn
from pipeline.cli.supplier.planning import PlannedDelivery, SupplierHome
from pipeline.cli.supplier.receipts import (
    Receipt,
    receipt_path,
    require_replaceable,
    require_same_files,
    sealed_from,
)
from pipeline.errors import FileRefusedError, SettingsError
from pipeline.intake.check import CheckedFile, accounts, check_file
from pipeline.intake.period_rules import require_period
from pipeline.intake.references import key_references
from pseudonymisation.agreement import REFUSE, Agreement
from pseudonymisation.dropfolder import exclusive, lock_of, replace_file
from pseudonymisation.identity import require_name
from pseudonymisation.keys import KeyRing
from pseudonymisation.supplier import Delivery, SealReceipt, seal

SEALED, SEALED_BEFORE, REPEATED = "sealed", "sealed before", "repeated"


@dataclass(frozen=True)
class SealedDelivery:
    """What became of a planned delivery: sealed, sealed before, or repeated.

    Repeated is a delivery of the same files as an earlier one, `earlier`, whose persons and accounts it has;
    nothing leaves for it.
    """

    delivery_id: str
    outcome: str
    persons: int
    accounts: dict[str, Any]
    earlier: str = ""

    @property
    def is_new(self) -> bool:
        """True when this call sealed it."""
        return self.outcome == SEALED


def seal_planned(home: SupplierHome, planned: PlannedDelivery) -> SealedDelivery:
    """Check the delivery's files, seal what is accepted for the TTP and the OCMO, and keep the rejected rows.

    The receipt is written last. Who is killed before seals again, and finds the delivery as it was sealed. The
    same files as those of an earlier delivery for the period are not sealed again, unless the new one `replaces` one.

    Raises:
        FileRefusedError: when a file cannot be used, holds a failing BSN and the contract refuses such, or the
            rows are mostly about another period.
        SettingsError: when it was sealed before from other files, replaces what was not sealed from here, or
            has no table that is about persons.
        PseudonymisationError: when it cannot be sealed.
    """
    require_name(planned.delivery_id, "delivery id")
    require_name(planned.period, "period")
    agreement = Agreement.load(home.root / "agreement.json")
    path = receipt_path(home.root, planned.delivery_id)
    with exclusive(lock_of(path)):
        if path.exists():
            receipt = Receipt.read(path)
            require_same_files(planned, receipt)
            return SealedDelivery(planned.delivery_id, SEALED_BEFORE, receipt.persons, receipt.accounts)
        if planned.replaces:
            require_replaceable(home.root, planned, agreement)
        elif twin := sealed_from(home.root, planned, agreement):
            earlier, receipt = twin
            return SealedDelivery(
                planned.delivery_id, REPEATED, receipt.persons, receipt.accounts, earlier=earlier
            )
        receipt = _check_and_seal(home, planned, agreement)
        receipt.write(path)
    return SealedDelivery(planned.delivery_id, SEALED, receipt.persons, receipt.accounts)


def _check_and_seal(home: SupplierHome, planned: PlannedDelivery, agreement: Agreement) -> Receipt:
    ring = KeyRing.open(home.root / "keys")
    checked = _check(home, planned, agreement)
    counted = accounts(checked, ring.reference_mac)
    sealed = _seal(home, planned, agreement, ring, checked, counted)
    _keep_rejected(home.root / "rejected" / f"{planned.delivery_id}.csv", checked)
    return Receipt(
        contract=agreement.contract,
        epoch=agreement.epoch,
        period=planned.period,
        persons=sealed.persons,
        accounts=counted,
        files=[file.sha256 for file in checked],
    )


def _check(home: SupplierHome, planned: PlannedDelivery, agreement: Agreement) -> list[CheckedFile]:
    judge = judge_bsn(allow_test_numbers=agreement.allow_test_numbers)
    checked = [
        check_file(
            file.path,
            judge_bsn=judge,
            period=planned.period,
            delivered_on=planned.delivered_on,
            mapping=file.mapping,
            layout_folders=home.layout_folders,
        )
        for file in planned.files
    ]
    _require_persons(planned, checked)
    require_period([(file.name, file.periods) for file in checked], planned.period, home.outside_period_share)
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
            delivery_id=planned.delivery_id,
            supplier=home.name,
            contract=agreement.contract,
            period=planned.period,
            delivered_on=planned.delivered_on,
            replaces=planned.replaces,
        ),
        tables=tables,
        schema_digests={name: canonical_table(name).schema_digest for name in names},
        accounts=counted,
        ttp_outbox=home.ttp_outbox,
        ocmo_outbox=home.ocmo_outbox,
        impersonal=[name for name in names if not canonical_table(name).is_personal],
    )


def _keep_rejected(path: Path, checked: list[CheckedFile]) -> None:
    """Every rejected row with file, line, field and reason; never what the field held."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rejected = pl.concat([file.rejected for file in checked])
    replace_file(path, rejected.write_csv().encode("utf-8"))


def _require_persons(planned: PlannedDelivery, checked: list[CheckedFile]) -> None:
    names = sorted({name for file in checked for name in file.tables})
    if not any(canonical_table(name).is_personal for name in names):
        raise SettingsError(
            f"Delivery {planned.delivery_id} has no table about persons ({', '.join(names) or 'no file at all'})",
            where="supplier.yaml",
            remedy="Plan these files in one delivery with those that are about persons.",
        )


def _apply_bsn_policy(agreement: Agreement, checked: list[CheckedFile]) -> None:
    failing = sum(
        account.rejected_by_rule.get("bsn", 0) for file in checked for account in file.accounts.values()
    )
    if failing and agreement.bsn_policy == REFUSE:
        raise FileRefusedError(
            f"{failing} rows have a BSN that cannot be one, and the contract refuses such a delivery",
            remedy="`ocmo supplier check` lists file and line of each; mend them and seal again.",
        )
