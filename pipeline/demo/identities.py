"""Names, addresses and numbers for synthetic people: nobody's, but valid in form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import yaml
from numpy.typing import NDArray

from pipeline.demo.parameters import HERE

# Weights of the first eight digits in the eleven test; the ninth, with weight -1, closes the sum.
_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2])
_POWERS = 10 ** np.arange(7, -1, -1)
_TEST_RANGE = 9999
# Letters of Dutch postcodes: never F, I, O, Q, U or Y (NEN 5825).
_POSTCODE_LETTERS = np.array(list("ABCDEGHJKLMNPRSTVWXZ"))


def draw_bsns(rng: np.random.Generator, count: int, *, taken: pl.Series | None = None) -> pl.Series:
    """`count` different nine-digit numbers that pass the eleven test, none of them in `taken`.

    Left out are the numbers that pass it and are known dummies: repeated digits (111111110), 123456782
    and the range 9999xxxxx of the national test sets. Some begin with a zero.
    """
    drawn = rng.integers(1_000_000, 100_000_000, size=int(count * 1.5) + 1000)
    digits = drawn[:, None] // _POWERS % 10
    check = digits @ _WEIGHTS % 11
    repeated = (digits == digits[:, :1]).all(axis=1)
    usable = (check < 10) & ~repeated & (drawn != 12345678) & (drawn // 10_000 != _TEST_RANGE)
    numbers = pl.Series("bsn", drawn[usable] * 10 + check[usable]).cast(pl.String).str.zfill(9)
    numbers = numbers.unique(maintain_order=True)
    if taken is not None:
        numbers = numbers.filter(~numbers.is_in(taken.implode()))
    return numbers.head(count)


def draw_names(rng: np.random.Generator, count: int) -> pl.DataFrame:
    """Family name, prefix (null when there is none) and one to three initials, `count` rows."""
    known = yaml.safe_load((HERE / "names.yaml").read_text(encoding="utf-8"))
    families = pl.DataFrame(known["family_names"], schema={"name": pl.String, "prefix": pl.String})
    letters = np.array(list(known["initials"]))
    initials = rng.choice(letters, size=(count, 3))
    initials[rng.random(count) < 0.5, 1] = ""
    initials[(rng.random(count) < 0.7) | (initials[:, 1] == ""), 2] = ""
    return families[rng.integers(0, families.height, count)].with_columns(
        initials=pl.Series(initials[:, 0] + initials[:, 1] + initials[:, 2])
    )


def draw_postcodes(
    rng: np.random.Generator, area: NDArray[np.int64], postcode3: Sequence[Sequence[str]]
) -> pl.Series:
    """A postcode per person: one of the first-three-digits of the person's area, a digit, two letters."""
    most = max(len(codes) for codes in postcode3)
    table = np.array([[codes[i % len(codes)] for i in range(most)] for codes in postcode3])
    first = table[area, rng.integers(0, most, len(area))]
    fourth = rng.integers(0, 10, len(area)).astype(str)
    letters = rng.choice(_POSTCODE_LETTERS, size=(len(area), 2))
    return pl.Series("postcode", first.astype(object) + fourth + letters[:, 0] + letters[:, 1])
