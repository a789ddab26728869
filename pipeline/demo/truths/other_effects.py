"""What planted truths do to volumes, diagnoses and complications."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.demo.care.catalogue import catalogue
from pipeline.demo.care.coding import chronic_diagnoses
from pipeline.demo.care.effects import in_group
from pipeline.demo.care.hospital import hospital_rates
from pipeline.demo.care.need import set_count
from pipeline.demo.parameters import Region
from pipeline.demo.truths.expectation import Expectation, Floats, treated_where


def shifted_products(expected: Expectation) -> dict[str, float]:
    """Products of the shifted group at the two hospitals, over what they would have been."""
    region, shift = expected.region, expected.region.planted.volume_shift
    nothing = region.model_copy(update={"planted": region.planted.neutral()})
    items = in_group(shift.product_group)
    uses = expected.planted_uses(region).sum(axis=1)[:, items]
    at = {
        name: np.einsum("ap,ahp->h", uses, treated_where(planted, expected.year)[:, :, items])
        for name, planted in (("with", region), ("without", nothing))
    }
    return {
        name: float(at["with"][region.hospital_index(name)] / at["without"][region.hospital_index(name)])
        for name in (shift.from_hospital, shift.to_hospital)
    }


def chronic_shares(expected: Expectation) -> dict[str, float]:
    """The share of products at the group's hospitals that bear a chronic diagnosis, with the drift and without."""
    region, drift = expected.region, expected.region.planted.coding_drift
    hospitals = region.hospitals_of(drift.group)
    here = treated_where(region, expected.year)[:, hospitals].sum(axis=1)
    items = catalogue().join(
        chronic_diagnoses(region), on="specialism_code", how="left", maintain_order="left"
    )
    known = [(c.diagnosis.specialism_code, c.diagnosis.diagnosis_code) for c in region.conditions.values()]
    is_chronic = np.array(
        [pair in known for pair in items.select("specialism_code", "diagnosis_code").rows()]
    )
    is_product = items["product_code"].is_not_null().to_numpy()
    products = (expected.planted_uses(region).sum(axis=1) * here * is_product).sum(axis=0)
    drifting = np.zeros(len(products))
    for name in items["condition"].drop_nulls().unique(maintain_order=True):
        own = (items["condition"] == name).fill_null(value=False).to_numpy() & ~is_chronic & is_product
        drifting += np.where(own, (_uses_without(expected, name) * here).sum(axis=0), 0.0)
    without = products[is_chronic].sum() / products.sum()
    return {"without": float(without), "with": float(without + drift.share * drifting.sum() / products.sum())}


def complication_ratio(region: Region, operations: pl.DataFrame) -> float:
    """Expected complications of the planted groups' hospitals over those at the others' rates.

    The rates are by procedure and ASA class, as the contract's indicator compares.

    Args:
        region: the parameters.
        operations: of `simulate_operations`, with complication_chance.
    """
    groups = {index: hospital.group for index, hospital in enumerate(region.hospitals)}
    planted = list(region.planted.complication_factor)
    whole = operations.with_columns(group=pl.col("hospital").replace_strict(groups, return_dtype=pl.String))
    cell = ["operation", "asa"]
    there = whole.filter(~pl.col("group").is_in(planted)).group_by(cell)
    rates = there.agg(rate=pl.col("complication_chance").mean())
    here = whole.filter(pl.col("group").is_in(planted)).join(rates, on=cell, how="inner")
    return float(here["complication_chance"].sum()) / float(here["rate"].sum())


def _uses_without(expected: Expectation, condition: str) -> Floats:
    """Planted uses of people who do not have the condition, by area and item."""
    region = expected.region
    bit = list(region.conditions).index(condition)
    sets = np.arange(expected.insured_years.shape[2]) % set_count(region)
    lacks = (sets >> bit & 1) == 0
    plain = expected.insured_years[:, :, lacks] @ hospital_rates(region).uses[lacks]
    factors = expected.planted_uses(region) / np.maximum(expected.uses, 1e-300)
    return np.asarray((plain * factors).sum(axis=1))
