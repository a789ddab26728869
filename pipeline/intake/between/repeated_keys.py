"""No key twice in a delivery, whatever file it stands in: of several rows with one key the first counts.

Only the hashes of the keys are held in memory, eight bytes a row. Rows whose hash comes twice are then compared
by the keys themselves, so that two keys with the same hash stay two.
"""

from __future__ import annotations

import polars as pl

from pipeline.canonical import CanonicalTable
from pipeline.intake.between.placed import ORDER, PLACE, collected, finding, none_found
from pipeline.intake.rules.findings import REJECTED


def repeated_keys(rows: pl.LazyFrame, table: CanonicalTable) -> pl.DataFrame:
    """A rejecting finding on each row whose key an earlier row of the delivery has."""
    key = ["bsn" if name == "person" else name for name in table.key]
    hashes = collected(rows.select(hash=pl.struct(key).hash()))["hash"]
    twice = hashes.filter(hashes.is_duplicated()).unique()
    if twice.is_empty():
        return none_found()
    hashed = rows.select(*PLACE, *key, hash=pl.struct(key).hash())
    suspects = collected(hashed.join(twice.to_frame().lazy(), on="hash", how="semi")).sort(ORDER)
    later = suspects.filter(~pl.struct(key).is_first_distinct())
    reason = f"an earlier row has the same {', '.join(key)}"
    return finding(later, table.name, field=key[0], rule="duplicate", reason=reason, severity=REJECTED)
