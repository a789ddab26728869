"""The OCMO's register: what came, from whom, and what became of it.

Here: what lies in the inbox (`arrivals`) and the register of deliveries (`register`). Not here: opening a
delivery (`linkage`) and judging its content (`checks`).
"""

from pipeline.deliveries.arrivals import Arrival, arrival_named, arrivals
from pipeline.deliveries.inputs import RawInputs, raw_inputs
from pipeline.deliveries.register import Delivery, Register, Status

__all__ = [
    "Arrival",
    "Delivery",
    "RawInputs",
    "Register",
    "Status",
    "arrival_named",
    "arrivals",
    "raw_inputs",
]
