"""What pseudonymisation costs: the protocol's three steps, the floor under each, and what people do today."""
