"""One stream of random numbers per purpose, so that a new purpose leaves the others as they were."""

from __future__ import annotations

import numpy as np


class Streams:
    """The streams of one seed. A purpose is a name, such as 'births' or 'products 2024'."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def generator(self, purpose: str) -> np.random.Generator:
        """A fresh generator for `purpose`: the same seed and name give the same numbers.

        It is what `SeedSequence.spawn` does, with the purpose's name for a key instead of a running number.
        """
        sequence = np.random.SeedSequence(self._seed, spawn_key=tuple(purpose.encode()))
        return np.random.Generator(np.random.PCG64(sequence))
