"""Replaying settlements that were published: the same rules, over a table of facts, held against what was paid.

What belongs here is how a table becomes figures (`mapping`, `facts`), settling its rows (`run`), figures that have to
be estimated from the table itself (`fit`), and holding the results against what was published (`agreement`). Nothing
here knows any program: which columns mean what stands in `facts.yaml` beside the reference contracts.
"""

from pipeline.settlement.replay.agreement import Agreement, agreement_of
from pipeline.settlement.replay.run import Replay, replay

__all__ = ["Agreement", "Replay", "agreement_of", "replay"]
