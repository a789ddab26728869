"""A contract in plain sentences, in Dutch or English, with an example that is computed as a real settlement is.

`sentences` says what each parameter means, `readings` how its values read, `example` makes up round figures and settles
on them.
"""

from pipeline.reporting.explanation.explain import explanation

__all__ = ["explanation"]
