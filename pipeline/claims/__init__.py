"""Claims to cost: chains resolved, months counted, every euro in one bucket, cost per person and year."""

from pipeline.claims.build import build_claims, claims_scope

__all__ = ["build_claims", "claims_scope"]
