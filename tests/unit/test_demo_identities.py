"""Synthetic people's numbers and names: valid in form, different, nobody's dummy."""

from __future__ import annotations

import numpy as np
import pytest
from stdnum.nl import bsn as stdnum_bsn

from pipeline.demo.identities import draw_bsns, draw_names, draw_postcodes
from pseudonymisation.bsn import judge


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


def test_bsns_pass_the_eleven_test_of_another_library(rng: np.random.Generator) -> None:
    numbers = draw_bsns(rng, 5000)
    assert numbers.len() == 5000
    assert numbers.n_unique() == 5000
    assert all(stdnum_bsn.is_valid(number) for number in numbers)


def test_bsns_are_accepted_where_dummies_and_test_numbers_are_not(rng: np.random.Generator) -> None:
    assert judge(draw_bsns(rng, 50_000), allow_test_numbers=False)["reason"].null_count() == 50_000


def test_some_bsns_begin_with_a_zero(rng: np.random.Generator) -> None:
    assert draw_bsns(rng, 1000).str.starts_with("0").any()


def test_taken_bsns_are_not_drawn_again() -> None:
    taken = draw_bsns(np.random.default_rng(1), 500)
    again = draw_bsns(np.random.default_rng(1), 500, taken=taken)
    assert again.len() == 500
    assert not again.is_in(taken.implode()).any()


def test_names_fit_the_fields_of_a_claims_message(rng: np.random.Generator) -> None:
    names = draw_names(rng, 3000)
    assert names["name"].str.len_chars().max() <= 25
    assert names["prefix"].drop_nulls().str.len_chars().max() <= 10
    assert names["initials"].str.contains("^[A-Z]{1,3}$").all()


def test_postcodes_lie_in_the_area_of_the_person(rng: np.random.Generator) -> None:
    area = np.array([0, 1] * 200)
    postcodes = draw_postcodes(rng, area, [["531", "532"], ["541"]])
    assert postcodes.str.contains("^[0-9]{4}[A-Z]{2}$").all()
    assert set(postcodes.gather_every(2).str.slice(0, 3)) == {"531", "532"}
    assert set(postcodes.gather_every(2, 1).str.slice(0, 3)) == {"541"}
