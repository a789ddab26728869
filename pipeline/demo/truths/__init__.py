"""What was planted in the region, and what it comes to: `truths.json`, which lies where no role can read it.

`expectation` says what care the simulated people are expected to use and to cost, before chance; `effects_on_cost` and
`other_effects` turn each planted truth into the number that a figure of the pipeline should come out at; `write`
puts them together. Nothing here looks at what chance made of it.
"""

from pipeline.demo.truths.write import write_truths

__all__ = ["write_truths"]
