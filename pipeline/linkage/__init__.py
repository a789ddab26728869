"""Open deliveries and join the pseudonyms: the only door between sealed blobs and the lake.

And the two ways in which stored pseudonyms change afterwards: a person objects, a new epoch begins.
"""

from pipeline.linkage.acknowledging import acknowledge_left_over
from pipeline.linkage.link_rate import LinkRate, link_rate, link_rates
from pipeline.linkage.objection import keep_out, persons_objected
from pipeline.linkage.rotation import finish_rotations
from pipeline.linkage.take_in import TakeIn, take_in
from pseudonymisation.errors import OWN_FAULTS

__all__ = [
    "OWN_FAULTS",
    "LinkRate",
    "TakeIn",
    "acknowledge_left_over",
    "finish_rotations",
    "keep_out",
    "link_rate",
    "link_rates",
    "persons_objected",
    "take_in",
]
