"""The documents. The reference pages are made from the code by `docs.reference.generate`."""
