"""Correction statements: what an issued statement differs from what the year comes to now, and why.

    reports/corrections/<contract>-<year>/draft-<business date>/   drafted, to be read; may be made again
    reports/corrections/<contract>-<year>/01/                      issued: never changed, the next one is 02

Each folder holds the correction (`...-correction-01.json`, `.html`) and the whole statement that it leads to
(`...-corrected.json`, `.html`). A correction is against the last that was issued: the statement, then correction
01, and so on. How a difference is divided over causes is in `settlement.correction`; here is how the figures of each
stage are made, and what is written.
"""
