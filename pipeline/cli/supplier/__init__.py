"""`ocmo supplier`: what a supplier runs, in its own home; the only commands that see a BSN."""

from pipeline.cli.supplier.commands import app

__all__ = ["app"]
