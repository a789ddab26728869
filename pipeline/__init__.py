"""The OCMO's pipeline: from deliveries to a settlement each party can recompute.

The packages follow the data; each imports only what lies before it in the flow (docs/architecture.md).
"""
