"""The whole protocol on one small CSV file per supplier: twenty made-up people, two suppliers, a TTP, an OCMO.

    python -m pseudonymisation.example [FOLDER]

All roles on one machine show the protocol, not the separation. In earnest each role runs its own step on a
machine of its own, and they meet in drop folders only.
"""
