"""A statement's outcome in plain words: who pays whom, and how large that is."""

from __future__ import annotations

from fractions import Fraction

from pipeline.reporting.notation import Notation
from pipeline.settlement import Statement
from pipeline.settlement.statement import YEAR_WHOLE


def headline(statement: Statement, notation: Notation) -> str:
    """Who pays whom, in a sentence without the amount."""
    parties, words = statement.contract.parties, notation.words["page"]
    if statement.due_cents == 0:
        return str(words["nothing"])
    payer, payee = parties.payer, parties.consortium
    if statement.due_cents < 0:
        payer, payee = payee, payer
    return str(words["pays"]).format(payer=payer, payee=payee)


def size(statement: Statement, notation: Notation) -> str:
    """How large the payable amount is, in plain words; before that, which part of it is paid now."""
    words, parties = notation.words["page"], statement.contract.parties
    target = statement.line("target").amount
    paid, savings = abs(statement.payable_cents), abs(statement.savings_cents)
    direction = "gain" if statement.savings_cents >= 0 else "loss"
    template = words[f"size_{direction}" if paid else f"size_none_{direction}"]
    per_unit = str(notation.words["per_unit"][statement.unit.code])
    return _part(statement, notation) + str(template).format(
        share_of_target=notation.percent(Fraction(paid or savings) / target, 1),
        per_unit=per_unit.format(money=notation.money(paid / statement.units)),
        share_of_savings=notation.percent(Fraction(paid, savings or 1), 1),
        savings=notation.money(savings),
        consortium=parties.consortium,
        insurer=parties.payer,
    )


def _part(statement: Statement, notation: Notation) -> str:
    """That an advance is paid, or what is left after one; nothing when all is paid at once."""
    whole, due, words = statement.payable_cents, statement.due_cents, notation.words["page"]
    code = next((rule for rule in ("advance", "balance") if statement.has(rule)), None)
    if code is None or statement.state in YEAR_WHOLE:
        return ""
    said = str(words[f"{code}_of"]).format(whole=notation.money(whole), paid=notation.money(whole - due))
    return f"{said} "
