"""`ocmo demo`: the whole chain on this machine, with a synthetic region; and the region's care in any form."""

from pipeline.cli.demo.commands import app

__all__ = ["app"]
