"""The deliberate defects, each by a switch: `defects.yaml` lists them.

A defect gives files an edit (`demo/edits.py`) or changes the plan of deliveries; it never touches the
pipeline, so that what comes of it is the pipeline's own doing. The region's own files stay as they are.
"""

from pipeline.demo.defects.description import Defect, defects, described_digest
from pipeline.demo.defects.switchboard import ALL, NONE, chosen, known, with_defects

__all__ = ["ALL", "NONE", "Defect", "chosen", "defects", "described_digest", "known", "with_defects"]
