"""From files at a supplier to a sealed delivery: the glue between intake and pseudonymisation.

Only the supplier runs this. What was sealed is remembered in the home, so that sealing again finds
nothing to do; rejected rows stay here, each with its reason, and only their numbers leave.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.errors import FileRefusedError, SettingsError
from pipeline.home import read_settings
from pipeline.intake.check import CheckedFile, accounts, check_file
from pipeline.intake.references import key_references
from pseudonymisation import bsn
from pseudonymisation.agreement import REFUSE, Agreement
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
class SourceSpec:
    """A file to deliver, and the mapping that reads it when it is a table."""

    path: Path
    mapping: Path | None = None


@dataclass(frozen=True)
class PlannedDelivery:
    """A delivery as the supplier plans it: which files, over which period, delivered when."""

    delivery_id: str
    period: str
    delivered_on: dt.date
    files: tuple[SourceSpec, ...]


@dataclass(frozen=True)
class SealedDelivery:
    """What became of a planned delivery. `is_new` is false when it had been sealed before."""

    delivery_id: str
    is_new: bool
    persons: int
    accounts: dict[str, Any]


@dataclass(frozen=True)
class SupplierHome:
    """A supplier's own folder: `supplier.yaml`, `keys/`, `agreement.json`, `sealed/`, `rejected/`."""

    root: Path
    name: str
    ttp_outbox: Path
    ocmo_outbox: Path
    planned: tuple[PlannedDelivery, ...]

    @classmethod
    def open(cls, root: Path) -> SupplierHome:
        """Read the home's `supplier.yaml`; relative paths in it are relative to the home.

        Raises:
            SettingsError: when it is missing, or has a key that is no setting.
        """
        root = root.resolve()
        settings = read_settings(
            root / "supplier.yaml",
            {"name": root.name, "ttp_outbox": "drop/ttp", "ocmo_outbox": "drop/ocmo", "deliveries": []},
        )
        return cls(
            root=root,
            name=settings["name"],
            ttp_outbox=(root / settings["ttp_outbox"]).resolve(),
            ocmo_outbox=(root / settings["ocmo_outbox"]).resolve(),
            planned=_all_planned(root, settings["deliveries"]),
        )


def _all_planned(root: Path, raw: object) -> tuple[PlannedDelivery, ...]:
    if not isinstance(raw, list):
        raise SettingsError(
            "'deliveries' is no list",
            where=str(root / "supplier.yaml"),
            remedy="Write each delivery under it, beginning with a dash.",
        )
    return tuple(_planned(root, one) for one in raw)


def _planned(root: Path, raw: dict[str, Any]) -> PlannedDelivery:
    try:
        files = tuple(
            SourceSpec(root / file["path"], root / file["mapping"] if file.get("mapping") else None)
            for file in raw["files"]
        )
        return PlannedDelivery(
            raw["delivery_id"], str(raw["period"]), dt.date.fromisoformat(str(raw["delivered_on"])), files
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            f"A planned delivery is incomplete ({error})",
            where=str(root / "supplier.yaml"),
            remedy="Give each delivery_id, period, delivered_on and files (path, and mapping for a table).",
        ) from error


def judge_bsn(*, allow_test_numbers: bool) -> Judge:
    """How numbers are judged: normalised number and reason in words, under one policy on test numbers."""

    def judge(numbers: pl.Series) -> pl.DataFrame:
        judged = bsn.judge(numbers, allow_test_numbers=allow_test_numbers)
        return judged.with_columns(pl.col("reason").replace(BSN_REASONS))

    return judge


def seal_planned(home: SupplierHome, planned: PlannedDelivery) -> SealedDelivery:
    """Check the delivery's files, keep the rejected rows, and seal the rest for the TTP and the OCMO.

    Raises:
        FileRefusedError: when a file cannot be used, or holds a failing BSN and the contract refuses such.
        PseudonymisationError: when it cannot be sealed.
    """
    agreement = Agreement.load(home.root / "agreement.json")
    receipt_path = home.root / "sealed" / f"{planned.delivery_id}.json"
    judge = judge_bsn(allow_test_numbers=agreement.allow_test_numbers)
    if receipt_path.exists():
        earlier = json.loads(receipt_path.read_text(encoding="utf-8"))
        _require_same_sources(planned, earlier)
        return SealedDelivery(planned.delivery_id, False, earlier["persons"], earlier["accounts"])
    checked = [
        check_file(file.path, judge_bsn=judge, period=planned.period, mapping=file.mapping)
        for file in planned.files
    ]
    _apply_bsn_policy(agreement, checked)
    write_rejected(home.root / "rejected" / f"{planned.delivery_id}.csv", checked)
    counted = accounts(checked)
    receipt = _seal(home, planned, agreement, checked, counted)
    _write_json(receipt_path, {"persons": receipt.persons, "accounts": counted, "files": _digests(planned)})
    return SealedDelivery(planned.delivery_id, True, receipt.persons, counted)


def write_rejected(path: Path, checked: list[CheckedFile]) -> None:
    """Every rejected row with file, line, field and reason; never what the field held."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    pl.concat([file.rejected for file in checked]).write_csv(part)
    part.replace(path)


def _seal(
    home: SupplierHome,
    planned: PlannedDelivery,
    agreement: Agreement,
    checked: list[CheckedFile],
    counted: dict[str, Any],
) -> SealReceipt:
    ring = KeyRing.open(home.root / "keys")
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
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)
