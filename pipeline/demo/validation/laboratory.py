"""A region taken in without its envelopes: real files, real intake, real tables, real figures.

Sealing and the TTP change nothing in the figures, and tests of the whole line show so; left out, ten seeds of
100,000 insured are a matter of minutes. A person's pseudonym is a keyed digest here, under a key that serves
for nothing else; suppliers' references likewise.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.canonical import canonical_table
from pipeline.deliveries import Delivery, Register, Status
from pipeline.demo.files import mapping_path
from pipeline.demo.plan import PlannedDelivery, plan_of
from pipeline.demo.summary import RegionSummary
from pipeline.home import OcmoHome
from pipeline.intake.check import CheckedDelivery, FileToCheck, check_delivery
from pipeline.intake.columns.references import key_references
from pipeline.intake.delivery_accounts import accounts
from pipeline.intake.files.workspace import Workspace
from pipeline.lake import Lake, open_lake
from pseudonymisation import bsn

KEY = b"validation only: no person exists behind these numbers"
PSEUDONYM_BYTES = 16
LABEL = "laboratory"


def take_region_in(region: RegionSummary, suppliers: Path, home: OcmoHome, contracts: dict[str, str]) -> None:
    """Publish the raw tables of every delivery that none replaces, as if the gate had accepted them.

    Args:
        region: what lies in `suppliers`.
        suppliers: the region's folder.
        home: the OCMO's.
        contracts: by supplier, the contract it delivers for.
    """
    plan, lake = plan_of(region), open_lake(home)
    register = Register(lake.catalogue.engine)
    replaced = {delivery.replaces for delivery in plan.deliveries}
    for delivery in plan.deliveries:
        if delivery.delivery_id not in replaced:
            _take_in(lake, register, delivery, suppliers, contracts[delivery.supplier])


def _take_in(
    lake: Lake, register: Register, planned: PlannedDelivery, suppliers: Path, contract: str
) -> None:
    with Workspace.temporary() as workspace:
        checked = check_delivery(
            [
                FileToCheck(suppliers / file.path, mapping_path(file.mapping) if file.mapping else None)
                for file in planned.files
            ],
            judge_bsn=lambda numbers: bsn.judge(numbers, allow_test_numbers=True),
            workspace=workspace,
            period=planned.period,
            delivered_on=planned.delivered_on,
        )
        _publish(lake, register, planned, checked, contract)


def _publish(
    lake: Lake, register: Register, planned: PlannedDelivery, checked: CheckedDelivery, contract: str
) -> None:
    row = Delivery(
        arrival=planned.delivery_id,
        arrival_digest=_digest(planned.delivery_id.encode()).hex(),
        status=Status.ACCEPTED,
        delivery_id=planned.delivery_id,
        contract=contract,
        supplier=planned.supplier,
        period=planned.period,
        delivered_on=planned.delivered_on,
        manifest_digest=_digest(planned.delivery_id.encode()).hex(),
        pseudonym_label=LABEL,
        accounts=accounts(checked.files, _macs),
    )
    with lake.writing():
        files = [
            lake.write_frame(
                f"raw_{name}",
                _raw(name, rows.collect(), planned.delivery_id),
                sort_by=["pid" if key == "person" else key for key in canonical_table(name).key],
                label=LABEL,
            )
            for name, rows in checked.tables.items()
        ]
        lake.catalogue.publish(
            row.scope,
            planned.delivered_on,
            str(row.manifest_digest),
            files,
            also=lambda connection: register.insert(row, connection),
        )


def _raw(name: str, rows: pl.DataFrame, delivery_id: str) -> pl.DataFrame:
    """One table of a delivery in the lake's shape."""
    table = canonical_table(name)
    frame = key_references(table, rows.lazy(), _macs).collect()
    if table.is_personal:
        numbers = frame["bsn"].unique().sort()
        pids = pl.Series([_digest(number.encode())[:PSEUDONYM_BYTES] for number in numbers], dtype=pl.Binary)
        frame = frame.with_columns(pid=pl.col("bsn").replace_strict(numbers, pids))
    return frame.with_columns(delivery_id=pl.lit(delivery_id)).select(*table.raw_schema)


def _digest(value: bytes) -> bytes:
    return hmac.digest(KEY, value, hashlib.sha256)


def _macs(values: Sequence[bytes]) -> list[bytes]:
    return [_digest(value) for value in values]
