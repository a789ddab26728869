"""The interim report (tussenrapportage): where a contract stands in the course of a year, all of it provisional.

    gather      what the night of a business date left of each contract year that is not yet settled
    projection  the year's figures as if all claims were in and the year were over
    outlook     settled on those, the saving and the payable that are to be expected
    measures    every figure of the report in one shape
    document    the report as data; page makes the HTML of that and of nothing else
    store       reports that were issued, which never change, and their corrections
    report      all of it, for one contract and quarter

Not here: how run-out is estimated (`completion`), and the settlement's rules (`settlement`).
"""

from pipeline.reporting.interim.quarter import Quarter

__all__ = ["Quarter"]
