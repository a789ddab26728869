"""Of several records within a performance the one that counts, as the layout's picks say."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.intake.gds.layout import Pick
from pipeline.intake.gds.records import RecordFrame


def picked(pick: Pick, records: RecordFrame, height: int) -> pl.DataFrame:
    """The fields of the record that counts in each performance, null where there is none."""
    fields = records.fields.with_columns(within=pl.Series(records.within))
    for name, value in pick.where.items():
        fields = fields.filter(pl.col(f"{pick.record}.{name}") == value)
    if pick.prefer:
        order = pl.Series(pick.prefer["order"], dtype=pl.String)
        ranks = pl.Series(range(len(order)), dtype=pl.Int64)
        rank = pl.col(f"{pick.record}.{pick.prefer['field']}").replace_strict(
            order, ranks, default=len(order), return_dtype=pl.Int64
        )
        fields = fields.sort(rank, maintain_order=True)
    first = fields.unique("within", keep="first", maintain_order=True)
    place = np.full(height, first.height, dtype=np.int64)
    place[first["within"].to_numpy()] = np.arange(first.height)
    named = first.drop("within").rename(lambda name: f"{pick.name}.{name.partition('.')[2]}")
    nothing = pl.DataFrame({name: [None] for name in named.columns}, schema=named.schema)
    return pl.concat([named, nothing])[place]
