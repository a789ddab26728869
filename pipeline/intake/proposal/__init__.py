"""A mapping proposed for a table that nobody has mapped yet, from its header and its first rows.

    words           what systems call their columns: `header_words.yaml`
    sample          the first rows of a file, and what the values of a column look like
    guesses         which canonical table fits, and its proposal
    columns, guess  which column feeds which, how sure that is, and why
    codes           how the source's codes are translated
    mapping_text    the proposal as a mapping file, with the reasons as comments

What could not be told is marked `decide`, and a mapping with such a mark is not loaded: a person finishes it. No
value of a column that tells who somebody is is ever in a proposal.
"""

from pipeline.intake.proposal.guesses import Proposal, propose
from pipeline.intake.proposal.mapping_text import as_yaml
from pipeline.intake.proposal.sample import Sample

__all__ = ["Proposal", "Sample", "as_yaml", "propose"]
