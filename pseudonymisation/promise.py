"""What a supplier says of a delivery before anything of it is sealed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pseudonymisation.agreement import Agreement
from pseudonymisation.audit import Entry
from pseudonymisation.errors import TableRefusedError
from pseudonymisation.halves import Table
from pseudonymisation.manifest import TableCount, TablesManifest


@dataclass(frozen=True)
class Delivery:
    """Which delivery this is. The id must be unique among all suppliers: begin it with the supplier's name.

    `period` is the period that the data are about ("2025"); `delivered_on` the business date; `replaces`
    the supplier's own earlier delivery for that period whose place this one takes, whole.
    """

    delivery_id: str
    supplier: str
    contract: str
    period: str
    delivered_on: date
    replaces: str = ""

    def entry(self, action: str, agreement: Agreement) -> Entry:
        """What the supplier's audit log says of it."""
        return Entry(
            action=action,
            contract=agreement.contract,
            epoch=agreement.epoch,
            key_version=agreement.key_version,
            supplier=self.supplier,
            delivery=self.delivery_id,
            on=self.delivered_on.isoformat(),
        )


def table_counts(
    tables: Mapping[str, Table], schema_digests: Mapping[str, str], impersonal: Collection[str]
) -> dict[str, TableCount]:
    """Rows, schema and kind of each table.

    Raises:
        TableRefusedError: when the schema digests are not of the same tables, or there is no table.
    """
    if not tables or set(tables) != set(schema_digests):
        raise TableRefusedError(
            "The tables and the schema digests are not for the same tables",
            remedy="The supplier must give at least one table, and one schema digest for each.",
        )
    return {
        name: TableCount(_rows(table), schema_digests[name], name not in impersonal)
        for name, table in sorted(tables.items())
    }


def _rows(table: Table) -> int:
    rows: int = table.lazy().select(pl.len()).collect().item()
    return rows


def promise(
    agreement: Agreement,
    delivery: Delivery,
    persons: int,
    tables: Mapping[str, TableCount],
    accounts: Mapping[str, object],
) -> TablesManifest:
    """Manifest B before anything is sealed."""
    return TablesManifest(
        engine=agreement.engine,
        suite=agreement.suite,
        contract=agreement.contract,
        epoch=agreement.epoch,
        key_version=agreement.key_version,
        supplier=delivery.supplier,
        delivery=delivery.delivery_id,
        period=delivery.period,
        replaces=delivery.replaces,
        delivered_on=delivery.delivered_on,
        persons=persons,
        tables=tables,
        # As JSON reads it back, so that it compares with what an earlier run wrote.
        accounts=json.loads(json.dumps(accounts, allow_nan=False)),
        blobs=(),
        identifier_blobs=(),
        table_blobs=(),
        audit_head="",
    )
