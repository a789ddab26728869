"""Run-out: cost that was made but not yet invoiced, by kind of care.

Here: patterns of run-out (`patterns`, by `chain_ladder`) and cost completed by them (`completed`). Not here: an
estimate of how far off that may be, and care that is still to be given.
"""

from pipeline.completion.build import build_completion, claims_delivered_on, completed, completion_scope
from pipeline.completion.completed import by_kind

__all__ = ["build_completion", "by_kind", "claims_delivered_on", "completed", "completion_scope"]
