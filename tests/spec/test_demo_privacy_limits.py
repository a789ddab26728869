"""What the demonstration's insurers deliver of their registers is within their contracts' limits, and would not be with
the general practice: the column that stays behind.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from pipeline.canonical import canonical_table
from pipeline.cli.supplier.judging import judge_bsn
from pipeline.demo.files import mapping_path
from pipeline.demo.parameters import read_region
from pipeline.demo.people import simulate_people
from pipeline.demo.register import write_register
from pipeline.demo.streams import Streams
from pipeline.demo.year_files import last_invoice_day
from pipeline.home import OcmoHome
from pipeline.intake.check import check_file
from pipeline.privacy import Assessment, assess
from tests.unit.lake_world import DAY, home_in, publish_delivery

REGION = read_region()
CONTRACTS = {"zilverzorg": "maasoever", "kompas": "polderzorg"}
PRACTICE = "  general_practice_code: huisartspraktijk\n"


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """By insurer: its registers of all years in the region that `make run` makes."""
    folder, people = tmp_path_factory.mktemp("registers"), simulate_people(REGION, Streams(1), 20_000)
    written: dict[str, list[Path]] = {}
    for index, insurer in enumerate(REGION.insurers):
        for year in REGION.years.all:
            path = folder / f"{insurer.supplier}-{year}.csv"
            write_register(path, people, REGION, insurer=index, year=year, known_to=last_invoice_day(year))
            written.setdefault(insurer.supplier, []).append(path)
    return written


def assessed(home: OcmoHome, supplier: str, files: list[Path], mapping: Path) -> Assessment:
    """The assessment of a contract whose lake holds an insurer's registers as this mapping reads them."""
    contract, table = CONTRACTS[supplier], canonical_table("insured")
    judge = judge_bsn(allow_test_numbers=True)
    for path in files:
        period = path.stem.rsplit("-", 1)[1]
        checked = check_file(path, judge_bsn=judge, period=period, mapping=mapping)
        rows = checked.tables["insured"].collect()
        frame = rows.with_columns(
            pid=rows["bsn"].map_elements(_pid, return_dtype=pl.Binary), delivery_id=pl.lit(path.stem)
        ).select(*table.raw_schema)
        publish_delivery(
            home, path.stem, {"insured": frame}, contract=contract, supplier=supplier, period=period
        )
    return assess(home, contract, DAY)


def _pid(number: str) -> bytes:
    return hashlib.sha256(number.encode()).digest()[:16]


@pytest.mark.parametrize("supplier", CONTRACTS)
def test_as_delivered_it_is_within_all_limits(
    registers: dict[str, list[Path]], supplier: str, tmp_path: Path
) -> None:
    assessment = assessed(home_in(tmp_path), supplier, registers[supplier], mapping_path("insured"))
    assert assessment.measured.kept == ("birth_year", "sex_code", "postcode3_code", "from_month")
    assert assessment.measured.linked["insured"].persons > 5_000
    assert assessment.over == []


@pytest.mark.parametrize("supplier", CONTRACTS)
def test_with_the_practice_it_would_be_over_the_limit_on_everything(
    registers: dict[str, list[Path]], supplier: str, tmp_path: Path
) -> None:
    mapping = tmp_path / "with-practice.yaml"
    mapping.write_text(mapping_path("insured").read_text(encoding="utf-8") + PRACTICE, encoding="utf-8")
    assessment = assessed(home_in(tmp_path), supplier, registers[supplier], mapping)
    assert [one.is_over for one in assessment.verdicts][-1]
    assert not [one for one in assessment.over if len(one.known) <= 3]
