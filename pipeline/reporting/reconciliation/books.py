"""From the insurer's books and the claim lines to the table of their differences."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipeline.reporting.reconciliation.steps import Count, Step, by_scope, pairs, tie

COLUMNS = "insurer_code, year_of_loss, care_type_code"
KEY = "insurer_code || ' ' || year_of_loss || ' ' || care_type_code"
PARTS = ("duplicate", "orphan", "after_books")

NEWEST = f"""
WITH total AS (
    SELECT *, supplier || ' ' || {KEY} AS key
    FROM raw_control_total INNER JOIN delivery_supplier USING (delivery_id)
),
newest AS (SELECT key, max(as_of_date) AS as_of_date FROM total GROUP BY key)
SELECT key, min({{'lines': booked_lines, 'cents': booked_cents}}).%s
FROM total SEMI JOIN newest USING (key, as_of_date)
GROUP BY key
"""
"""By supplier and key: what the newest books say; of several of one day those with fewest lines, then cents."""

PART = f"""
WITH total AS (SELECT * FROM raw_control_total INNER JOIN delivery_supplier USING (delivery_id)),
own AS (SELECT supplier, {COLUMNS}, max(as_of_date) AS own_day FROM total GROUP BY ALL),
label AS (SELECT supplier, insurer_code, max(as_of_date) AS label_day FROM total GROUP BY ALL),
raw AS (SELECT line_ref, delivery_id, invoiced_date AS invoiced FROM raw_claim_line)
SELECT supplier || ' ' || {KEY}, %s
FROM core_claim_line INNER JOIN delivery_supplier USING (delivery_id)
INNER JOIN raw USING (line_ref, delivery_id)
LEFT JOIN own USING (supplier, {COLUMNS})
LEFT JOIN label USING (supplier, insurer_code)
WHERE CASE
    WHEN bucket_code = 'duplicate' THEN 'duplicate'
    WHEN is_orphan THEN 'orphan'
    WHEN invoiced > ifnull(own_day, label_day) THEN 'after_books'
END = '%s'
GROUP BY ALL
"""
"""By supplier and key: the lines of one part; invoiced after the key's own books, or without those the label's."""


def books(connection: duckdb.DuckDBPyConnection) -> Iterator[Step]:
    """In the books = booked; in the lake = accepted, by label; booked = accepted + difference; and each part."""
    place = f"supplier || ' ' || {KEY}"
    for what, raw in (("lines", "count(*)"), ("cents", "sum(declared_cents)")):
        booked = Count("mart_book_difference", f"sum(booked_{what})", place).by_scope(connection)
        yield from pairs("in the books = booked", what, by_scope(connection, NEWEST % what), booked)
        yield from tie(
            connection,
            "in the lake = accepted, against the books",
            what,
            Count("raw_claim_line", raw, "insurer_code"),
            Count("mart_book_difference", f"sum(accepted_{what})", "insurer_code"),
        )
        yield from tie(
            connection,
            "in claim chains = accepted, against the books",
            what,
            Count("core_claim_line", raw, KEY),
            Count("mart_book_difference", f"sum(accepted_{what})", KEY),
        )
        yield from tie(
            connection,
            "booked = accepted + difference",
            what,
            Count("mart_book_difference", f"sum(booked_{what})", place),
            Count("mart_book_difference", f"sum(accepted_{what} + difference_{what})", place),
        )
        for part in PARTS:
            of_part = Count("mart_book_difference", f"sum({part}_{what})", place)
            again = by_scope(connection, PART % (raw, part))
            yield from pairs(f"{part} = {part}, against the books", what, again, of_part.by_scope(connection))
