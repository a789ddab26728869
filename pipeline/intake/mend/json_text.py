"""The list to mend as JSON: the delivery, its files, findings by rule, and every finding, however many there are."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.intake.mend.mend_list import MendList

ROWS_AT_A_TIME = 50_000


def write_json(mend: MendList, path: Path) -> None:
    """Write one object with `delivery`, `summary`, `by_rule` and `rows`; a finding is a line of the file."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"delivery": {json.dumps(mend.delivery, ensure_ascii=False, indent=1)},\n')
        file.write(f'"summary": {json.dumps(mend.summaries, ensure_ascii=False, indent=1)},\n')
        file.write(
            f'"by_rule": {json.dumps(mend.by_rule.to_dicts(), ensure_ascii=False, indent=1)},\n"rows": ['
        )
        before = "\n"
        for batch in mend.findings.drop("file_number").collect_batches(
            chunk_size=ROWS_AT_A_TIME, maintain_order=True
        ):
            if batch.height:
                file.write(before + batch.write_ndjson().rstrip("\n").replace("\n", ",\n"))
                before = ",\n"
        file.write("\n]}\n")
