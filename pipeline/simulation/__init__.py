"""A contract before it is signed: what it would have paid in past years, and what chance alone would pay (DC 16).

What belongs here is the making of figures from a table of persons, many times over; how a year is settled is in
`settlement`, and how the outcome looks in `reporting`.
"""

from pipeline.simulation.assumed import Assumed
from pipeline.simulation.people import People, people_from
from pipeline.simulation.simulate import Simulation, simulate

__all__ = ["Assumed", "People", "Simulation", "people_from", "simulate"]
