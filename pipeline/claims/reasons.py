"""What reports say of each bucket: `bucket_reasons.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

BUCKET_REASONS = Path(__file__).parent / "bucket_reasons.yaml"

CLAIM_LINE, NON_CLAIM_PAYMENT = "claim_line", "non_claim_payment"


@dataclass(frozen=True)
class BucketReason:
    """Why what lies in a bucket counts or does not, as the end of a sentence."""

    code: str
    dutch: str
    english: str


@cache
def bucket_reasons(of: str = CLAIM_LINE) -> dict[str, BucketReason]:
    """The reasons of all buckets of claim lines, or of payments without a claim, in the order they apply."""
    raw = yaml.safe_load(BUCKET_REASONS.read_text(encoding="utf-8"))
    return {code: BucketReason(code=code, **texts) for code, texts in raw[of].items()}
