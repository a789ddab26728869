"""The OCMO's register: what came, from whom, what it replaces, and what became of it.

Here: what lies in the inbox (`arrivals`, `inbox`), the register (`register`) and how each delivery stands on a
business date (`standing`), what came again (`repeats`), what is expected and missing (`missing`), and whether a
delivery looks like its supplier's earlier ones (`plausibility`). Not here: opening a delivery (`linkage`) and
judging its content (`checks`).
"""

from pipeline.deliveries.arrivals import Arrival, arrival_named, arrivals
from pipeline.deliveries.delivery import Delivery, Status
from pipeline.deliveries.inbox import new_arrivals
from pipeline.deliveries.inputs import RawInputs, raw_inputs
from pipeline.deliveries.register import Register
from pipeline.deliveries.standing import DeliveryState, Standing

__all__ = [
    "Arrival",
    "Delivery",
    "DeliveryState",
    "RawInputs",
    "Register",
    "Standing",
    "Status",
    "arrival_named",
    "arrivals",
    "new_arrivals",
    "raw_inputs",
]
