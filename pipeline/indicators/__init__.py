"""Quality: what a contract's quality share rests on, with its interval and its numbers."""

from pipeline.indicators.build import build_indicators, indicators_scope
from pipeline.indicators.results import IndicatorResult, measured

__all__ = ["IndicatorResult", "build_indicators", "indicators_scope", "measured"]
