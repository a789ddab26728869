"""Open deliveries and join the pseudonyms: the only door between sealed blobs and the lake."""

from pipeline.linkage.take_in import TakeIn, take_in

__all__ = ["TakeIn", "take_in"]
