"""A simulated contract for those who negotiate it: as a page with pictures, and as data."""

from pipeline.reporting.simulated.document import document
from pipeline.reporting.simulated.page import simulation_page

__all__ = ["document", "simulation_page"]
