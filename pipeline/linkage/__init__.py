"""Open deliveries and join the pseudonyms: the only door between sealed blobs and the lake."""

from pipeline.linkage.link_rate import link_rate
from pipeline.linkage.take_in import TakeIn, take_in

__all__ = ["TakeIn", "link_rate", "take_in"]
