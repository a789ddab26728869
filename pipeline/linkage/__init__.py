"""Open deliveries and join the pseudonyms: the only door between sealed blobs and the lake."""

from pipeline.linkage.link_rate import LinkRate, link_rate, link_rates
from pipeline.linkage.take_in import TakeIn, take_in
from pseudonymisation.errors import OWN_FAULTS

__all__ = ["OWN_FAULTS", "LinkRate", "TakeIn", "link_rate", "link_rates", "take_in"]
