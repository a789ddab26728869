"""How many of a delivery's rows are of a person whom the insurer's register knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import NoDataError
from pipeline.linkage import LinkRate, link_rate, link_rates
from tests.unit.deliveries_world import claims, insured, pid, raw_table
from tests.unit.lake_world import DAY, home_in, publish_delivery


def test_rows_are_counted_by_table_and_delivery(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    operations = [{"pid": pid(n) if n else None, "event_ref": str(n)} for n in (0, 1, 2, 8, 9)]
    publish_delivery(home, "hospital", {"clinical_event": raw_table("clinical_event", operations)})
    publish_delivery(home, "insurer", {"claim_line": claims(range(3)), "insured": insured(range(3))})
    assert link_rates(home, "maasoever", DAY) == [
        LinkRate("insurer", "claim_line", rows=6, linked=6, known=6),
        LinkRate("hospital", "clinical_event", rows=5, linked=4, known=2),
        LinkRate("insurer", "insured", rows=3, linked=3, known=3),
    ]
    assert link_rate(home, "maasoever", DAY) == 2 / 5


def test_what_was_replaced_is_not_counted(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    publish_delivery(home, "first", {"insured": insured(range(3)), "claim_line": claims(range(3))})
    publish_delivery(home, "second", {"claim_line": claims(range(2))}, replaces="first")
    assert link_rates(home, "maasoever", DAY) == [LinkRate("second", "claim_line", rows=4, linked=4, known=0)]


def test_without_data_there_is_no_rate(tmp_path: Path) -> None:
    with pytest.raises(NoDataError):
        link_rates(home_in(tmp_path), "maasoever", DAY)
