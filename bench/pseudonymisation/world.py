"""What the stages work on, in one folder: `claim_line.parquet` with the rows, the roles' rings, the agreement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from pseudonymisation.agreement import Agreement
from pseudonymisation.keys import KeyRing

TABLE = "claim_line"

_ROLES = {"insurer": "supplier", "notary": "ttp", "office": "ocmo"}
_FIRST_NUMBER = 100_000_000


def make(folder: Path, persons: int, rows: int) -> None:
    """Rings, agreement and the table: `rows` rows of nine columns, of `persons` persons."""
    rng = np.random.default_rng(1)
    numbers = _numbers(persons)
    of = np.concatenate([np.arange(persons), rng.integers(0, persons, rows - persons)])
    codes = pl.Series([f"{number:04d}" for number in range(40)])
    providers = pl.Series([f"06{number:06d}" for number in range(2_000)])
    products = pl.Series([f"{number:09d}" for number in range(5_000)])
    days = pl.Series(rng.integers(20_089, 20_454, rows).astype(np.int32)).cast(pl.Date)
    pl.DataFrame(
        {
            "bsn": numbers.gather(rng.permutation(of)),
            "line_ref": pl.Series(np.arange(rows)).hash(1).cast(pl.String),
            "care_type_code": codes.gather(rng.integers(0, len(codes), rows)),
            "product_code": products.gather(rng.integers(0, len(products), rows)),
            "provider_code": providers.gather(rng.integers(0, len(providers), rows)),
            "opening_date": days,
            "invoiced_date": days.dt.offset_by("60d"),
            "declared_cents": rng.integers(1, 500_000, rows),
            "awarded_cents": rng.integers(1, 500_000, rows),
        }
    ).write_parquet(folder / f"{TABLE}.parquet", compression="zstd")
    rings = {name: KeyRing.create(folder / name, role=role, name=name) for name, role in _ROLES.items()}
    rings["insurer"].create_shared_secret()
    rings["notary"].create_pseudonym_key("bench", 1)
    Agreement(
        contract="bench",
        epoch=1,
        key_version=1,
        ttp=rings["notary"].identity,
        ocmo=rings["office"].identity,
        suppliers=(rings["insurer"].identity,),
        minimum_persons=1,
        maximum_persons=persons,
        allow_test_numbers=True,
    ).write(folder / "agreement.json")


def _numbers(persons: int) -> pl.Series:
    """So many numbers that pass the eleven test."""
    front = np.arange(_FIRST_NUMBER // 10, _FIRST_NUMBER // 10 + persons * 12 // 10 + 100)
    digits = front[:, None] // 10 ** np.arange(7, -1, -1) % 10
    check = digits @ np.arange(9, 1, -1) % 11
    return pl.Series((front * 10 + check)[check < 10][:persons]).cast(pl.String)
