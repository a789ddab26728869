"""Claims to cost: chains resolved, months counted, every euro in one bucket, cost per person and year.

Also money that is no claim (`non_claim_payment`), and the insurer's books held against what came (`books`).
"""

from pipeline.claims.books import BookDifferences, book_differences
from pipeline.claims.build import build_claims, claims_scope
from pipeline.claims.reasons import BucketReason, bucket_reasons

__all__ = [
    "BookDifferences",
    "BucketReason",
    "book_differences",
    "bucket_reasons",
    "build_claims",
    "claims_scope",
]
