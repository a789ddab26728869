"""Case mix: what a population would have cost at the comparison group's rates."""

from pipeline.casemix.build import build_casemix, casemix_scope

__all__ = ["build_casemix", "casemix_scope"]
