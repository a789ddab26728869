"""95 % intervals of counts, ratios and means.

Counts follow Byar's approximation, exact (chi-square) below ten events, where Byar's lower limit turns
unreliable. Source: Breslow and Day (1987), Statistical Methods in Cancer Research II, p. 69; APHO (2008),
Commonly used public health statistics and their confidence intervals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.stats import chi2, norm

CONFIDENCE = 0.95
EXACT_BELOW = 10


def count_limits(observed: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Lower and upper limit of the expectation behind a count of events."""
    if observed < EXACT_BELOW:
        return exact_limits(observed, confidence)
    return byar_limits(observed, confidence)


def byar_limits(observed: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Byar's limits, e.g. 65 events: 50.163188 to 82.849139."""
    z = float(norm.ppf(0.5 + confidence / 2))
    above = observed + 1
    lower = observed * (1 - 1 / (9 * observed) - z / (3 * math.sqrt(observed))) ** 3
    upper = above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3
    return lower, upper


def exact_limits(observed: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact Poisson limits through the chi-square distribution; the lower limit of 0 events is 0."""
    tail = (1 - confidence) / 2
    lower = float(chi2.ppf(tail, 2 * observed)) / 2 if observed else 0.0
    return lower, float(chi2.ppf(1 - tail, 2 * (observed + 1))) / 2


def mean_limits(
    values: Sequence[float], counts: Sequence[int], confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """Mean of values that each occur `counts` times, with normal limits: (mean, lower, upper).

    Fewer than two observations have no spread: the limits are then not a number.
    """
    n = sum(counts)
    mean = math.fsum(v * k for v, k in zip(values, counts, strict=True)) / n
    if n < 2:
        return mean, math.nan, math.nan
    spread = math.fsum(k * (v - mean) ** 2 for v, k in zip(values, counts, strict=True)) / (n - 1)
    half = float(norm.ppf(0.5 + confidence / 2)) * math.sqrt(spread / n)
    return mean, mean - half, mean + half
