"""A statement's outcome in plain words: who pays whom, and how large that is."""

from __future__ import annotations

from fractions import Fraction

from pipeline.reporting.notation import Notation
from pipeline.settlement import Statement


def headline(statement: Statement, notation: Notation) -> str:
    """Who pays whom, in a sentence without the amount."""
    parties, words = statement.contract.parties, notation.words["page"]
    if statement.payable_cents == 0:
        return str(words["nothing"])
    payer, payee = parties.payer, parties.consortium
    if statement.payable_cents < 0:
        payer, payee = payee, payer
    return str(words["pays"]).format(payer=payer, payee=payee)


def size(statement: Statement, notation: Notation) -> str:
    """How large the payable amount is, in plain words."""
    words, parties = notation.words["page"], statement.contract.parties
    target = statement.line("target").amount
    paid, savings = abs(statement.payable_cents), abs(statement.savings_cents)
    direction = "gain" if statement.savings_cents >= 0 else "loss"
    template = words[f"size_{direction}" if paid else f"size_none_{direction}"]
    per_insured_year = paid / statement.line("insured_years").amount
    return str(template).format(
        share_of_target=notation.percent(Fraction(paid or savings) / target, 1),
        per_insured_year=notation.money(per_insured_year),
        share_of_savings=notation.percent(Fraction(paid, savings or 1), 1),
        savings=notation.money(savings),
        consortium=parties.consortium,
        insurer=parties.payer,
    )
