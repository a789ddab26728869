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
from pipeline.cli.supplier.judging import judge_bsn, require_possible_bsns
from pipeline.cli.supplier.planning import PlannedDelivery, SupplierHome
from pipeline.cli.supplier.receipts import (
    Receipt,
    kept_back_before,
    receipt_path,
    require_replaceable,
    require_same_files,
    sealed_from,
)
from pipeline.errors import SettingsError
from pipeline.intake.check import CheckedDelivery, FileToCheck, check_delivery
from pipeline.intake.columns.references import key_references
from pipeline.intake.delivery_accounts import accounts, kept_back
from pipeline.intake.files.workspace import Workspace
from pipeline.intake.mend import DeliveryResult, write_mend_list
from pipeline.intake.rules.period_rules import Window, require_period
from pseudonymisation.agreement import REFUSE, Agreement
from pseudonymisation.audit import AuditLog
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
        FileRefusedError: when a file cannot be used, has no acceptable row, holds a failing BSN and the contract
            refuses such, or the rows are mostly about another period.
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
    with Workspace(home.root / "work") as workspace:
        checked = _check(home, planned, agreement, workspace)
        before = kept_back_before(home.root, planned, agreement)
        counted = accounts(checked.files, ring.reference_mac, before)
        kept = kept_back(checked.files, ring.reference_mac, before)
        sealed = _seal(home, planned, agreement, ring, checked, counted)
        window = Window.of(planned.period, planned.delivered_on)
        _keep_rejected(
            home.root / "rejected", planned.delivery_id, DeliveryResult(checked.files, window=window)
        )
    return Receipt(
        contract=agreement.contract,
        epoch=agreement.epoch,
        period=planned.period,
        persons=sealed.persons,
        accounts=counted,
        files=[file.sha256 for file in checked.files],
        replaces=planned.replaces,
        kept_back=list(kept.lines),
        accepted_after_all=list(kept.accepted_after_all),
    )


def _check(
    home: SupplierHome, planned: PlannedDelivery, agreement: Agreement, workspace: Workspace
) -> CheckedDelivery:
    checked = check_delivery(
        [FileToCheck(file.path, file.mapping, file.rows) for file in planned.files],
        judge_bsn=judge_bsn(allow_test_numbers=agreement.allow_test_numbers),
        workspace=workspace,
        period=planned.period,
        delivered_on=planned.delivered_on,
        layout_folders=home.layout_folders,
        allow_test_messages=agreement.allow_test_numbers,
    )
    _require_persons(planned, checked)
    require_period(
        [(file.name, file.periods) for file in checked.files], planned.period, home.outside_period_share
    )
    if agreement.bsn_policy == REFUSE:
        require_possible_bsns(checked.files)
    for file in checked.files:
        file.require_something_acceptable()
    return checked


def _seal(
    home: SupplierHome,
    planned: PlannedDelivery,
    agreement: Agreement,
    ring: KeyRing,
    checked: CheckedDelivery,
    counted: dict[str, Any],
) -> SealReceipt:
    tables = {
        name: key_references(canonical_table(name), rows, ring.reference_mac)
        for name, rows in checked.tables.items()
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
        schema_digests={name: canonical_table(name).schema_digest for name in tables},
        accounts=counted,
        ttp_outbox=home.ttp_outbox,
        ocmo_outbox=home.ocmo_outbox,
        impersonal=[name for name in tables if not canonical_table(name).is_personal],
        audit=AuditLog.of_home(home.root, ring.identity),
    )


def _keep_rejected(folder: Path, delivery_id: str, checked: DeliveryResult) -> None:
    """Every finding with file, line, field and reason, and the list to mend; never what the field held."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = pl.concat([file.told for file in checked.checked]).drop("file_number").collect()
    replace_file(folder / f"{delivery_id}.csv", rows.write_csv().encode("utf-8"))
    unfinished = folder / f".{delivery_id}.part.xlsx"
    write_mend_list(unfinished, checked)
    unfinished.replace(folder / f"{delivery_id}.xlsx")


def _require_persons(planned: PlannedDelivery, checked: CheckedDelivery) -> None:
    names = list(checked.tables)
    if not any(canonical_table(name).is_personal for name in names):
        raise SettingsError(
            f"Delivery {planned.delivery_id} has no table about persons ({', '.join(names) or 'no file at all'})",
            where="supplier.yaml",
            remedy="Plan these files in one delivery with those that are about persons.",
        )
