"""The gate: is what came in one delivery fit to compute with?

The checks are data (`checks.yaml`): table, type, columns, how much may be wrong, what happens then, and
which outputs it endangers. Great Expectations computes them inside DuckDB, over the Parquet files; what
comes back is counts, never a value. `gate` judges the tables of one delivery, so that a bad delivery
stops and the night goes on.

Not here: whether a file is what its standard says (`intake`), what came and what is missing
(`deliveries`), how many persons were linked (`linkage`).
"""

from pipeline.checks.definitions import Check, check_definitions
from pipeline.checks.gate import gate
from pipeline.checks.report import CheckResult, GateReport, Outcome, Status

__all__ = ["Check", "CheckResult", "GateReport", "Outcome", "Status", "check_definitions", "gate"]
