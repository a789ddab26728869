"""The gate: is what came in one delivery fit to compute with?

The checks are data (`checks.yaml`): table, type, columns, how much may be wrong, what happens then, and
which outputs it endangers. Great Expectations computes them inside DuckDB, over the Parquet files; what
comes back is counts, never a value. `gate` judges the tables of one delivery, so that a bad delivery
stops and the night goes on; `deliveries` does so for all that a night has linked.

A type of check is an entry in `registry.py`. Those that Great Expectations does not have are expectations of
our own, a module each: `full_match`, `first_of_month`, `known_in`, `no_overlap`.

Not here: whether a file is what its standard says (`intake`), what came and what is missing, and whether it
is like what the supplier sent before (`deliveries`), how many persons were linked (`linkage`), the pages for
the operator (`reporting.night`).
"""

from pipeline.checks.definitions import Check, check_definitions
from pipeline.checks.gate import gate
from pipeline.checks.report import CheckResult, GateReport, Outcome, Status

__all__ = ["Check", "CheckResult", "GateReport", "Outcome", "Status", "check_definitions", "gate"]
