"""Re-identification risk after linkage: how many linked persons are alone, or among few, in what is kept of them.

Suppliers make records coarser before they seal them. Linking them makes them finer again, so the risk is measured
on the linked set, and held against the contract's limits.

Not here: making records coarser (`intake`), hiding small numbers in reports (`reporting`).
"""

from pipeline.privacy.assessment import Assessment, Verdict, assess
from pipeline.privacy.measure import Groups

__all__ = ["Assessment", "Groups", "Verdict", "assess"]
