"""Which source column becomes which canonical column, and how text becomes a value."""
