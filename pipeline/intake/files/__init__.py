"""A supplier's file on disk: its bytes, unpacked; the private folder in which a check works; rows in parts."""
