"""A contract as data: load it, check it, and resolve its terms for a year.

What belongs here is what the parties agreed and nothing that follows from data. The language is in
`language`, the terms of a day in `terms`.
"""

from pipeline.contract.language import Contract
from pipeline.contract.load import load
from pipeline.contract.parameter import Term
from pipeline.contract.terms import Terms

__all__ = ["Contract", "Term", "Terms", "load"]
