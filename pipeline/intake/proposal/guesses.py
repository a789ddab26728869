"""Which canonical table a file becomes, and which of its columns feeds which canonical one, with why and how sure.

A column's name decides, and its values confirm or contradict it. Where no name fits, only values that can hardly be
anything else are taken: numbers that pass the eleven test are BSNs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.canonical import CanonicalTable, canonical_tables
from pipeline.errors import DeliveryRefusedError, FileRefusedError
from pipeline.intake.columns.mapping import NOBODY
from pipeline.intake.proposal.columns import Columns
from pipeline.intake.proposal.guess import CONFIRMED, LIKELY, SURE, UNSURE, Guess
from pipeline.intake.proposal.sample import Sample
from pipeline.intake.proposal.words import fit, words
from pipeline.intake.tables.mapping_file import DECIDE

LEAST_FIT = 0.6
"""Of 2, the best fit: below it a proposal would be no more than the names of a table."""


@dataclass(frozen=True)
class Proposal:
    """A table, the guesses for its columns, the column of the BSN, and how well each table fits (0 to 2).

    Optional columns for which nothing was found are not among `columns`.
    """

    table: CanonicalTable
    person: Guess
    columns: Mapping[str, Guess]
    fits: Mapping[str, float]
    sample: Sample = field(repr=False)

    @property
    def open(self) -> list[str]:
        """What a person has to decide."""
        named = {"person": self.person, **self.columns}
        return [name for name, guess in named.items() if guess.is_open]

    @property
    def left_behind(self) -> list[str]:
        """The file's columns that feed nothing."""
        used = {source for guess in (self.person, *self.columns.values()) for source in guess.sources}
        return [name for name in self.sample.raw.columns if name not in used]


def propose(sample: Sample, table: str | None = None) -> Proposal:
    """The best proposal, or that for a named table.

    Raises:
        DeliveryRefusedError: when there is no such canonical table.
        FileRefusedError: when none is named, and no canonical table fits well enough to propose it.
    """
    tables = canonical_tables()
    if table is not None and table not in tables:
        raise DeliveryRefusedError(
            f"'{table}' is no canonical table", remedy=f"Known tables: {', '.join(tables)}."
        )
    person = _person(sample)
    proposals = {name: _for_table(sample, one, person) for name, one in tables.items()}
    fits = {name: _fit(proposal, person) for name, proposal in proposals.items()}
    best = max(fits, key=lambda name: fits[name])
    if table is None and fits[best] < LEAST_FIT:
        raise FileRefusedError(
            f"No canonical table fits this file: the best, {best}, by {fits[best] / 2:.0%}",
            where=sample.file,
            remedy="Look whether its first line holds the names of the columns (--header-row); or name the table that "
            f"it is to become with --table: {', '.join(tables)}.",
        )
    chosen = proposals[table or best]
    return Proposal(chosen.table, chosen.person, chosen.columns, fits, sample)


def _fit(proposal: Proposal, person: Guess) -> float:
    """The share of mandatory columns that were found, and of the file's columns that are used.

    Both count half where the table is about persons and the file is not, or the other way round.
    """
    mandatory = [column.name for column in proposal.table.columns if not column.optional]
    found = sum(
        proposal.columns[name].sureness in (SURE, LIKELY) and bool(proposal.columns[name].sources)
        for name in mandatory
    )
    used = 1 - len(proposal.left_behind) / len(proposal.sample.raw.columns)
    has_person = person.sureness in (SURE, LIKELY)
    return (found / len(mandatory) + used) * (1 if has_person == proposal.table.is_personal else 0.5)


def _for_table(sample: Sample, table: CanonicalTable, person: Guess) -> Proposal:
    if not table.is_personal:
        person = Guess(NOBODY, SURE, "the table is not about persons")
    found = Columns(sample, table).guesses()
    return Proposal(table, person, found, {}, sample)


def _person(sample: Sample) -> Guess:
    """The column of the BSN: by its name, else the one whose values can hardly be anything else."""
    shares = {name: sample.share(name, "bsn") for name in sample.raw.columns if sample.text[name].count()}
    named = {name: fit(name, words().person) for name in sample.raw.columns}
    best = max(named, key=lambda name: named[name])
    if named[best] > 0:
        share = shares.get(best, 1.0)
        why = f"the name says so; {share:.0%} pass the eleven test"
        return Guess(best, SURE if share >= CONFIRMED else UNSURE, why, (best,))
    likely = [name for name, share in shares.items() if share >= CONFIRMED]
    if likely:
        return Guess(likely[0], LIKELY, f"{shares[likely[0]]:.0%} pass the eleven test", (likely[0],))
    return Guess({DECIDE: "no column looks like a BSN"}, UNSURE, "")
