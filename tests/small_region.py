"""A region of two years and four hospitals, so that a test can write it whole in a few seconds."""

from __future__ import annotations

from pipeline.demo.parameters import Region, read_region

SHARES = {"maasoever": 0.3, "de-linde": 0.2, "veldzicht": 0.3, "berkenhof": 0.2}


def small_region() -> Region:
    """The region of `region.yaml` with one baseline year, and the first four hospitals."""
    whole = read_region().model_dump()
    kept = [hospital for hospital in whole["hospitals"] if hospital["supplier"] in SHARES]
    for hospital in kept:
        hospital["insured_share"] = SHARES[hospital["supplier"]]
    years = {**whole["years"], "baseline": whole["years"]["baseline"][-1:]}
    return Region.model_validate({**whole, "years": years, "hospitals": kept})
