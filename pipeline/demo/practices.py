"""Every provider of the region: AGB code, kind, area, and where it stands."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipeline.demo.parameters import Region

PRACTICE, PHARMACY, CARE_HOTEL = "general_practice", "pharmacy", "other"
_HOSPITAL = "hospital"


def all_providers(region: Region) -> pl.DataFrame:
    """All providers: provider_code, kind_code (as in the table `provider`), postcode3_code, area; sorted by code.

    `area` is the index of the hospital whose insured live there.
    """
    rows = [
        (hospital.provider_code, _HOSPITAL, hospital.postcode3[0], area)
        for area, hospital in enumerate(region.hospitals)
    ]
    for name, kind in region.providers.items():
        for area, hospital in enumerate(region.hospitals):
            for number in range(1, kind.per_area + 1):
                postcode3 = hospital.postcode3[(number - 1) % len(hospital.postcode3)]
                rows.append((f"{kind.agb}{area:02d}{number:02d}", name, postcode3, area))
    schema = {
        "provider_code": pl.String,
        "kind_code": pl.String,
        "postcode3_code": pl.String,
        "area": pl.Int8,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("provider_code")


def of_kind(region: Region, kind: str) -> pl.DataFrame:
    """The providers of one kind."""
    return all_providers(region).filter(kind_code=kind)


def practices(region: Region) -> pl.DataFrame:
    """The general practices."""
    return of_kind(region, PRACTICE)


def pharmacies(region: Region) -> pl.DataFrame:
    """The pharmacies."""
    return of_kind(region, PHARMACY)


def own_provider(region: Region, kind: str, area: pl.Expr, person: pl.Expr) -> pl.Expr:
    """The provider of this kind that a person goes to: always the same one of the person's area."""
    codes = np.array(
        [
            of_kind(region, kind).filter(area=index)["provider_code"].to_list()
            for index in range(len(region.hospitals))
        ]
    )
    count = codes.shape[1]
    place = area.cast(pl.Int64) * count + person.cast(pl.Int64) % count
    own: pl.Expr = place.replace_strict(range(codes.size), codes.ravel().tolist(), return_dtype=pl.String)
    return own
