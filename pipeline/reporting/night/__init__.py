"""The operator's night: what came, what a person must do about it, and what it did to the contracts' figures.

`summarise` composes the summary of a business date, `write_night` writes it to the home's
`reports/nights/<date>/` as text, JSON and one HTML page, with the pages of the gate's checks beside it.
Equal inputs give equal bytes: what is new is found by comparing with the summary of the night before, never
with a clock. It holds counts, sums and the reasons that refusals give; no row and no value of one.
"""

from pipeline.reporting.night.compose import summarise
from pipeline.reporting.night.store import NightFiles, read_text, write_night
from pipeline.reporting.night.summary import NightSummary
from pipeline.reporting.night.text import night_text

__all__ = ["NightFiles", "NightSummary", "night_text", "read_text", "summarise", "write_night"]
